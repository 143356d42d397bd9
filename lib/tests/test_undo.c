/* SPDX-License-Identifier: MIT */
/**
 * Whatever becomes of a test, what it changed is as it was. Here these are files of a directory;
 * scripts/tests/guest/undo.sh has swap, cgroups and modules.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_wire.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo.h"
#include "run_tester.h"

/* A guard does its work in milliseconds, on a machine that may have other things to do. */
#define GUARD_MS 20000
#define KILLS 60

static const char *const files[][2] = {
	{"a", "old a\n"},
	{"b", "old b\n"},
	{"choice", "always [madvise] never\n"},
	{"fixture", "old fixture\n"},
};

/* What stands there when a choice was undone. */
#define OLD_CHOICE "madvise"

static char directory[64], environment[128];

static char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	int fd = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	return remove(path);
}

static int set_up(void **state)
{
	snprintf(directory, sizeof(directory), "/tmp/test-undo-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(environment, sizeof(environment), "TESTER=%s", directory);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
		write_file(files[i][0], files[i][1]);
	/* The guard, which no one waits for, becomes a child of ours when the tester ends. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	return 0;
}

static int tear_down(void **state)
{
	return nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Wait until what the tester has left has ended. Returns how many these were. */
static unsigned int collect(void)
{
	unsigned int count = 0;
	pid_t pid = 0;

	assert_true(igt_wait((pid = waitpid(-1, NULL, WNOHANG)) < 0 || (count += pid > 0, false),
			     GUARD_MS, 1));
	return count;
}

/* A value is written over the old one, which the kernel's files take as a whole. */
static void assert_starts(const char *name, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(igt_file_read(path_of(name), &text), 0);
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("%s holds \"%s\", expected \"%s\"", name, text, expected);
}

static void assert_as_it_was(void)
{
	static const char *const made[] = {"file", "directory", "never-made"};
	_cleanup_free_ char *choice = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
		if (strcmp(files[i][0], "choice") != 0)
			assert_starts(files[i][0], files[i][1]);
	assert_int_equal(igt_file_read(path_of("choice"), &choice), 0);
	assert_true(strncmp(choice, OLD_CHOICE, strlen(OLD_CHOICE)) == 0 ||
		    strcmp(choice, files[2][1]) == 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(made); i++)
		assert_int_not_equal(access(path_of(made[i]), F_OK), 0);
}

static void changes_end_with_their_block(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(environment, "undo", "--run-subtest",
			   "in-subtest,after-subtest,in-dynamic,after-dynamic,one-by-one,keeps,"
			   "after-keeping,mistakes",
			   NULL);

	if (run.code)
		fail_msg("%s%s", run.out, run.err);
	assert_lacks(run.err, "not undone");
	/* One guard for all of it. */
	assert_int_equal(collect(), 1);
	assert_as_it_was();
}

static void changes_end_however_the_subtest_ends(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(environment, "undo", "--run-subtest", "fails,skips,crashes", NULL);

	assert_contains(run.out, "Subtest fails: FAIL");
	assert_contains(run.out, "Subtest skips: SKIP");
	assert_contains(run.out, "Subtest crashes: CRASH");
	collect();
	assert_as_it_was();
}

static void failure_to_undo_is_told(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(environment, "undo", "--run-subtest", "undoing-fails", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.err, "/full is not undone: Directory not empty\n");
	collect();
}

static void children_make_no_changes(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(environment, "undo", "--run-subtest", "in-child", NULL);

	assert_int_equal(run.code, 128 + SIGABRT);
	assert_contains(run.err, "a change of the machine by a child");
	collect();
	assert_as_it_was();
}

static void no_change_needs_no_guard(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "simple", NULL);

	assert_int_equal(run.code, 0);
	assert_int_equal(collect(), 0);
}

/* Start a tester in a process group of its own. */
static pid_t start(const char *subtest)
{
	char *argv[] = {NULL, "--run-subtest", (char *)subtest, NULL};
	char path[4096];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/tester_undo", getenv("IGT_TESTERS"));
	argv[0] = path;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setpgid(0, 0);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		putenv(environment);
		execv(path, argv);
		_exit(127);
	}
	setpgid(pid, pid);
	return pid;
}

/* Returns the process group that it had. */
static pid_t kill_when_ready(const char *subtest, int sig, bool group)
{
	pid_t pid = start(subtest);

	assert_true(igt_wait(access(path_of("ready"), F_OK) == 0, GUARD_MS, 1));
	assert_starts("a", "two");
	kill(group ? -pid : pid, sig);
	waitpid(pid, NULL, 0);
	return pid;
}

static void killed_test_is_undone(void **state)
{
	kill_when_ready("waits", SIGKILL, /* group= */ false);
	assert_int_equal(collect(), 1);
	assert_as_it_was();
}

static void killed_group_is_undone(void **state)
{
	kill_when_ready("waits", SIGKILL, /* group= */ true);
	assert_int_equal(collect(), 1);
	assert_as_it_was();
}

/* As a runner asks a test to stop: it is over when the test is. */
static void stopped_test_is_undone(void **state)
{
	kill_when_ready("waits", SIGTERM, /* group= */ false);
	assert_as_it_was();
	collect();
}

/* Whoever has the tester's files open still does not keep it alive in the eyes of the guard. */
static void child_does_not_hold_up_undoing(void **state)
{
	pid_t group = kill_when_ready("waits-with-child", SIGKILL, /* group= */ false), pid;

	/* One ends, one stays. */
	assert_true(igt_wait((pid = waitpid(-1, NULL, WNOHANG)) != 0, GUARD_MS, 1));
	assert_true(pid > 0);
	assert_as_it_was();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
	kill(-group, SIGKILL);
	assert_int_equal(collect(), 1);
}

static void killed_anywhere_is_undone(void **state)
{
	srandom(1);
	for (int i = 0; i < KILLS; i++) {
		const struct timespec pause = {.tv_nsec = random() % 20000000};
		pid_t pid = start("for-ever");

		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		collect();
		assert_as_it_was();
	}
}

static void a_choice_is_in_brackets(void **state)
{
	char all[] = "always [madvise] never\n", plain[] = "60\n", open[] = "a [b\n";

	assert_string_equal(igt_undo_old_value(all), "madvise");
	assert_string_equal(igt_undo_old_value(plain), "60\n");
	assert_string_equal(igt_undo_old_value(open), "a [b\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_end_with_their_block),
		TEST(changes_end_however_the_subtest_ends),
		TEST(failure_to_undo_is_told),
		TEST(children_make_no_changes),
		TEST(no_change_needs_no_guard),
		TEST(killed_test_is_undone),
		TEST(killed_group_is_undone),
		TEST(stopped_test_is_undone),
		TEST(child_does_not_hold_up_undoing),
		TEST(killed_anywhere_is_undone),
		cmocka_unit_test(a_choice_is_in_brackets),
	};

	/* qemu-user of Debian 12, an emulator of one program, lets nobody adopt orphans. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		puts("1..0 # SKIP there is no PR_SET_CHILD_SUBREAPER here");
		return 0;
	}
	return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/**
 * Whatever kills a test, the machine is as it was.
 */
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "core/reclaim.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_kmod.h"
#include "reclaim/igt_files.h"

#define KILLS 50
#define READY "/tmp/core-changes-ready"
#define SERVICE "/sys/fs/cgroup/igt-service"

/* What a guard may take, on an emulated machine that does other things. */
#define UNDO_MS 120000

/* --- the state of the machine, as text ------------------------------------------------------ */

static void add_file(FILE *to, const char *path)
{
	_cleanup_free_ char *text = NULL;

	if (igt_file_read(path, &text) == 0)
		fprintf(to, "%s:\n%s", path, text);
}

/* Name, size and users; the state and the address change while one goes away. */
static void add_modules(FILE *to)
{
	_cleanup_fclose_ FILE *modules = fopen("/proc/modules", "re");
	char name[64], users[64];

	while (modules && fscanf(modules, "%63s %*s %63s%*[^\n]", name, users) == 2)
		fprintf(to, "module %s %s\n", name, users);
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* What is in a directory, and with @values, what the files in it hold. */
static void add_directory(FILE *to, const char *path, bool values)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_name, alphasort);

	for (int i = 0; i < count; i++) {
		_cleanup_free_ char *file = NULL;

		igt_assert(asprintf(&file, "%s/%s", path, entries[i]->d_name) >= 0);
		if (!values)
			fprintf(to, "%s\n", file);
		/* It holds what was last written, by whomever. */
		else if (strcmp(entries[i]->d_name, "drop_caches") != 0)
			add_file(to, file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static char *machine_state(void)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	igt_assert(to);
	add_modules(to);
	add_file(to, "/proc/swaps");
	add_file(to, "/proc/self/mounts");
	add_file(to, "/sys/fs/cgroup/cgroup.subtree_control");
	add_directory(to, "/sys/fs/cgroup", false);
	add_directory(to, "/sys/block", false);
	add_directory(to, "/sys/kernel/tracing/instances", false);
	add_directory(to, "/proc/sys/vm", true);
	fclose(to);
	return text;
}

/* The first line that is not in both, for a message. */
static void assert_same(const char *before, const char *after)
{
	size_t at = 0;

	while (before[at] && before[at] == after[at])
		at++;
	if (!before[at] && !after[at])
		return;
	while (at > 0 && before[at - 1] != '\n')
		at--;
	igt_assert_f(false, "the machine was \"%.*s\", and is \"%.*s\"\n",
		     (int)strcspn(before + at, "\n"), before + at,
		     (int)strcspn(after + at, "\n"), after + at);
}

/* --- killing -------------------------------------------------------------------------------- */

static bool start_in_service;

/* The process group of core_changes while there is one. */
static pid_t victim;

/* When the subtest fails before it could. */
static void kill_victim(void *data)
{
	if (victim)
		kill(-victim, SIGKILL);
	victim = 0;
}

static pid_t start(const char *subtest)
{
	char path[4096] = "", *slash;
	pid_t pid;

	igt_assert(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	slash = strrchr(path, '/');
	snprintf(slash, sizeof(path) - (size_t)(slash - path), "/core_changes");
	unlink(READY);
	fflush(NULL);
	pid = fork();
	igt_assert_fd(pid);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setpgid(0, 0);
		if (start_in_service)
			igt_file_write(SERVICE "/cgroup.procs", "0");
		setenv("READY", READY, 1);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl(path, path, "--run-subtest", subtest, NULL);
		_exit(127);
	}
	setpgid(pid, pid);
	if (!victim)
		igt_on_subtest_end(kill_victim, NULL);
	victim = pid;
	return pid;
}

/* The guard is a child of ours once the test is dead. */
static void wait_for_guard(void)
{
	pid_t pid = 0;

	igt_assert_f(igt_wait((pid = waitpid(-1, NULL, WNOHANG)) < 0, UNDO_MS, 1),
		     "something of the test still runs\n");
}

/* Wait until core_changes has said @times that it is worth killing it. */
static void await_ready(pid_t pid, off_t times)
{
	struct stat status = {0};
	bool ended = false;

	igt_wait((stat(READY, &status) == 0 && status.st_size >= times) ||
			 (ended = waitpid(pid, NULL, WNOHANG) == pid),
		 UNDO_MS, 1);
	igt_assert_f(!ended && status.st_size >= times, "core_changes does not get ready\n");
}

/* All that can be changed is; then @end ends the test. */
static void end_once(void (*end)(pid_t pid))
{
	_cleanup_free_ char *before = machine_state(), *during = NULL, *after = NULL;
	pid_t pid = start("once");

	await_ready(pid, 1);
	during = machine_state();
	igt_assert(strstr(during, "/dev/zram") && strstr(during, "module vgem") &&
		   strstr(during, "/igt-memcg-") && strstr(during, "swappiness:\n13\n"));
	end(pid);
	wait_for_guard();
	after = machine_state();
	assert_same(before, after);
}

static void kill_group(pid_t pid)
{
	kill(-pid, SIGKILL);
}

static void terminate(pid_t pid)
{
	kill(pid, SIGTERM);
}

/* How long it takes to change everything once and undo it, in microseconds. */
static unsigned int time_round(void)
{
	pid_t pid = start("for-ever");
	uint64_t begun;

	await_ready(pid, 1);
	begun = igt_now_ns();
	await_ready(pid, 2);
	begun = igt_now_ns() - begun;
	kill_group(pid);
	wait_for_guard();
	return (unsigned int)(begun / 1000);
}

static void kill_anywhere(void)
{
	_cleanup_free_ char *before = machine_state();
	const unsigned int round = time_round();
	unsigned int changed = 0;

	for (int i = 0; i < KILLS; i++) {
		_cleanup_free_ char *during = NULL, *after = NULL;
		pid_t pid = start("for-ever");

		await_ready(pid, 1);
		usleep((useconds_t)random() % round);
		during = machine_state();
		kill_group(pid);
		wait_for_guard();
		after = machine_state();
		assert_same(before, after);
		changed += strcmp(before, during) != 0;
	}
	igt_info("%d tests killed within %u ms, %u of them while the machine was changed\n", KILLS,
		 round / 1000, changed);
	igt_assert_lt(KILLS / 2, (int)changed);
}

static void kill_cgroup(pid_t pid)
{
	igt_assert_eq(igt_file_write(SERVICE "/cgroup.kill", "1"), 0);
	/* It is in a cgroup of its own by now. */
	kill(pid, SIGKILL);
}

/*
 * The test is started in a cgroup, as a service manager does, which then ends all that is in it.
 * This one is made by hand: a guard of our own would keep the other test waiting.
 */
static void kill_all_of_cgroup(void)
{
	mkdir(SERVICE, 0755);
	igt_require_f(access(SERVICE "/cgroup.kill", F_OK) == 0,
		      "This kernel has no cgroup.kill, or cgroup v2 is not at /sys/fs/cgroup\n");
	start_in_service = true;
	end_once(kill_cgroup);
	start_in_service = false;
	igt_assert_eq(rmdir(SERVICE), 0);
}

void reclaim_undo(void)
{
	igt_fixture() {
		igt_require_f(getuid() == 0, "root is needed to change the machine\n");
		igt_require_f(igt_kmod_has_param("zram", "num_devices"),
			      "there is no module zram\n");
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	}

	igt_describe("A test that is asked to stop undoes what it changed, and then stops");
	igt_subtest("stopped-test-is-undone")
		end_once(terminate);

	igt_describe("What a test changed is undone after SIGKILL for its process group");
	igt_subtest("killed-test-is-undone")
		end_once(kill_group);

	igt_describe("The same when all of the cgroup it was started in is killed");
	igt_subtest("killed-service-is-undone")
		kill_all_of_cgroup();

	igt_describe("The same wherever SIGKILL meets it");
	igt_subtest("killed-anywhere-is-undone")
		kill_anywhere();

	igt_fixture()
		prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* SPDX-License-Identifier: MIT */
/**
 * SIGKILL hits the runner before or behind any of its system calls, a hundred times in lists of 200
 * subtests, and igt_resume goes on each time. In the end each subtest has the verdict that it has
 * in a run that nobody disturbs, but for those that were running; none is missing, none is there
 * twice.
 *
 * The moments are random numbers of steps, so that they are the same on a machine that is slow; the
 * seed is printed, and RUNNER_TEST_SEED repeats one. RUNNER_TEST_KILLS is how many there are.
 */
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fileio.h"
#include "job_files.h"

#define SUBTESTS 200

#define KILLS (100 / SLOWNESS)

struct place {
	struct workplace *work;
	const char *results;
	char *list;
	GRand *random;
	/* All in one process. */
	bool multiple;
	/* The most until a kill. */
	unsigned max_steps;
};

static guint32 number_from(const char *variable, guint32 otherwise)
{
	const char *text = g_getenv(variable);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static guint32 seed(void)
{
	return number_from("RUNNER_TEST_SEED", 20000);
}

static unsigned kills_per_form(void)
{
	return number_from("RUNNER_TEST_KILLS", KILLS) / 4;
}

static void put_list(const struct place *place)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (unsigned i = 0; i < SUBTESTS; i++)
		g_string_append_printf(list, "igt@many@sub-%03u\n", i);
	put_file(place->work->dir, "list", list->str);
}

static int teardown(void **state)
{
	struct place *place = *state;

	g_free(place->list);
	g_rand_free(place->random);
	workplace_free(place->work);
	g_free(place);
	return 0;
}

static void be_traced(char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	/* Looks for leaks with the same means as we do, which only one can have. */
	g_setenv("ASAN_OPTIONS", "detect_leaks=0", /* overwrite= */ TRUE);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		execv(argv[0], argv);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

/* The number of the signal that stopped it, to be given on; 0 for what only we want to know of. */
static int signal_of_stop(int status)
{
	int signo = WSTOPSIG(status);

	return signo == SIGTRAP || signo == (SIGTRAP | 0x80) ? 0 : signo;
}

/*
 * Lets the program do so many steps, into or out of a system call, and kills it.
 * The number of steps that were left if it came to its end before, else 0.
 */
static unsigned run_steps(char **argv, unsigned steps)
{
	pid_t pid = fork();
	int signo = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		be_traced(argv);
	assert_true(WIFSTOPPED(wait_for(pid)));
	assert_int_equal(
		ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	for (; steps > 0; steps--) {
		int status;

		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, signo), 0);
		status = wait_for(pid);
		if (WIFEXITED(status))
			return steps;
		assert_true(WIFSTOPPED(status));
		signo = signal_of_stop(status);
	}
	kill(pid, SIGKILL);
	assert_true(WIFSIGNALED(wait_for(pid)));
	return 0;
}

static char *tool(const char *name)
{
	return g_build_filename(g_getenv("RUNNER_BUILD_DIR"), name, NULL);
}

static unsigned run_runner(const struct place *place, unsigned steps)
{
	g_autofree char *path = tool("igt_runner");
	char *argv[] = {path,
			(char *)"--allow-non-root",
			(char *)"--dmesg-warn-level=0",
			(char *)"--overwrite",
			(char *)"--test-list",
			place->list,
			place->work->root,
			place->work->results,
			(char *)(place->multiple ? "-m" : NULL),
			NULL};

	return run_steps(argv, steps);
}

static unsigned run_resume(const struct place *place, unsigned steps)
{
	g_autofree char *path = tool("igt_resume");
	char *argv[] = {path, place->work->results, NULL};

	return run_steps(argv, steps);
}

static unsigned random_steps(const struct place *place)
{
	return g_rand_int_range(place->random, 1, place->max_steps);
}

/* The end of a run that nobody disturbs any more. */
static void finish(const struct place *place)
{
	struct tool_run run = run_tool("igt_resume", place->results, NULL);

	if (run.status != 0)
		fail_msg("igt_resume: %d: %s", run.status, run.err);
	tool_run_clear(&run);
}

/* As tester_many says it. */
static const char *expected_result(unsigned number)
{
	if (number % 7 == 3)
		return "fail";
	return number % 11 == 5 ? "skip" : "pass";
}

/* How many were incomplete. */
static unsigned check_results(const struct place *place)
{
	struct json_object *results = read_results(place->results);
	struct json_object *tests;
	unsigned incomplete = 0;

	for (unsigned i = 0; i < SUBTESTS; i++) {
		g_autofree char *name = g_strdup_printf("igt@many@sub-%03u", i);
		const char *result = test_result(results, name);

		if (strcmp(result, "incomplete") == 0)
			incomplete++;
		else if (strcmp(result, expected_result(i)) != 0)
			fail_msg("%s is \"%s\" instead of \"%s\"", name, result,
				 expected_result(i));
	}
	assert_true(json_object_object_get_ex(results, "tests", &tests));
	assert_int_equal(json_object_object_length(tests), SUBTESTS);
	assert_int_equal(total_of(results, "", "pass") + total_of(results, "", "fail") +
				 total_of(results, "", "skip") +
				 total_of(results, "", "incomplete"),
			 SUBTESTS);
	json_object_put(results);
	return incomplete;
}

/* How often each subtest began, by the record of a job. */
static void count_starts(const char *results, unsigned index, GHashTable *starts)
{
	_cleanup_(job_files_clear) struct job_files files = {0};
	_cleanup_(transcript_freep) struct transcript *transcript = NULL;
	g_autofree char *path = g_strdup_printf("%s/%u", results, index);
	struct job *job = job_new("many", /* subtest= */ NULL);
	autofd job_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const GArray *markers;

	assert_int_equal(job_files_read(job_fd, &files), 0);
	transcript = job_files_transcript(&files, job, index);
	markers = transcript->err.markers;
	for (unsigned i = 0; i < markers->len; i++) {
		const struct marker *marker = &g_array_index(markers, struct marker, i);

		if (marker->kind == MARKER_START &&
		    !g_hash_table_add(starts, g_strdup(marker->name)))
			fail_msg("%s began twice", marker->name);
	}
	job_free(job);
}

/* What is on record has not run again. */
static void check_starts(const struct place *place)
{
	g_autoptr(GHashTable) starts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							     /* value_destroy= */ NULL);
	unsigned jobs = place->multiple ? 1 : SUBTESTS;

	for (unsigned i = 0; i < jobs; i++)
		count_starts(place->results, i, starts);
}

static bool has_plan(const struct place *place)
{
	g_autofree char *path = g_build_filename(place->results, "metadata.txt", NULL);

	return access(path, F_OK) == 0;
}

/* One run to its end, killed again and again until @left is used up. How often it was killed. */
static unsigned one_run(const struct place *place, unsigned left)
{
	unsigned kills = 0;
	unsigned incomplete;
	bool killed = true;

	scratch_remove(g_strdup(place->results));
	/* Until it is known what is to be done there is nothing to go on with. */
	while (kills < left && killed && (kills == 0 || !has_plan(place))) {
		killed = run_runner(place, random_steps(place)) == 0;
		kills += killed;
	}
	while (kills < left && killed) {
		killed = run_resume(place, random_steps(place)) == 0;
		kills += killed;
	}
	if (has_plan(place))
		finish(place);
	else
		run_runner(place, UINT_MAX);
	incomplete = check_results(place);
	check_starts(place);
	print_message("# %u kills, %u incomplete\n", kills, incomplete);
	if (incomplete > kills)
		fail_msg("%u are incomplete after %u kills", incomplete, kills);
	return kills;
}

static void any_moment_can_be_resumed(void **state)
{
	const struct place *place = *state;
	unsigned left = kills_per_form();

	while (left > 0)
		left -= one_run(place, left);
}

/*
 * A run of one job for each subtest takes some 70,000 steps: from a few hundred
 * for the start and for each job there are enough moments to be hit. One of a
 * single job is short enough to be hit anywhere.
 */
#define MAX_STEPS_OF_SINGLE_JOBS 3000

static int setup(void **state, bool multiple, bool packets)
{
	struct place *place = g_new0(struct place, 1);

	place->work = workplace_new("many\n");
	place->results = place->work->results;
	place->list = g_build_filename(place->work->dir, "list", NULL);
	place->random = g_rand_new_with_seed(seed());
	place->multiple = multiple;
	put_list(place);
	if (packets)
		g_unsetenv("IGT_RUNNER_DISABLE_SOCKET_COMMUNICATION");
	else
		g_setenv("IGT_RUNNER_DISABLE_SOCKET_COMMUNICATION", "1", /* overwrite= */ TRUE);
	place->max_steps = MAX_STEPS_OF_SINGLE_JOBS;
	if (multiple) {
		place->max_steps = UINT_MAX - run_runner(place, UINT_MAX);
		assert_int_equal(check_results(place), 0);
	}
	*state = place;
	return 0;
}

static int setup_text(void **state)
{
	return setup(state, /* multiple= */ false, /* packets= */ false);
}

static int setup_packets(void **state)
{
	return setup(state, /* multiple= */ false, /* packets= */ true);
}

static int setup_multiple_text(void **state)
{
	return setup(state, /* multiple= */ true, /* packets= */ false);
}

static int setup_multiple_packets(void **state)
{
	return setup(state, /* multiple= */ true, /* packets= */ true);
}

#define TEST(setup) cmocka_unit_test_setup_teardown(any_moment_can_be_resumed, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(setup_text),
		TEST(setup_packets),
		TEST(setup_multiple_text),
		TEST(setup_multiple_packets),
	};

	if (!runs_can_start())
		return skip_all(NO_RUNS);
	print_message("# RUNNER_TEST_SEED=%u\n", seed());
	use_memory_for_scratch();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

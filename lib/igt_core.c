/* SPDX-License-Identifier: MIT */
/**
 * The state of a running test: which subtest runs, how subtests and fixtures end, and the exit
 * code that sums it all up.
 */
#define IGT_LOG_DOMAIN "igt_core"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "igt_device_filter.h"
#include "igt_internal.h"
#include "igt_wildmat.h"

#define NAME_MAX_LENGTH 255
#define MAX_SUBTEST_HOOKS 64

/* What a fixture has left for the subtests after it. */
enum outcome {
	OUTCOME_RUN,
	OUTCOME_SKIP,
	OUTCOME_FAIL,
};

sigjmp_buf igt__leave;

static struct {
	char name[NAME_MAX_LENGTH + 1]; /* of the test */
	pid_t main_thread;
	bool subtests; /* the binary is made of them */
	bool exiting;
	bool child;

	bool in_fixture;
	bool in_subtest;
	char subtest[NAME_MAX_LENGTH + 1];
	struct timespec started;
	enum outcome henceforth;
	struct {
		void (*function)(void *data);
		void *data;
	} hooks[MAX_SUBTEST_HOOKS];
	unsigned int hook_count;
	bool thread_failed; /* accessed with __atomic_* */

	unsigned int registered; /* subtests met, selected or not */
	unsigned int selected;
	bool succeeded;
	bool failed;
	bool skipped;
	int exit_code; /* of the first failure */
} test;

/* --- who and where ------------------------------------------------------------------------ */

const char *igt_test_name(void)
{
	return test.name;
}

bool igt_only_list_subtests(void)
{
	return igt_list_mode();
}

bool igt_on_main_thread(void)
{
	return gettid() == test.main_thread;
}

bool igt_in_child(void)
{
	return test.child;
}

const char *igt_subtest_name(void)
{
	return test.in_subtest ? test.subtest : NULL;
}

void igt_become_child(void)
{
	test.child = true;
	test.main_thread = gettid();
	test.hook_count = 0;
	igt_children_forget();
	igt_exit_handlers_forget();
}

void igt_misuse(const char *what, const char *file, int line)
{
	igt_critical("%s (%s:%d), please refer to lib/igt_core documentation\n", what, file, line);
	abort();
}

/* --- time --------------------------------------------------------------------------------- */

static void now(struct timespec *ret_time)
{
	if (clock_gettime(CLOCK_MONOTONIC_RAW, ret_time) < 0)
		clock_gettime(CLOCK_MONOTONIC, ret_time);
}

static double seconds_since_start(void)
{
	struct timespec end;

	now(&end);
	return (double)(end.tv_sec - test.started.tv_sec) +
	       (double)(end.tv_nsec - test.started.tv_nsec) / 1e9;
}

/* --- start -------------------------------------------------------------------------------- */

/*
 * exit() behind the library's back would lose the verdict and look like success; a child is free
 * to call it, its parent judges the status.
 */
static void on_process_exit(void)
{
	if (test.child || test.exiting)
		return;
	igt_exit_handlers_run(0);
	igt_misuse("exit() called instead of igt_exit()", __FILE__, __LINE__);
}

/* When memory runs out, and our tests see to that, the test goes first and not the runner. */
static void volunteer_for_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		igt_debug("oom_score_adj not written: %m\n");
	close(fd);
}

static void seed_random(void)
{
	const char *value = getenv(IGT_ENV_SRANDOM);
	unsigned int seed = value ? strtoul(value, NULL, 0) : (unsigned int)time(NULL);

	igt_info("Using IGT_SRANDOM=%u for randomisation\n", seed);
	srandom(seed);
}

static void take_environment_filter(void)
{
	const char *why, *filter = getenv(IGT_ENV_DEVICE);

	if (!filter || igt_device_filter_get(0) || igt_device_filter_add(filter, &why) == 0)
		return;
	fprintf(stderr, IGT_ENV_DEVICE " '%s' refused: %s\n", filter, why);
	exit(IGT_EXIT_INVALID);
}

static void start(int argc, char **argv, bool subtests)
{
	char *path = strdup(argv[0]);

	test.main_thread = gettid();
	test.subtests = subtests;
	snprintf(test.name, sizeof(test.name), "%s", path ? basename(path) : argv[0]);
	free(path);
	igt_parse_options(argc, argv, subtests);
	if (igt_list_mode()) {
		igt_listing_begin();
		return;
	}
	take_environment_filter();
	igt_marker_executing();
	igt_print_version(stdout);
	fflush(stdout);
	seed_random();
	volunteer_for_oom();
	atexit(on_process_exit);
	igt_signals_install();
	now(&test.started);
}

void igt__init_subtests(int argc, char **argv)
{
	start(argc, argv, true);
}

void igt__init_simple(int argc, char **argv)
{
	start(argc, argv, false);
}

/* --- fixtures and groups ------------------------------------------------------------------ */

bool igt__fixture_begin(void)
{
	igt_internal_assert(test.subtests, "igt_fixture() in a test without subtests");
	igt_internal_assert(!test.in_fixture, "nested fixtures");
	igt_internal_assert(!test.in_subtest, "a fixture inside a subtest");
	igt_description_drop();
	if (igt_list_mode() || test.henceforth != OUTCOME_RUN)
		return false;
	test.in_fixture = true;
	errno = 0;
	return true;
}

int igt__fixture_end(void)
{
	test.in_fixture = false;
	return 0;
}

struct igt__group igt__group_new(void)
{
	igt_internal_assert(!test.in_fixture && !test.in_subtest,
			    "a group inside a fixture or subtest");
	return (struct igt__group){.outcome = test.henceforth};
}

bool igt__group_enter(struct igt__group *group)
{
	if (group->open)
		return false;
	group->open = true;
	igt__group_describe(group);
	return true;
}

void igt__group_leave(struct igt__group *group)
{
	test.henceforth = group->outcome;
	igt__group_undescribe(group);
}

/* --- subtests ----------------------------------------------------------------------------- */

static void check_name(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_') {
			igt_critical("Invalid subtest name \"%s\".\n", name);
			igt_misuse("character outside A-Z a-z 0-9 - _", __FILE__, __LINE__);
		}
	igt_internal_assert(*name && strlen(name) <= NAME_MAX_LENGTH,
			    "a subtest name has 1 to 255 characters");
}

/* Record the end of something that is part of the verdict. */
static void count_success(void)
{
	test.succeeded = true;
}

static void count_skip(void)
{
	test.skipped = true;
}

static void count_failure(int code)
{
	if (!test.failed)
		test.exit_code = code;
	test.failed = true;
}

bool igt__subtest_begin(const char *file, int line, const char *name)
{
	igt_internal_assert(test.subtests, "igt_subtest() in a test without subtests");
	igt_internal_assert(!test.in_subtest, "nested subtests");
	igt_internal_assert(!test.in_fixture, "a subtest inside a fixture");
	check_name(name);
	test.registered++;
	if (igt_list_mode()) {
		igt_listing_subtest(name, file, line);
		return false;
	}
	igt_description_drop();
	if (igt_options.pattern && !igt_wildmat(name, igt_options.pattern))
		return false;
	test.selected++;
	if (test.henceforth != OUTCOME_RUN) {
		bool skip = test.henceforth == OUTCOME_SKIP;

		igt_marker_result(name, skip ? IGT_WORD_SKIP : IGT_WORD_FAIL, 0.0);
		if (skip)
			count_skip();
		else
			count_failure(IGT_EXIT_FAILURE);
		return false;
	}
	snprintf(test.subtest, sizeof(test.subtest), "%s", name);
	igt_marker_starting(name);
	igt_log_ring_reset();
	__atomic_store_n(&test.thread_failed, false, __ATOMIC_RELAXED);
	now(&test.started);
	test.in_subtest = true;
	errno = 0;
	return true;
}

bool igt__subtest_begin_f(const char *file, int line, const char *format, ...)
{
	char name[NAME_MAX_LENGTH + 2];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	return igt__subtest_begin(file, line, name);
}

bool igt_on_subtest_end(void (*function)(void *data), void *data)
{
	if (!test.in_subtest || test.child)
		return false;
	igt_internal_assert(test.hook_count < MAX_SUBTEST_HOOKS, "too many subtest end hooks");
	test.hooks[test.hook_count].function = function;
	test.hooks[test.hook_count].data = data;
	test.hook_count++;
	return true;
}

/* Reached by siglongjmp(): the subtest's stack is gone, its leftovers are not. */
bool igt__subtest_over(void)
{
	while (test.hook_count > 0) {
		test.hook_count--;
		test.hooks[test.hook_count].function(test.hooks[test.hook_count].data);
	}
	return false;
}

static _Noreturn void leave_subtest(const char *word)
{
	igt_kmsg(KMSG_INFO "%s: finished subtest %s, %s\n", igt_test_name(), test.subtest, word);
	igt_marker_result(test.subtest, word, seconds_since_start());
	test.in_subtest = false;
	siglongjmp(igt__leave, 1);
}

void igt_subtest_crashed(int sig)
{
	if (test.child || !igt_on_main_thread()) {
		igt_marker_crash_from_signal(test.subtest, seconds_since_start());
		return;
	}
	igt_children_kill();
	count_failure(128 + sig);
	leave_subtest(IGT_WORD_CRASH);
}

/* --- how things end ----------------------------------------------------------------------- */

void igt_success(void)
{
	igt_internal_assert(igt_on_main_thread() && !test.child,
			    "igt_success() in a child or thread");
	if (__atomic_load_n(&test.thread_failed, __ATOMIC_ACQUIRE)) {
		igt_critical("Failure in a thread!\n");
		igt_fail(IGT_EXIT_FAILURE);
	}
	count_success();
	if (test.in_subtest)
		leave_subtest(IGT_WORD_SUCCESS);
	igt_internal_assert(!test.subtests, "igt_success() outside a subtest");
	igt_exit();
}

void igt_end_skipped(void)
{
	igt_internal_assert(igt_on_main_thread() && !test.child, "skip in a child or thread");
	igt_children_kill();
	if (test.in_fixture) {
		test.in_fixture = false;
		test.henceforth = OUTCOME_SKIP;
		siglongjmp(igt__leave, 1);
	}
	count_skip();
	if (test.in_subtest)
		leave_subtest(IGT_WORD_SKIP);
	igt_internal_assert(!test.subtests, "skip outside a fixture or subtest");
	igt_exit();
}

static void print_failure(void)
{
	fflush(stdout);
	if (test.in_subtest)
		fprintf(stderr, "Subtest %s failed.\n", test.subtest);
	else
		fprintf(stderr, "Test %s failed.\n", test.name);
	igt_log_ring_dump(stderr);
}

void igt_fail(int code)
{
	igt_internal_assert(code != IGT_EXIT_SUCCESS && code != IGT_EXIT_SKIP,
			    "igt_fail() with a code that is no failure");
	if (!igt_on_main_thread()) {
		__atomic_store_n(&test.thread_failed, true, __ATOMIC_RELEASE);
		pthread_exit(NULL);
	}
	print_failure();
	if (test.child)
		_exit(code);
	igt_children_kill();
	count_failure(code);
	if (test.in_subtest)
		leave_subtest(IGT_WORD_FAIL);
	if (test.in_fixture) {
		test.in_fixture = false;
		test.henceforth = OUTCOME_FAIL;
		siglongjmp(igt__leave, 1);
	}
	igt_exit();
}

/* The exit code that sums up the run, and the word for a test without subtests. */
static int verdict(const char **ret_word)
{
	if (igt_options.pattern && !test.selected) {
		igt_critical("Unknown subtest: %s\n", igt_options.pattern);
		return IGT_EXIT_INVALID;
	}
	if (test.failed) {
		*ret_word = IGT_WORD_FAIL;
		return test.exit_code;
	}
	if (test.succeeded || (!test.subtests && !test.skipped)) {
		*ret_word = IGT_WORD_SUCCESS;
		return IGT_EXIT_SUCCESS;
	}
	*ret_word = IGT_WORD_SKIP;
	return IGT_EXIT_SKIP;
}

void igt_exit(void)
{
	const char *word = NULL;
	int code;

	igt_internal_assert(!test.child, "igt_exit() in a child");
	if (igt_list_mode())
		exit(test.registered ? IGT_EXIT_SUCCESS : IGT_EXIT_INVALID);
	igt_internal_assert(!test.subtests || test.registered, "a test without any subtest");
	igt_internal_assert(!igt_children_left(), "children not collected");
	code = verdict(&word);
	if (!test.subtests)
		igt_marker_simple_result(word, seconds_since_start());
	igt_exit_handlers_run(0);
	igt_marker_exiting(code);
	test.exiting = true;
	exit(code);
}

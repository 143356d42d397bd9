/* SPDX-License-Identifier: MIT */
/**
 * The state of a running test: how it starts, how what it runs ends, and the exit code that sums
 * it all up.
 */
#define IGT_LOG_DOMAIN "igt_core"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "igt_config.h"
#include "igt_device_filter.h"
#include "igt_hook.h"
#include "igt_internal.h"
#include "igt_trace.h"

struct igt_test igt_test;

/* --- who and where -------------------------------------------------------------------------- */

const char *igt_test_name(void)
{
	return igt_test.name;
}

bool igt_only_list_subtests(void)
{
	return igt_list_mode();
}

bool igt_can_fail(void)
{
	return !igt_test.subtests || igt_test.in_fixture || igt_test.subtest.open;
}

bool igt_on_main_thread(void)
{
	return gettid() == igt_test.main_thread;
}

bool igt_in_child(void)
{
	return igt_test.child;
}

void igt_become_child(void)
{
	igt_test.child = true;
	igt_test.main_thread = gettid();
	igt_test.hook_count = 0;
	igt_children_forget();
	igt_exit_handlers_forget();
	igt_log_become_child();
	igt_timeout_become_child();
}

void igt_misuse(const char *what, const char *file, int line)
{
	igt_critical("%s (%s:%d), please refer to lib/igt_core documentation\n", what, file, line);
	abort();
}

/* --- start ---------------------------------------------------------------------------------- */

/*
 * exit() behind the library's back would lose the verdict and look like success; a child is free
 * to call it, its parent judges the status.
 */
static void on_process_exit(void)
{
	if (igt_test.child || igt_test.exiting)
		return;
	igt_exit_handlers_run(0);
	igt_misuse("exit() called instead of igt_exit()", __FILE__, __LINE__);
}

static void stop_helpers_at_exit(int sig)
{
	igt_helpers_kill(IGT_HELPERS_ALL);
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
	srand(seed);
}

/* Of the places that may name a device the first one that does so counts. */
static void take_device_filter(const char *place, const char *filter)
{
	const char *why;

	if (!filter || igt_device_filter_get(0) || igt_device_filter_add(filter, &why) == 0)
		return;
	fprintf(stderr, "%s '%s' refused: %s\n", place, filter, why);
	exit(IGT_EXIT_INVALID);
}

static void start(int argc, char **argv, bool subtests, const struct igt_extra_options *extra)
{
	const char *slash = strrchr(argv[0], '/');

	igt_test.main_thread = gettid();
	igt_test.subtests = subtests;
	snprintf(igt_test.name, sizeof(igt_test.name), "%s", slash ? slash + 1 : argv[0]);
	igt_comms_init();
	igt_parse_options(argc, argv, subtests, extra);
	if (igt_list_mode()) {
		igt_listing_begin();
		return;
	}
	take_device_filter(IGT_ENV_DEVICE, getenv(IGT_ENV_DEVICE));
	igt_config_load();
	take_device_filter("Device in the configuration file", igt_config_get("Common", "Device"));

	igt_marker_executing();
	igt_marker_version();
	seed_random();
	igt_hook_event(IGT_HOOK_PRE_TEST, NULL);
	volunteer_for_oom();
	atexit(on_process_exit);
	igt_install_exit_handler(stop_helpers_at_exit);
	igt_signals_install();
	if (igt_options.trace_on_oops)
		igt_trace_on_oops();
	igt_gettime(&igt_test.started);
}

void igt_subtest_init_parse_opts(int *argc, char **argv, const char *short_options,
				 const struct option *long_options, const char *help,
				 igt_opt_handler_t handler, void *data)
{
	const struct igt_extra_options extra = {short_options, long_options, help, handler, data};

	start(*argc, argv, true, &extra);
}

void igt_simple_init_parse_opts(int *argc, char **argv, const char *short_options,
				const struct option *long_options, const char *help,
				igt_opt_handler_t handler, void *data)
{
	const struct igt_extra_options extra = {short_options, long_options, help, handler, data};

	start(*argc, argv, false, &extra);
}

/* --- how things end ------------------------------------------------------------------------- */

void igt_count_failure(int code)
{
	if (!igt_test.failed)
		igt_test.exit_code = code;
	igt_test.failed = true;
	if (igt_test.dynamic.open)
		igt_test.dynamic_failed = true;
}

/* A subtest made of dynamic ones has run to its end: they decide. */
static void end_container(void)
{
	if (igt_test.dynamic_failed)
		igt_fail(IGT_EXIT_FAILURE);
	if (!igt_test.dynamic_succeeded)
		igt_skip("No dynamic tests executed.\n");
}

void igt_fail_for_threads(void)
{
	if (!__atomic_load_n(&igt_test.thread_failed, __ATOMIC_ACQUIRE))
		return;
	igt_critical("Failure in a thread!\n");
	igt_fail(IGT_EXIT_FAILURE);
}

void igt_success(void)
{
	igt_internal_assert(igt_on_main_thread() && !igt_test.child,
			    "igt_success() in a child or thread");
	igt_fail_for_threads();
	if (igt_test.subtest.open && igt_test.watch.success)
		igt_test.watch.success();
	if (igt_test.dynamic.open) {
		igt_test.dynamic_succeeded = true;
		igt_leave_block(IGT_WORD_SUCCESS);
	}
	if (igt_test.subtest.open && igt_test.container)
		end_container();
	igt_test.succeeded = true;
	if (igt_test.subtest.open)
		igt_leave_block(IGT_WORD_SUCCESS);
	igt_internal_assert(!igt_test.subtests, "igt_success() outside a subtest");
	igt_exit();
}

void igt_end_skipped(void)
{
	igt_internal_assert(igt_on_main_thread() && !igt_test.child, "skip in a child or thread");
	igt_children_kill();
	if (igt_test.in_fixture)
		igt_leave_fixture(IGT_OUTCOME_SKIP);
	igt_test.skipped = true;
	if (igt_test.subtest.open)
		igt_leave_block(IGT_WORD_SKIP);
	igt_internal_assert(!igt_test.subtests, "skip outside a fixture or subtest");
	igt_exit();
}

static void print_failure(void)
{
	igt_log_line_end();
	/* A container fails for its dynamic subtests, and these have told why. */
	if (igt_test.dynamic.open)
		igt_putf(IGT_STREAM_STDERR, "Dynamic subtest %s failed.\n", igt_test.dynamic.name);
	else if (igt_test.subtest.open && igt_test.dynamic_failed)
		return;
	else if (igt_test.subtest.open)
		igt_putf(IGT_STREAM_STDERR, "Subtest %s failed.\n", igt_test.subtest.name);
	else
		igt_putf(IGT_STREAM_STDERR, "Test %s failed.\n", igt_test.name);
	igt_log_ring_dump();
}

void igt_fail(int code)
{
	igt_internal_assert(code != IGT_EXIT_SUCCESS && code != IGT_EXIT_SKIP,
			    "igt_fail() with a code that is no failure");
	if (!igt_on_main_thread()) {
		__atomic_store_n(&igt_test.thread_failed, true, __ATOMIC_RELEASE);
		pthread_exit(NULL);
	}
	if (igt_under_gdb())
		abort();
	print_failure();
	if (igt_test.child)
		_exit(code);
	igt_children_kill();
	igt_count_failure(code);
	if (igt_test.subtest.open)
		igt_leave_block(IGT_WORD_FAIL);
	if (igt_test.in_fixture)
		igt_leave_fixture(IGT_OUTCOME_FAIL);
	igt_exit();
}

void igt_end_aborted(void)
{
	igt_children_kill();
	/* What the test changed on the machine is undone even now; a child has no handlers. */
	igt_exit_handlers_run(0);
	_exit(IGT_EXIT_ABORT);
}

void igt__abort(const char *file, int line, const char *function, const char *condition,
		const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	igt_kmsg(KMSG_ERR "%s[%d]: Abort in function %s, file %s:%i, %s\n", igt_test.name, getpid(),
		 function, file, line, condition);
	igt_putf(IGT_STREAM_STDERR,
		 "Test abort in function %s, file %s:%i:\n" IGT_TEXT_ABORT_CONDITION "%s\n%s",
		 function, file, line, condition, text ?: "");
	igt_log_ring_dump();
	if (igt_under_gdb())
		abort();
	igt_end_aborted();
}

/* The exit code that sums up the run, and the word for it. */
static int verdict(const char **ret_word)
{
	*ret_word = IGT_WORD_FAIL;
	if (igt_options.pattern && !igt_test.selected) {
		igt_critical("Unknown subtest: %s\n", igt_options.pattern);
		return IGT_EXIT_INVALID;
	}
	if (igt_test.failed)
		return igt_test.exit_code;
	if (igt_test.succeeded || (!igt_test.subtests && !igt_test.skipped)) {
		*ret_word = IGT_WORD_SUCCESS;
		return IGT_EXIT_SUCCESS;
	}
	*ret_word = IGT_WORD_SKIP;
	return IGT_EXIT_SKIP;
}

void igt_exit(void)
{
	struct timespec end;
	const char *word;
	int code;

	igt_internal_assert(!igt_test.child, "igt_exit() in a child");
	if (igt_list_mode())
		exit(igt_test.registered ? IGT_EXIT_SUCCESS : IGT_EXIT_INVALID);
	igt_internal_assert(!igt_test.subtests || igt_test.registered,
			    "a test without any subtest");
	igt_internal_assert(!igt_children_left(), "children not collected");
	if (!igt_test.subtests && __atomic_load_n(&igt_test.thread_failed, __ATOMIC_ACQUIRE) &&
	    !igt_test.failed) {
		igt_critical("Failure in a thread!\n");
		print_failure();
		igt_count_failure(IGT_EXIT_FAILURE);
	}
	code = verdict(&word);
	igt_gettime(&end);
	if (!igt_test.subtests)
		igt_marker_simple_result(word, igt_time_elapsed(&igt_test.started, &end));
	igt_exit_handlers_run(0);
	igt_hook_event(IGT_HOOK_POST_TEST, word);
	igt_marker_exiting(code);
	igt_test.exiting = true;
	exit(code);
}

/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "run_tester.h"

/* Signals that we do not handle are not AddressSanitizer's either. */
#define NO_SANITIZER_HANDLERS "ASAN_OPTIONS=handle_sigill=0"

/* How outcomes of subtests add up to one exit code. */
static const struct {
	const char *subtests;
	int code;
} sums[] = {
	{"pass", 0},
	{"pass,skip", 0},
	{"skip", IGT_EXIT_SKIP},
	{"skip,skip-plain", IGT_EXIT_SKIP},
	{"fail", IGT_EXIT_FAILURE},
	{"pass,fail", IGT_EXIT_FAILURE},
	{"fail,skip", IGT_EXIT_FAILURE},
	/* The first failure's code is kept. */
	{"fail,fail-79", IGT_EXIT_FAILURE},
	{"fail-79,segv", 79},
	{"segv", 128 + SIGSEGV},
	{"bus", 128 + SIGBUS},
	{"fpe", 128 + SIGFPE},
	{"pass,segv,skip", 128 + SIGSEGV},
	{"thread", IGT_EXIT_FAILURE},
};

static void exit_codes_add_up(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sums); i++) {
		_cleanup_run_ struct run run =
			run_tester(NULL, "outcomes", "--run-subtest", sums[i].subtests, NULL);

		if (run.code != sums[i].code)
			fail_msg("%s: exit code %d, expected %d", sums[i].subtests, run.code,
				 sums[i].code);
	}
}

static void success_is_two_lines(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "outcomes", "--run-subtest", "pass*", NULL);

	assert_string_equal(run.out, "Starting subtest: pass\n"
				     "Subtest pass: SUCCESS (0.000s)\n"
				     "Starting subtest: pass-2\n"
				     "Subtest pass-2: SUCCESS (0.000s)\n");
	assert_string_equal(run.err, "");
}

static void skip_tells_its_reason(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "outcomes", "--run-subtest", "skip", NULL);

	assert_contains(run.out, "Starting subtest: skip\n"
				 "Test requirement not met in function igt__test_body, file ");
	assert_contains(run.out, "tester_outcomes.c:N:\n"
				 "Test requirement: 0 > 1\n"
				 "zero is small\n"
				 "Subtest skip: SKIP (0.000s)\n");
	assert_string_equal(run.err, "");
}

static void failure_tells_values_and_cleans_up(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "outcomes", "--run-subtest", "fail", NULL);

	assert_string_equal(run.out, "Starting subtest: fail\n"
				     "Stack trace:\n"
				     "Subtest fail: FAIL (0.000s)\n"
				     "cleaned up after fail\n");
	assert_contains(run.err, "(tester_outcomes:PID) CRITICAL: Test assertion failure function "
				 "igt__test_body, file ");
	assert_contains(run.err,
			"(tester_outcomes:PID) CRITICAL: Failed assertion: 2 + 2 == 5\n"
			"(tester_outcomes:PID) CRITICAL: Last errno: 2, No such file or directory\n"
			"(tester_outcomes:PID) CRITICAL: error: 4 != 5\n"
			"Subtest fail failed.\n"
			"**** DEBUG ****\n"
			"(tester_outcomes:PID) CRITICAL: Test assertion failure");
	assert_contains(run.err, "error: 4 != 5\n****  END  ****\n");
}

static void crash_ends_only_its_subtest(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "outcomes", "--run-subtest", "segv,bus", NULL);

	assert_string_equal(run.out, "Starting subtest: segv\n"
				     "Subtest segv: CRASH (0.000s)\n"
				     "Starting subtest: bus\n"
				     "Subtest bus: CRASH (0.000s)\n");
	assert_string_equal(run.err, "Received signal SIGSEGV.\nStack trace: \n"
				     "Received signal SIGBUS.\nStack trace: \n");
}

static void deadly_signals_leave_no_result(void **state)
{
	_cleanup_run_ struct run aborted =
		run_tester(NULL, "outcomes", "--run-subtest", "abort", NULL);
	_cleanup_run_ struct run terminated =
		run_tester(NULL, "outcomes", "--run-subtest", "term", NULL);

	assert_int_equal(aborted.code, 128 + SIGABRT);
	assert_string_equal(aborted.out, "Starting subtest: abort\n");
	assert_contains(aborted.err, "Received signal SIGABRT.\n");
	assert_int_equal(terminated.code, 128 + SIGTERM);
	assert_string_equal(terminated.out, "Starting subtest: term\nexit handler\n");
	assert_string_equal(terminated.err, "");
}

/* What signals that end the test leave: a line on stderr, or none; exit handlers have run. */
static const struct {
	int number;
	const char *err;
	const char *out;
} deadly[] = {
	{SIGINT, "", "exit handler\n"},
	{SIGHUP, "", "exit handler\n"},
	{SIGPIPE, "", "exit handler\n"},
	{SIGTERM, "", "exit handler\n"},
	{SIGQUIT, "Received signal SIGQUIT.\nStack trace: \n", "exit handler\n"},
	{SIGABRT, "Received signal SIGABRT.\nStack trace: \n", "exit handler\n"},
	/* Has no handler, as in IGT. */
	{SIGILL, "", ""},
};

static void each_deadly_signal_ends_the_test(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(deadly); i++) {
		char number[16], out[256];

		snprintf(number, sizeof(number), "%d", deadly[i].number);
		snprintf(out, sizeof(out),
			 "Starting subtest: signals\nStarting dynamic subtest: %s\n%s", number,
			 deadly[i].out);
		_cleanup_run_ struct run run = run_tester(NO_SANITIZER_HANDLERS, "outcomes",
							  "--run-subtest", "signals",
							  "--dynamic-subtest", number, NULL);

		assert_int_equal(run.code, 128 + deadly[i].number);
		assert_string_equal(run.err, deadly[i].err);
		assert_string_equal(run.out, out);
	}
}

static void exit_behind_the_back_is_no_success(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "outcomes", "--run-subtest", "exit", NULL);

	assert_int_equal(run.code, 128 + SIGABRT);
	assert_contains(run.err, "exit() called instead of igt_exit()");
}

static void thread_failure_is_the_subtests(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "outcomes", "--run-subtest", "thread", NULL);
	_cleanup_run_ struct run crash =
		run_tester(NULL, "outcomes", "--run-subtest", "thread-segv", NULL);

	assert_contains(run.err, "[thread:");
	assert_contains(run.err, "Failure in a thread!\n");
	assert_contains(run.out, "Subtest thread: FAIL (0.000s)\n");
	assert_int_equal(crash.code, 128 + SIGSEGV);
	assert_contains(crash.out, "Subtest thread-segv: CRASH (0.000s)\n");
}

static void timeout_fails(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "outcomes", "--run-subtest", "timeout,hooks", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "Timed out: waiting for nothing\nSubtest timeout: FAIL (");
	assert_contains(run.out, "Subtest hooks: SUCCESS (0.000s)\n"
				 "cleaned up after the second\ncleaned up after the first\n");
}

static void sentinels_go_to_stderr_too(void **state)
{
	_cleanup_run_ struct run run = run_tester(IGT_ENV_SENTINEL "=1", "outcomes",
						  "--run-subtest", "pass,skip-plain", NULL);

	assert_string_equal(run.err, "Starting subtest: pass\n"
				     "Subtest pass: SUCCESS (0.000s)\n"
				     "Starting subtest: skip-plain\n"
				     "Subtest skip-plain: SKIP (0.000s)\n");
}

static void simple_test_ends_with_its_result(void **state)
{
	_cleanup_run_ struct run pass = run_tester(NULL, "simple", NULL);
	_cleanup_run_ struct run skip = run_tester("TESTER=skip", "simple", NULL);
	_cleanup_run_ struct run fail = run_tester("TESTER=fail", "simple", NULL);
	_cleanup_run_ struct run segv = run_tester("TESTER=segv", "simple", NULL);
	_cleanup_run_ struct run oom = run_tester("TESTER=oom", "simple", NULL);

	assert_int_equal(pass.code, 0);
	assert_string_equal(pass.out, "SUCCESS (0.000s)\n");
	assert_int_equal(skip.code, IGT_EXIT_SKIP);
	assert_contains(skip.out, "SKIP (0.000s)\n");
	assert_int_equal(fail.code, IGT_EXIT_FAILURE);
	assert_contains(fail.out, "FAIL (0.000s)\n");
	assert_contains(fail.err, "Test tester_simple failed.\n");
	assert_int_equal(segv.code, 128 + SIGSEGV);
	assert_string_equal(segv.out, "");
	assert_contains(oom.out, "oom_score_adj 1000\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes_add_up),
		cmocka_unit_test(success_is_two_lines),
		cmocka_unit_test(skip_tells_its_reason),
		cmocka_unit_test(failure_tells_values_and_cleans_up),
		cmocka_unit_test(crash_ends_only_its_subtest),
		cmocka_unit_test(deadly_signals_leave_no_result),
		cmocka_unit_test(each_deadly_signal_ends_the_test),
		cmocka_unit_test(exit_behind_the_back_is_no_success),
		cmocka_unit_test(thread_failure_is_the_subtests),
		cmocka_unit_test(timeout_fails),
		cmocka_unit_test(sentinels_go_to_stderr_too),
		cmocka_unit_test(simple_test_ends_with_its_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

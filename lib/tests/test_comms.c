/* SPDX-License-Identifier: MIT */
/*
 * What a test with a runner's socket sends through it, and what it still prints.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "igt_wire.h"
#include "run_tester.h"

static const struct run_setup with_socket = {.socket = true};

static void success_is_packets_and_no_text(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "outcomes", "--run-subtest", "pass*", NULL);

	assert_int_equal(run.code, 0);
	assert_string_equal(run.packets, "VERSION\n"
					 "SUBTEST_START \"pass\"\n"
					 "SUBTEST_RESULT \"pass\" \"SUCCESS\" \"0.000\" \"\"\n"
					 "SUBTEST_START \"pass-2\"\n"
					 "SUBTEST_RESULT \"pass-2\" \"SUCCESS\" \"0.000\" \"\"\n");
	assert_string_equal(run.out, "");
	assert_string_equal(run.err, "");
}

static void dynamic_subtests_have_their_own(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "dynamic", "--run-subtest", "skip-and-good", NULL);

	assert_string_equal(run.packets, "VERSION\n"
					 "SUBTEST_START \"skip-and-good\"\n"
					 "DYNAMIC_START \"a\"\n"
					 "out \"not here\n\"\n"
					 "DYNAMIC_RESULT \"a\" \"SKIP\" \"0.000\" \"\"\n"
					 "DYNAMIC_START \"b\"\n"
					 "DYNAMIC_RESULT \"b\" \"SUCCESS\" \"0.000\" \"\"\n"
					 "SUBTEST_RESULT \"skip-and-good\" \"SUCCESS\" "
					 "\"0.000\" \"\"\n");
	assert_string_equal(run.out, "");
	assert_string_equal(run.err, "");
}

static void failure_goes_through_it(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "outcomes", "--run-subtest", "fail", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.packets, "err \"(tester_outcomes:PID) CRITICAL: error: 4 != 5\n\"\n"
				     "out \"Stack trace:\n\"\n"
				     "err \"Subtest fail failed.\n\"\n"
				     "err \"**** DEBUG ****\n\"\n");
	assert_contains(run.packets, "err \"****  END  ****\n\"\n"
				     "SUBTEST_RESULT \"fail\" \"FAIL\" \"0.000\" \"\"\n");
	assert_string_equal(run.out, "");
	assert_string_equal(run.err, "");
}

static void log_keeps_its_streams(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "logging", "--run-subtest", "levels", NULL);

	assert_contains(run.packets, "out \"info\n\"\n"
				     "err \"(tester_logging:PID) WARNING: warn\n\"\n"
				     "err \"(tester_logging:PID) CRITICAL: critical\n\"\n"
				     "out \"in \"\n"
				     "out \"pieces\n\"\n");
}

static void crash_is_told_from_the_handler(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "outcomes", "--run-subtest", "segv,bus", NULL);

	assert_int_equal(run.code, 128 + SIGSEGV);
	assert_contains(run.packets, "(signal) err \"Received signal \"\n"
				     "(signal) err \"SIGSEGV\"\n"
				     "(signal) err \".\nStack trace: \n\"\n"
				     "SUBTEST_RESULT \"segv\" \"CRASH\" \"0.000\" \"\"\n"
				     "SUBTEST_START \"bus\"\n");
	assert_string_equal(run.err, "");
}

static void crash_in_a_child_is_told_twice(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "children", "--run-subtest", "segv", NULL);

	assert_contains(run.packets,
			"(signal) SUBTEST_RESULT \"segv\" \"CRASH\" \"0.000\" \"\"\n"
			"out \"child 0 died with signal 11, Segmentation fault\n\"\n");
	assert_contains(run.packets, "SUBTEST_RESULT \"segv\" \"FAIL\" \"0.000\" \"\"\n");
}

static void long_texts_are_split(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "logging", "--run-subtest", "long", NULL);
	unsigned int packets = 0, letters = 0;

	for (const char *at = run.packets; (at = strstr(at, "out \"xx")); at += 6)
		packets++;
	for (const char *at = run.packets; (at = strchr(at, 'x')); at++)
		letters++;
	/* 10000 bytes at 4096 a packet. */
	assert_int_equal(packets, 3);
	assert_int_equal(letters, 10000);
}

static void what_tests_print_goes_to_the_pipes(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "logging", "--run-subtest", "raw", NULL);

	assert_string_equal(run.out, "raw out\n");
	assert_string_equal(run.err, "raw err\n");
	assert_lacks(run.packets, "raw out");
}

static void test_in_one_piece_has_no_result_line(void **state)
{
	_cleanup_run_ struct run run = run_tester_with(&with_socket, "simple", NULL);

	assert_int_equal(run.code, 0);
	assert_string_equal(run.packets, "VERSION\n");
	assert_string_equal(run.out, "");
}

static void sentinels_are_off(void **state)
{
	const struct run_setup setup = {.socket = true, .environment = {IGT_ENV_SENTINEL "=1"}};
	_cleanup_run_ struct run run =
		run_tester_with(&setup, "outcomes", "--run-subtest", "pass", NULL);

	assert_string_equal(run.err, "");
}

static void no_socket_is_no_socket(void **state)
{
	static const char *const values[] = {"1", "77", "-1", "x", "", "3x"};

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char variable[64];

		snprintf(variable, sizeof(variable), IGT_ENV_SOCKET "=%s", values[i]);
		_cleanup_run_ struct run run =
			run_tester(variable, "outcomes", "--run-subtest", "pass", NULL);

		assert_string_equal(run.out, "Starting subtest: pass\n"
					     "Subtest pass: SUCCESS (0.000s)\n");
	}
}

/* Programs that a test starts must not report in its name, nor keep the runner waiting. */
static void socket_is_not_passed_on(void **state)
{
	_cleanup_run_ struct run run = run_tester_with(
		&with_socket, "outcomes", "--run-subtest", "pass", "--hook",
		"pre-test:echo \"variable: $IGT_RUNNER_SOCKET_FD\"; ls -l /proc/$$/fd", NULL);

	assert_contains(run.out, "variable: \n");
	assert_lacks(run.out, "socket:");
}

static void listing_needs_no_packets(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "simple", "--show-testlist", NULL);

	assert_string_equal(run.out, "igt@tester_simple\n");
	assert_string_equal(run.packets, "");
}

static void abort_is_told(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&with_socket, "children", "--run-subtest", "abort", NULL);

	assert_int_equal(run.code, IGT_EXIT_ABORT);
	assert_contains(run.packets, "abort condition: child == 0\nthe machine is lost\n\"\n");
	assert_lacks(run.packets, "SUBTEST_RESULT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_is_packets_and_no_text),
		cmocka_unit_test(dynamic_subtests_have_their_own),
		cmocka_unit_test(failure_goes_through_it),
		cmocka_unit_test(log_keeps_its_streams),
		cmocka_unit_test(crash_is_told_from_the_handler),
		cmocka_unit_test(crash_in_a_child_is_told_twice),
		cmocka_unit_test(long_texts_are_split),
		cmocka_unit_test(what_tests_print_goes_to_the_pipes),
		cmocka_unit_test(test_in_one_piece_has_no_result_line),
		cmocka_unit_test(sentinels_are_off),
		cmocka_unit_test(no_socket_is_no_socket),
		cmocka_unit_test(socket_is_not_passed_on),
		cmocka_unit_test(listing_needs_no_packets),
		cmocka_unit_test(abort_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

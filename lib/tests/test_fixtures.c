/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "igt_wire.h"
#include "run_tester.h"

static void fixture_prepares(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "fixtures", "--run-subtest", "before", NULL);

	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "Starting subtest: before\n"
				     "set by fixture\n"
				     "Subtest before: SUCCESS (0.000s)\n"
				     "last fixture\n");
}

static void what_nobody_wants_is_not_prepared(void **state)
{
	_cleanup_run_ struct run all = run_tester(NULL, "fixtures", NULL);
	_cleanup_run_ struct run other =
		run_tester(NULL, "fixtures", "--run-subtest", "after", NULL);
	_cleanup_run_ struct run skip =
		run_tester("TESTER=costly-skip", "fixtures", "--run-subtest", "c*y", NULL);

	assert_contains(all.out, "at much cost\nStarting subtest: costly\n");
	assert_null(strstr(other.out, "at much cost"));
	/* To be asked runs no fixture: it would have skipped that of the costs as well. */
	assert_contains(skip.out, "at much cost\n");
	assert_contains(skip.out, "Subtest costly: SKIP (0.000s)\n");
}

static void first_fixture_skips_all(void **state)
{
	_cleanup_run_ struct run run = run_tester("TESTER=first-skip", "fixtures", NULL);

	assert_int_equal(run.code, IGT_EXIT_SKIP);
	assert_contains(run.out, "Subtest before: SKIP (0.000s)\n"
				 "Subtest inside: SKIP (0.000s)\n"
				 "Subtest innermost: SKIP (0.000s)\n"
				 "Subtest inside-2: SKIP (0.000s)\n"
				 "Subtest after: SKIP (0.000s)\n");
	assert_null(strstr(run.out, "Starting subtest"));
	assert_null(strstr(run.out, "last fixture"));
}

static void first_fixture_fails_all(void **state)
{
	_cleanup_run_ struct run run = run_tester("TESTER=first-fail", "fixtures", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "Subtest before: FAIL (0.000s)\n");
	assert_contains(run.out, "Subtest after: FAIL (0.000s)\n");
	assert_contains(run.err, "Test tester_fixtures failed.\n");
}

static void thread_failure_is_the_fixtures(void **state)
{
	_cleanup_run_ struct run run = run_tester("TESTER=group-thread", "fixtures", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.err, "Failure in a thread!\nTest tester_fixtures failed.\n");
	assert_contains(run.out, "Subtest before: SUCCESS (0.000s)\n");
	assert_contains(run.out, "Subtest inside: FAIL (0.000s)\n"
				 "Subtest innermost: FAIL (0.000s)\n");
	assert_contains(run.out, "Subtest after: SUCCESS (0.000s)\n");
}

static void group_bounds_a_skip(void **state)
{
	_cleanup_run_ struct run group = run_tester("TESTER=group-skip", "fixtures", NULL);
	_cleanup_run_ struct run inner = run_tester("TESTER=inner-skip", "fixtures", NULL);

	assert_int_equal(group.code, 0);
	assert_contains(group.out, "Subtest before: SUCCESS (0.000s)\n");
	assert_contains(group.out, "Subtest inside: SKIP (0.000s)\n"
				   "Subtest innermost: SKIP (0.000s)\n"
				   "Subtest inside-2: SKIP (0.000s)\n");
	assert_contains(group.out, "Subtest after: SUCCESS (0.000s)\nlast fixture\n");
	assert_int_equal(inner.code, 0);
	assert_contains(inner.out, "Subtest innermost: SKIP (0.000s)\n");
	assert_contains(inner.out, "Subtest inside-2: SUCCESS (0.000s)\n");
}

static void failing_group_fails_the_binary(void **state)
{
	_cleanup_run_ struct run run =
		run_tester("TESTER=group-fail", "fixtures", "--run-subtest", "after", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "Subtest after: SUCCESS (0.000s)\n");
}

static void crash_in_a_fixture_ends_the_test(void **state)
{
	_cleanup_run_ struct run run = run_tester("TESTER=first-segv", "fixtures", NULL);

	assert_int_equal(run.code, 128 + SIGSEGV);
	assert_string_equal(run.out, "");
	assert_contains(run.err, "Received signal SIGSEGV.\n");
}

static void misuse_aborts(void **state)
{
	static const char *const wishes[][2] = {
		{"TESTER=none", "a test without any subtest"},
		{"TESTER=skip-outside", "skip outside a fixture or subtest"},
		{"TESTER=name", "Invalid subtest name \"no spaces\"."},
		{"TESTER=fixture-in-fixture", "nested fixtures"},
		{"TESTER=fixture-in-subtest", "a fixture inside a subtest"},
		{"TESTER=subtest-in-subtest", "nested subtests"},
		{"TESTER=subtest-in-fixture", "a subtest inside a fixture"},
		{"TESTER=group-in-fixture", "a group inside a fixture or subtest"},
		{"TESTER=group-in-subtest", "a group inside a fixture or subtest"},
		{"TESTER=dynamic-outside", "igt_dynamic() outside igt_subtest_with_dynamic()"},
		{"TESTER=two-descriptions", "a description follows another"},
		{"TESTER=dynamic-in-subtest", "igt_dynamic() outside igt_subtest_with_dynamic()"},
		{"TESTER=dynamic-in-dynamic", "nested dynamic subtests"},
		{"TESTER=dynamic-name", "Invalid subtest name \"no spaces\"."},
		{"TESTER=long-name", "a subtest name has 1 to 255 characters"},
		{"TESTER=skip-in-thread", "skip in a child or thread"},
		{"TESTER=fork-in-child", "igt_fork() in a child"},
		{"TESTER=fail-with-skip", "igt_fail() with a code that is no failure"},
		{"TESTER=hooks", "too many subtest end hooks"},
	};

	for (unsigned int i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		/* Descriptions are for the listing that shows them. */
		const char *mode = strstr(wishes[i][0], "descriptions") ? "--describe" : NULL;
		_cleanup_run_ struct run run = run_tester(wishes[i][0], "misuse", mode, NULL);

		assert_int_equal(run.code, 128 + SIGABRT);
		assert_contains(run.err, wishes[i][1]);
		assert_contains(run.err, "please refer to lib/igt_core documentation");
	}
}

static void longest_name_is_fine(void **state)
{
	_cleanup_run_ struct run run = run_tester("TESTER=longest-name", "misuse", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.out, "reached\nSubtest 000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixture_prepares),
		cmocka_unit_test(what_nobody_wants_is_not_prepared),
		cmocka_unit_test(first_fixture_skips_all),
		cmocka_unit_test(first_fixture_fails_all),
		cmocka_unit_test(thread_failure_is_the_fixtures),
		cmocka_unit_test(group_bounds_a_skip),
		cmocka_unit_test(failing_group_fails_the_binary),
		cmocka_unit_test(crash_in_a_fixture_ends_the_test),
		cmocka_unit_test(misuse_aborts),
		cmocka_unit_test(longest_name_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

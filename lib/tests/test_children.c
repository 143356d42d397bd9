/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "igt_wire.h"
#include "run_tester.h"

static struct run run_subtest(const char *name)
{
	return run_tester(NULL, "children", "--run-subtest", name, NULL);
}

static void good_children_are_silent(void **state)
{
	_cleanup_run_ struct run run = run_subtest("well");

	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "Starting subtest: well\nSubtest well: SUCCESS (0.000s)\n");
	assert_string_equal(run.err, "");
}

static void exit_status_is_the_tests(void **state)
{
	_cleanup_run_ struct run run = run_subtest("exit-7");

	assert_int_equal(run.code, 7);
	assert_string_equal(run.out, "Starting subtest: exit-7\n"
				     "child 0 failed with exit status 7\n"
				     "Subtest exit-7: FAIL (0.000s)\n");
	assert_string_equal(run.err, "Subtest exit-7 failed.\nNo log.\n");
}

static void signal_is_the_tests(void **state)
{
	_cleanup_run_ struct run run = run_subtest("kill");

	assert_int_equal(run.code, 128 + SIGKILL);
	assert_contains(run.out, "child 0 died with signal 9, Killed\n");
}

static void assertion_in_a_child_is_printed_by_it(void **state)
{
	_cleanup_run_ struct run run = run_subtest("assert");

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.err, "Failed assertion: child != 1\n");
	assert_contains(run.err, "****  END  ****\nSubtest assert failed.\nNo log.\n");
	assert_contains(run.out, "child 1 failed with exit status 98\n");
	assert_contains(run.out, "Subtest assert: FAIL (0.000s)\n");
}

static void crash_in_a_child_is_told_twice(void **state)
{
	_cleanup_run_ struct run run = run_subtest("segv");

	assert_int_equal(run.code, 128 + SIGSEGV);
	assert_string_equal(run.out, "Starting subtest: segv\n"
				     "Subtest segv: CRASH (0.000s)\n"
				     "child 0 died with signal 11, Segmentation fault\n"
				     "Subtest segv: FAIL (0.000s)\n");
}

static void children_cannot_skip(void **state)
{
	_cleanup_run_ struct run run = run_subtest("skip");

	assert_int_equal(run.code, 128 + SIGABRT);
	assert_contains(run.out, "child 0 died with signal 6, Aborted\n");
}

static void failing_parent_takes_its_children_along(void **state)
{
	_cleanup_run_ struct run run = run_subtest("parent-fails");

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "Subtest parent-fails: FAIL (0.000s)\n");
}

static void hanging_children_are_killed(void **state)
{
	_cleanup_run_ struct run run = run_subtest("hang");

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "Timed out: children that hang\n");
}

static void children_must_be_collected(void **state)
{
	_cleanup_run_ struct run run = run_subtest("uncollected");

	assert_int_equal(run.code, 128 + SIGABRT);
	assert_contains(run.err, "children not collected");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_children_are_silent),
		cmocka_unit_test(exit_status_is_the_tests),
		cmocka_unit_test(signal_is_the_tests),
		cmocka_unit_test(assertion_in_a_child_is_printed_by_it),
		cmocka_unit_test(crash_in_a_child_is_told_twice),
		cmocka_unit_test(children_cannot_skip),
		cmocka_unit_test(failing_parent_takes_its_children_along),
		cmocka_unit_test(hanging_children_are_killed),
		cmocka_unit_test(children_must_be_collected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

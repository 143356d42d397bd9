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
	_cleanup_run_ struct run multi = run_subtest("multi-skips");

	assert_int_equal(run.code, 128 + SIGABRT);
	assert_contains(run.out, "child 0 died with signal 6, Aborted\n");
	assert_int_equal(multi.code, 128 + SIGABRT);
	assert_contains(multi.err, "skip in a child or thread");
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

static void multi_children_have_an_index(void **state)
{
	_cleanup_run_ struct run run = run_subtest("multi");
	_cleanup_run_ struct run fail = run_subtest("multi-fails");
	_cleanup_run_ struct run killed = run_subtest("multi-killed");

	assert_string_equal(run.out, "Starting subtest: multi\n"
				     "<g:0> child 0\n"
				     "<g:1> child 1\n"
				     "Subtest multi: SUCCESS (0.000s)\n");
	assert_string_equal(run.err, "<g:0> (tester_children:PID) WARNING: warned 0\n"
				     "<g:1> (tester_children:PID) WARNING: warned 1\n");
	assert_int_equal(fail.code, IGT_EXIT_FAILURE);
	assert_contains(fail.err, "<g:1> (tester_children:PID) CRITICAL: error: 1 != 0\n");
	assert_contains(fail.out, "dynamic child 1 pid:PID failed with exit status 98\n");
	assert_int_equal(killed.code, 128 + SIGKILL);
	assert_contains(killed.out, "dynamic child 0 pid:PID died with signal 9, Killed\n");
}

static void status_can_be_asked_for(void **state)
{
	_cleanup_run_ struct run run = run_subtest("status");

	assert_int_equal(run.code, 0);
	assert_contains(run.out, "child 0 failed with exit status 7\n"
				 "Subtest status: SUCCESS (0.000s)\n");
}

static void skip_status_of_a_child_is_a_failure(void **state)
{
	_cleanup_run_ struct run run = run_subtest("exit-77");

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "child 0 failed with exit status 77\n");
}

static void abort_ends_the_test_at_once(void **state)
{
	_cleanup_run_ struct run child = run_subtest("abort,well");
	_cleanup_run_ struct run itself = run_subtest("abort-itself,well");

	assert_int_equal(child.code, IGT_EXIT_ABORT);
	assert_contains(child.err, "Test abort in function igt__test_body, file ");
	assert_contains(child.err, ".c:N:\nabort condition: child == 0\n"
				   "the machine is lost\nNo log.\n");
	/* What the test changed is undone; it has no result. */
	assert_contains(child.out, "child 0 failed with exit status 112\nexit handler\n");
	assert_lacks(child.out, "Subtest abort:");
	assert_int_equal(itself.code, IGT_EXIT_ABORT);
	assert_contains(itself.err, "abort condition: 1 > 0\nthe machine is lost\nNo log.\n");
	assert_lacks(itself.out, "Subtest abort-itself:");
	assert_lacks(itself.out, "exit handler");
}

static void helpers_work_in_the_background(void **state)
{
	_cleanup_run_ struct run run = run_subtest("helper");

	assert_int_equal(run.code, 0);
	assert_string_equal(run.out,
			    "Starting subtest: helper\nSubtest helper: SUCCESS (0.000s)\n");
	assert_string_equal(run.err, "");
}

static void helper_must_not_end_by_itself(void **state)
{
	_cleanup_run_ struct run run = run_subtest("helper-ends");
	_cleanup_run_ struct run meanwhile = run_subtest("helper-ends-meanwhile");

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.err, "helper 0 has ended by itself, with exit status 4\n");
	assert_int_equal(meanwhile.code, IGT_EXIT_FAILURE);
	assert_contains(meanwhile.err, "helper 0 has ended by itself, with exit status 5\n");
}

static void helpers_end_with_their_subtest(void **state)
{
	_cleanup_run_ struct run run = run_subtest("helper-left,helper-again");

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "Subtest helper-left: FAIL (0.000s)\n");
	assert_contains(run.out, "Subtest helper-again: SUCCESS (0.000s)\n");
}

static void helpers_are_four(void **state)
{
	_cleanup_run_ struct run run = run_subtest("helpers-5");

	assert_int_equal(run.code, 128 + SIGABRT);
	assert_contains(run.err, "more than 4 helpers");
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
		cmocka_unit_test(multi_children_have_an_index),
		cmocka_unit_test(status_can_be_asked_for),
		cmocka_unit_test(skip_status_of_a_child_is_a_failure),
		cmocka_unit_test(abort_ends_the_test_at_once),
		cmocka_unit_test(helpers_work_in_the_background),
		cmocka_unit_test(helper_must_not_end_by_itself),
		cmocka_unit_test(helpers_end_with_their_subtest),
		cmocka_unit_test(helpers_are_four),
		cmocka_unit_test(children_must_be_collected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

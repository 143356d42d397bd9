/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "igt_wire.h"
#include "run_tester.h"

#define P "(tester_logging:PID) "

static void levels_go_where_they_belong(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "logging", "--run-subtest", "levels", NULL);

	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "Starting subtest: levels\n"
				     "info\n"
				     "in pieces\n"
				     "Subtest levels: SUCCESS (0.000s)\n");
	assert_string_equal(run.err, P "WARNING: warn\n" P "CRITICAL: critical\n");
}

static void debug_shows_more(void **state)
{
	_cleanup_run_ struct run all =
		run_tester(NULL, "logging", "--run-subtest", "levels", "--debug", NULL);
	_cleanup_run_ struct run one =
		run_tester(NULL, "logging", "--run-subtest", "levels", "--debug=else", NULL);
	_cleanup_run_ struct run application =
		run_tester(NULL, "logging", "--run-subtest", "levels", "--debug=application", NULL);

	assert_contains(all.out, P "DEBUG: debug\n"
				 "info\n" P "else-DEBUG: other domain\n"
				 "in pieces\n");
	assert_string_equal(one.out, P "else-DEBUG: other domain\n"
				     "Subtest levels: SUCCESS (0.000s)\n");
	assert_string_equal(application.out, P "DEBUG: debug\n"
					     "info\n"
					     "in pieces\n"
					     "Subtest levels: SUCCESS (0.000s)\n");
}

static void environment_sets_the_level(void **state)
{
	_cleanup_run_ struct run warn =
		run_tester("IGT_LOG_LEVEL=warn", "logging", "--run-subtest", "levels", NULL);
	_cleanup_run_ struct run none =
		run_tester("IGT_LOG_LEVEL=none", "logging", "--run-subtest", "levels", NULL);

	assert_string_equal(warn.out, "Subtest levels: SUCCESS (0.000s)\n");
	assert_contains(warn.err, "WARNING: warn\n");
	assert_string_equal(none.out, "Subtest levels: SUCCESS (0.000s)\n");
	assert_string_equal(none.err, "");
}

static void warn_on_names_the_condition(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "logging", "--run-subtest", "warn-on", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.err, P "WARNING: Warning on condition 2 > 1 in function ");
	assert_null(strstr(run.err, "1 > 2"));
}

static void failure_dumps_the_last_records(void **state)
{
	_cleanup_run_ struct run full =
		run_tester(NULL, "logging", "--run-subtest", "full-ring", NULL);
	_cleanup_run_ struct run empty =
		run_tester(NULL, "logging", "--run-subtest", "full-ring,empty-ring", NULL);

	assert_contains(full.err, "Subtest full-ring failed.\n**** DEBUG ****\n" P
				  "DEBUG: record 10\n" P "DEBUG: record 11\n");
	assert_contains(full.err, P "DEBUG: record 265\n****  END  ****\n");
	assert_contains(empty.err, "Subtest empty-ring failed.\nNo log.\n");
}

static void output_is_in_order(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "logging", "--run-subtest", "order", NULL);

	_cleanup_run_ struct run hook = run_tester(NULL, "logging", "--run-subtest", "raw", "--hook",
						   "post-subtest:echo hook", NULL);

	assert_contains(hook.out, "raw out\nhook\nSubtest raw: ");
	assert_string_equal(run.out, "Starting subtest: order\n"
				     "1 2\n"
				     "3\n"
				     "Subtest order: SUCCESS (0.000s)\n");
	assert_string_equal(run.err, "a " P "WARNING: b\n");
}

static void markers_have_lines_of_their_own(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "logging", "--run-subtest", "unfinished*", NULL);
	const struct run_setup runner = {.socket = true};
	_cleanup_run_ struct run packets =
		run_tester_with(&runner, "logging", "--run-subtest", "unfinished*", NULL);

	assert_contains(run.out, "Starting subtest: unfinished\n"
				 "half a line\n"
				 "Subtest unfinished: SUCCESS (0.000s)\n"
				 "Starting subtest: unfinished-failure\n"
				 "half a line\n"
				 "Subtest unfinished-failure: FAIL (0.000s)\n"
				 "Starting subtest: unfinished-alarm\n"
				 "waiting ...\n"
				 "Timed out: it\n"
				 "Subtest unfinished-alarm: FAIL (");
	assert_contains(run.err, "half a warning\n"
				 "Subtest unfinished-failure failed.\n"
				 "**** DEBUG ****\n" P "INFO: half a linehalf a warning\n"
				 "****  END  ****\n");
	/* With a runner's socket there is no line in between that ends it. */
	assert_contains(packets.packets, P "INFO: half a line\"");
}

static void records_of_threads_tell_which(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "logging", "--run-subtest", "thread", NULL);

	assert_string_equal(run.err, P "[thread:TID] WARNING: from a thread\n");
}

static void records_can_be_inspected(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "logging", "--run-subtest", "inspect", NULL);

	assert_int_equal(run.code, 0);
}

static void conditions_can_be_noted(void **state)
{
	_cleanup_run_ struct run run =
		run_tester("IGT_LOG_LEVEL=debug", "logging", "--run-subtest", "debug-on", NULL);

	assert_contains(run.out, P "DEBUG: Test debug on condition 2 > 1 in function ");
	assert_contains(run.out, P "DEBUG: indeed\n");
	assert_lacks(run.out, "1 > 2");
	assert_contains(run.err, P "WARNING: Warning on condition 3 > 2 in function ");
	assert_contains(run.err, P "WARNING: really\n");
}

static void results_are_bold_for_a_reader(void **state)
{
	const struct run_setup terminal = {.keys = ""};
	const struct run_setup plain = {.keys = "", .environment = {"IGT_PLAIN_OUTPUT=1"}};
	const struct run_setup sentinel = {.keys = "", .environment = {IGT_ENV_SENTINEL "=1"}};
	_cleanup_run_ struct run bold =
		run_tester_with(&terminal, "logging", "--run-subtest", "inspect", NULL);
	_cleanup_run_ struct run not_bold =
		run_tester_with(&plain, "logging", "--run-subtest", "inspect", NULL);
	_cleanup_run_ struct run both =
		run_tester_with(&sentinel, "logging", "--run-subtest", "inspect", NULL);
	_cleanup_run_ struct run simple = run_tester_with(&terminal, "simple", NULL);

	assert_string_equal(bold.out, "Starting subtest: inspect\n"
				      "\x1b[1mSubtest inspect: SUCCESS (0.000s)\x1b[0m\n");
	assert_string_equal(not_bold.out, "Starting subtest: inspect\n"
					  "Subtest inspect: SUCCESS (0.000s)\n");
	assert_contains(both.out, "\x1b[1mSubtest");
	assert_string_equal(both.err, "Starting subtest: inspect\n"
				      "Subtest inspect: SUCCESS (0.000s)\n");
	assert_string_equal(simple.out, "\x1b[1mSUCCESS (0.000s)\x1b[0m\n");
}

static void nobody_is_asked_without_a_keyboard(void **state)
{
	_cleanup_run_ struct run off = run_tester(NULL, "logging", "--run-subtest", "keys", NULL);
	_cleanup_run_ struct run on = run_tester(NULL, "logging", "--interactive-debug=point",
						 "--run-subtest", "keys", NULL);

	assert_int_equal(off.code, 0);
	assert_contains(off.out, "pressed: 0\n");
	assert_int_equal(on.code, 0);
	assert_contains(on.out, "stdin is no terminal, interactive debugging is off\n"
				"pressed: 0\n");
}

static void points_wait_for_a_key(void **state)
{
	const struct run_setup types_yes = {.keys = "xy"}, types_no = {.keys = "xn"};
	_cleanup_run_ struct run yes = run_tester_with(
		&types_yes, "logging", "--interactive-debug=point", "--run-subtest", "keys", NULL);
	_cleanup_run_ struct run no = run_tester_with(
		&types_no, "logging", "--interactive-debug=point", "--run-subtest", "keys", NULL);
	_cleanup_run_ struct run all = run_tester_with(&types_yes, "logging", "--interactive-debug",
						       "--run-subtest", "keys", NULL);

	assert_int_equal(yes.code, 0);
	assert_contains(yes.out, "Press any key to continue ...\npressed: 1\n"
				 "Is the screen blue [Y/n]\n");
	assert_int_equal(no.code, IGT_EXIT_FAILURE);
	assert_contains(no.err, "seen otherwise: the screen blue\n");
	/* "all" stops at the point named "other" too, which the tester does not expect. */
	assert_int_equal(all.code, IGT_EXIT_FAILURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_go_where_they_belong),
		cmocka_unit_test(debug_shows_more),
		cmocka_unit_test(environment_sets_the_level),
		cmocka_unit_test(warn_on_names_the_condition),
		cmocka_unit_test(failure_dumps_the_last_records),
		cmocka_unit_test(output_is_in_order),
		cmocka_unit_test(markers_have_lines_of_their_own),
		cmocka_unit_test(records_of_threads_tell_which),
		cmocka_unit_test(records_can_be_inspected),
		cmocka_unit_test(conditions_can_be_noted),
		cmocka_unit_test(results_are_bold_for_a_reader),
		cmocka_unit_test(nobody_is_asked_without_a_keyboard),
		cmocka_unit_test(points_wait_for_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

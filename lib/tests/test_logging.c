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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_go_where_they_belong),
		cmocka_unit_test(debug_shows_more),
		cmocka_unit_test(environment_sets_the_level),
		cmocka_unit_test(warn_on_names_the_condition),
		cmocka_unit_test(failure_dumps_the_last_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "igt_wire.h"
#include "run_tester.h"

static void lists_names_only(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "fixtures", "--list-subtests", NULL);

	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "costly\nbefore\ninside\ninnermost\ninside-2\nafter\n");
	assert_string_equal(run.err, "");
}

static void lists_test_names(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "fixtures", "--show-testlist", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.out, "igt@tester_fixtures@before\nigt@tester_fixtures@inside\n");
}

static void filters_a_list_by_an_earlier_pattern(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "fixtures", "--run-subtest", "in*", "--show-testlist", NULL);
	_cleanup_run_ struct run later =
		run_tester(NULL, "fixtures", "--list-subtests", "--run-subtest", "after", NULL);

	assert_string_equal(run.out, "igt@tester_fixtures@inside\nigt@tester_fixtures@innermost\n"
				     "igt@tester_fixtures@inside-2\n");
	assert_string_equal(later.out, "costly\nbefore\ninside\ninnermost\ninside-2\nafter\n");
}

static void runs_when_the_pattern_came_first(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "fixtures", "--run-subtest", "after", "--list-subtests", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.out, "Subtest after: SUCCESS (0.000s)\n");
}

static void lists_nothing_without_subtests(void **state)
{
	_cleanup_run_ struct run names = run_tester(NULL, "simple", "--list-subtests", NULL);
	_cleanup_run_ struct run list = run_tester(NULL, "simple", "--show-testlist", NULL);
	_cleanup_run_ struct run run = run_tester(NULL, "simple", "--run-subtest", "x", NULL);
	_cleanup_run_ struct run described = run_tester(NULL, "simple", "--describe", NULL);

	assert_int_equal(names.code, IGT_EXIT_INVALID);
	assert_string_equal(names.out, "");
	assert_int_equal(list.code, 0);
	assert_string_equal(list.out, "igt@tester_simple\n");
	assert_int_equal(run.code, IGT_EXIT_INVALID);
	assert_int_equal(described.code, IGT_EXIT_INVALID);
	assert_string_equal(described.out, "A test in one piece\n");
}

static void describes_groups_and_subtests(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "fixtures", "--describe=in*", NULL);
	_cleanup_run_ struct run undocumented =
		run_tester(NULL, "fixtures", "--describe=after", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.out, "tester_fixtures.c:N:\n"
				 "  The outer group\n\n"
				 "  Is inside\n\n");
	assert_contains(run.out, "tester_fixtures.c:N:\n"
				 "  The outer group\n\n"
				 "  The inner group\n\n");
	assert_contains(undocumented.out, ".c:N:\n  NO DOCUMENTATION!\n\n");
}

static void describes_the_test(void **state)
{
	_cleanup_run_ struct run help = run_tester(NULL, "outcomes", "--help-description", NULL);
	_cleanup_run_ struct run all = run_tester(NULL, "outcomes", "--describe", NULL);

	assert_int_equal(help.code, 0);
	assert_string_equal(help.out, "Every way a subtest can end\n");
	assert_contains(all.out, "Every way a subtest can end\n\nSUB pass ");
	assert_contains(all.out, "SUB pass-2 ");
}

static void refuses_what_it_does_not_know(void **state)
{
	_cleanup_run_ struct run option = run_tester(NULL, "outcomes", "--bogus", NULL);
	_cleanup_run_ struct run name = run_tester(NULL, "outcomes", "--run-subtest", "nil", NULL);

	assert_int_equal(option.code, IGT_EXIT_INVALID);
	assert_string_equal(option.out, "");
	assert_contains(option.err, "Usage: tester_outcomes");
	assert_int_equal(name.code, IGT_EXIT_INVALID);
	assert_contains(name.err, "Unknown subtest: nil\n");
}

/* Only at the end it is known that nothing matches, and fixtures do not wait for that. */
static void fixtures_run_for_an_unknown_subtest_too(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "fixtures", "--run-subtest", "nil", NULL);

	assert_int_equal(run.code, IGT_EXIT_INVALID);
	assert_string_equal(run.out, "last fixture\n");
}

static void helps(void **state)
{
	_cleanup_run_ struct run help = run_tester(NULL, "outcomes", "-h", NULL);
	_cleanup_run_ struct run version = run_tester(NULL, "outcomes", "--version", NULL);

	assert_int_equal(help.code, 0);
	assert_contains(help.out, "Usage: tester_outcomes");
	assert_string_equal(help.err, "");
	assert_int_equal(version.code, 0);
}

static void takes_abbreviated_options(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "outcomes", "--run", "pass", NULL);

	assert_int_equal(run.code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_names_only),
		cmocka_unit_test(lists_test_names),
		cmocka_unit_test(filters_a_list_by_an_earlier_pattern),
		cmocka_unit_test(runs_when_the_pattern_came_first),
		cmocka_unit_test(lists_nothing_without_subtests),
		cmocka_unit_test(describes_groups_and_subtests),
		cmocka_unit_test(describes_the_test),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(fixtures_run_for_an_unknown_subtest_too),
		cmocka_unit_test(helps),
		cmocka_unit_test(takes_abbreviated_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

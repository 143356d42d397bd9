/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "run_tester.h"

static struct run run_subtest(const char *name)
{
	return run_tester(NULL, "dynamic", "--run-subtest", name, NULL);
}

static void parts_have_results_of_their_own(void **state)
{
	_cleanup_run_ struct run run = run_subtest("good");

	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "Starting subtest: good\n"
				     "Starting dynamic subtest: first\n"
				     "Dynamic subtest first: SUCCESS (0.000s)\n"
				     "cleaned up after first\n"
				     "Starting dynamic subtest: part-2\n"
				     "Dynamic subtest part-2: SUCCESS (0.000s)\n"
				     "Starting dynamic subtest: part-3\n"
				     "Dynamic subtest part-3: SUCCESS (0.000s)\n"
				     "between\n"
				     "Subtest good: SUCCESS (0.000s)\n"
				     "cleaned up after good\n");
	assert_string_equal(run.err, "");
}

static void one_failed_part_fails_the_whole(void **state)
{
	_cleanup_run_ struct run run = run_subtest("mixed");

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_string_equal(run.out, "Starting subtest: mixed\n"
				     "Starting dynamic subtest: skips\n"
				     "not here\n"
				     "Dynamic subtest skips: SKIP (0.000s)\n"
				     "Starting dynamic subtest: fails\n"
				     "Stack trace:\n"
				     "Dynamic subtest fails: FAIL (0.000s)\n"
				     "Starting dynamic subtest: crashes\n"
				     "Dynamic subtest crashes: CRASH (0.000s)\n"
				     "Starting dynamic subtest: goes-on\n"
				     "Dynamic subtest goes-on: SUCCESS (0.000s)\n"
				     "Subtest mixed: FAIL (0.000s)\n");
	assert_contains(run.err, "error: 1 != 2\nDynamic subtest fails failed.\n**** DEBUG ****\n");
	/* The whole adds no failure block of its own. */
	assert_lacks(run.err, "Subtest mixed failed.");
	assert_lacks(run.err, "No log.");
}

static const struct {
	const char *subtests;
	int code;
	const char *out;
} ends[] = {
	{"all-skip-1", IGT_EXIT_SKIP,
	 "No dynamic tests executed.\nSubtest all-skip-1: SKIP (0.000s)\n"},
	{"empty", IGT_EXIT_SKIP,
	 "no part\nNo dynamic tests executed.\nSubtest empty: SKIP (0.000s)\n"},
	{"skip-and-good", 0, "Subtest skip-and-good: SUCCESS (0.000s)\n"},
	{"fails-itself", IGT_EXIT_FAILURE, "Subtest fails-itself: FAIL (0.000s)\n"},
	/* The first failure's code is kept, that of a part too. */
	{"fails-twice", 79, "Subtest fails-twice: FAIL (0.000s)\n"},
	{"crashes-itself", 128 + SIGBUS, "Subtest crashes-itself: CRASH (0.000s)\n"},
	{"skips-itself", IGT_EXIT_SKIP, "none of it\nSubtest skips-itself: SKIP (0.000s)\n"},
	{"thread", IGT_EXIT_FAILURE,
	 "Dynamic subtest a: FAIL (0.000s)\nSubtest thread: FAIL (0.000s)\n"},
	{"child-crashes", 128 + SIGSEGV,
	 "Dynamic subtest a: CRASH (0.000s)\n"
	 "child 0 died with signal 11, Segmentation fault\n"
	 "Dynamic subtest a: FAIL (0.000s)\n"
	 "Subtest child-crashes: FAIL (0.000s)\n"},
	/* What one subtest's parts did is nothing to the next. */
	{"mixed,skip-and-good", IGT_EXIT_FAILURE, "Subtest skip-and-good: SUCCESS (0.000s)\n"},
	{"good,empty", 0, "No dynamic tests executed.\nSubtest empty: SKIP (0.000s)\n"},
	{"plain,empty", 0, "Subtest plain: SUCCESS (0.000s)\n"},
};

static void ends_add_up(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ends); i++) {
		_cleanup_run_ struct run run = run_subtest(ends[i].subtests);

		if (run.code != ends[i].code)
			fail_msg("%s: exit code %d, expected %d", ends[i].subtests, run.code,
				 ends[i].code);
		assert_contains(run.out, ends[i].out);
	}
}

static void failure_outside_the_parts_has_a_block(void **state)
{
	_cleanup_run_ struct run itself = run_subtest("fails-itself");
	_cleanup_run_ struct run twice = run_subtest("fails-twice");

	assert_contains(itself.err, "Subtest fails-itself failed.\n");
	assert_contains(twice.err, "Dynamic subtest a failed.\n");
	assert_contains(twice.err, "Failed assertion: false\n");
	assert_lacks(twice.err, "Subtest fails-twice failed.\n");
}

static void pattern_selects_parts(void **state)
{
	_cleanup_run_ struct run one = run_tester(NULL, "dynamic", "--run-subtest", "good",
						  "--dynamic-subtest", "part-*,!part-3", NULL);
	_cleanup_run_ struct run none =
		run_tester(NULL, "dynamic", "--run-subtest", "good,plain", "--dynamic-subtest",
			   "no-such", NULL);

	assert_contains(one.out, "Starting subtest: good\n"
				 "Starting dynamic subtest: part-2\n"
				 "Dynamic subtest part-2: SUCCESS (0.000s)\n"
				 "between\n"
				 "Subtest good: SUCCESS (0.000s)\n");
	assert_contains(none.out, "No dynamic tests executed.\nSubtest good: SKIP (0.000s)\n");
	assert_contains(none.out, "Subtest plain: SUCCESS (0.000s)\n");
	assert_int_equal(none.code, 0);
}

static void parts_are_not_listed(void **state)
{
	_cleanup_run_ struct run list = run_tester(NULL, "dynamic", "--list-subtests", NULL);
	_cleanup_run_ struct run text = run_tester(NULL, "dynamic", "--describe=good", NULL);

	assert_contains(list.out, "good\nmixed\nall-skip-1\n");
	assert_lacks(list.out, "part-");
	assert_contains(text.out, "  All parts succeed\n\n");
}

static void sentinels_go_to_stderr_too(void **state)
{
	_cleanup_run_ struct run run = run_tester(IGT_ENV_SENTINEL "=1", "dynamic", "--run-subtest",
						  "good", "--dynamic-subtest", "first", NULL);

	assert_string_equal(run.err, "Starting subtest: good\n"
				     "Starting dynamic subtest: first\n"
				     "Dynamic subtest first: SUCCESS (0.000s)\n"
				     "Subtest good: SUCCESS (0.000s)\n");
}

static void an_alarm_ends_with_its_block(void **state)
{
	_cleanup_run_ struct run run = run_subtest("timeouts");

	assert_contains(run.out, "Timed out: the part\nDynamic subtest times-out: FAIL (");
	assert_lacks(run.out, "Timed out: a part that is over");
	assert_lacks(run.out, "Timed out: the container");
	assert_contains(run.out, "Subtest timeouts: FAIL (");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_have_results_of_their_own),
		cmocka_unit_test(one_failed_part_fails_the_whole),
		cmocka_unit_test(ends_add_up),
		cmocka_unit_test(failure_outside_the_parts_has_a_block),
		cmocka_unit_test(pattern_selects_parts),
		cmocka_unit_test(parts_are_not_listed),
		cmocka_unit_test(sentinels_go_to_stderr_too),
		cmocka_unit_test(an_alarm_ends_with_its_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

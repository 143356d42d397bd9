/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "run_tester.h"

/* What each kind prints behind the place: the expression, and both values. */
static const struct {
	const char *subtest;
	const char *expression;
	const char *more; /* the text behind it; NULL: none */
} failures[] = {
	{"assert", "2 < 1", NULL},
	{"assert_f", "2 < 1", "2 is large"},
	{"fail_on", "!(1 < 2)", NULL},
	{"fail_on_f", "!(1 < 2)", "1 is small"},
	{"eq", "called(3) == -1", "error: 3 != -1"},
	{"neq", "3 != 3", "error: 3 == 3"},
	{"lt", "3 < 2", "error: 3 >= 2"},
	{"lte", "3 <= 2", "error: 3 > 2"},
	{"eq_u32", "0x80000000 == 16", "error: 0x80000000 != 0x10"},
	{"neq_u32", "16 != 16", "error: 0x10 == 0x10"},
	{"lt_u32", "17 < 16", "error: 0x11 >= 0x10"},
	{"lte_u32", "17 <= 16", "error: 0x11 > 0x10"},
	{"eq_u64", "large == large + 1", "error: 1099511627776 != 1099511627777"},
	{"neq_u64", "large != large", "error: 1099511627776 == 1099511627776"},
	{"lt_u64", "large < large", "error: 1099511627776 >= 1099511627776"},
	{"lte_u64", "large + 1 <= large", "error: 1099511627777 > 1099511627776"},
	{"eq_s64", "-1 == 1", "error: -1 != 1"},
	{"neq_s64", "-1 != -1", "error: -1 == -1"},
	{"lt_s64", "-1 < -1", "error: -1 >= -1"},
	{"lte_s64", "0 <= -1", "error: 0 > -1"},
	{"eq_double", "0.5 == 0.25", "error: 0.500000 != 0.250000"},
	{"neq_double", "0.5 != 0.5", "error: 0.500000 == 0.500000"},
	{"lt_double", "0.5 < 0.5", "error: 0.500000 >= 0.500000"},
	{"lte_double", "0.5 <= 0.25", "error: 0.500000 > 0.250000"},
	{"cmpint", "1 >= 2", "error: 1 < 2"},
	{"cmpuint", "1 >= 2", "error: 0x1 < 0x2"},
	{"cmps64", "1 >= 2", "error: 1 < 2"},
	{"cmpu64", "1 >= large", "error: 0x1 < 0x10000000000"},
	{"cmpdouble", "0.25 >= 0.5", "error: 0.250000 < 0.500000"},
	{"fd_f", "-1 >= 0", "no node"},
};

static void assertions_print_both_values(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(failures); i++) {
		_cleanup_run_ struct run run =
			run_tester(NULL, "asserts", "--run-subtest", failures[i].subtest, NULL);
		char expected[1024];

		snprintf(expected, sizeof(expected),
			 ".c:N:\n"
			 "(tester_asserts:PID) CRITICAL: Failed assertion: %s\n"
			 "%s%s%s"
			 "Subtest %s failed.\n",
			 failures[i].expression,
			 failures[i].more ? "(tester_asserts:PID) CRITICAL: " : "",
			 failures[i].more ?: "", failures[i].more ? "\n" : "",
			 failures[i].subtest);
		assert_int_equal(run.code, IGT_EXIT_FAILURE);
		assert_contains(run.err, expected);
	}
}

static void errno_is_told_when_there_is_one(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "asserts", "--run-subtest", "fd", NULL);

	assert_contains(run.err,
			"CRITICAL: Failed assertion: node >= 0\n"
			"(tester_asserts:PID) CRITICAL: Last errno: 2, No such file or directory\n"
			"(tester_asserts:PID) CRITICAL: file descriptor node: -1\n");
}

static const struct {
	const char *subtest;
	const char *text;
} skips[] = {
	{"require", "Test requirement: 2 < 1\n"},
	{"require_f", "Test requirement: 2 < 1\n2 is large\n"},
	{"skip_on", "Test requirement: !(1 < 2)\n"},
	{"skip_on_f", "Test requirement: !(1 < 2)\n1 is small\n"},
	{"require_fd", "Test requirement: (-1) >= 0\nLast errno: 19, No such device\n"},
};

static void requirements_tell_their_reason(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(skips); i++) {
		_cleanup_run_ struct run run =
			run_tester(NULL, "asserts", "--run-subtest", skips[i].subtest, NULL);
		char expected[1024];

		snprintf(expected, sizeof(expected), ".c:N:\n%sSubtest %s: SKIP (0.000s)\n",
			 skips[i].text, skips[i].subtest);
		assert_int_equal(run.code, IGT_EXIT_SKIP);
		assert_contains(run.out, "Test requirement not met in function igt__test_body, "
					 "file ");
		assert_contains(run.out, expected);
		assert_string_equal(run.err, "");
	}
}

static void what_holds_is_silent(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "asserts", "--run-subtest", "all-hold,clock", NULL);

	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "Starting subtest: all-hold\n"
				     "Subtest all-hold: SUCCESS (0.000s)\n"
				     "Starting subtest: clock\n"
				     "Subtest clock: SUCCESS (0.000s)\n");
	assert_string_equal(run.err, "");
}

static void reasons_are_told_at_any_level(void **state)
{
	_cleanup_run_ struct run run =
		run_tester("IGT_LOG_LEVEL=none", "asserts", "--run-subtest", "require_f", NULL);

	assert_contains(run.out, "2 is large\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assertions_print_both_values),
		cmocka_unit_test(errno_is_told_when_there_is_one),
		cmocka_unit_test(requirements_tell_their_reason),
		cmocka_unit_test(what_holds_is_silent),
		cmocka_unit_test(reasons_are_told_at_any_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

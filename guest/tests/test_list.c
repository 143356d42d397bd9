// SPDX-License-Identifier: MIT
/* Which subtests a run asks for, with a suite of shell scripts. */
#include "testing.h"

#include "guest_list.h"

#include <errno.h>
#include <string.h>

static const char *const one[] = {"skip", NULL};

static void assert_names(const GPtrArray *names, const char *expected)
{
	g_autofree char *text = guest_list_text(names);

	assert_string_equal(text, expected);
}

static void fake_suite_is_a_suite(void **state)
{
	g_autofree char *why = NULL;

	assert_int_equal(guest_suite_check(FAKE_SUITE, &why), 0);
}

static void prefix_without_runner_is_no_suite(void **state)
{
	g_autofree char *why = NULL;

	assert_fails(guest_suite_check(*state, &why), ENOENT, &why, *state, "igt_runner",
		     "--suite");
}

static void no_pattern_takes_everything_in_order(void **state)
{
	g_autoptr(GPtrArray) names = NULL;

	assert_int_equal(guest_list_collect(FAKE_SUITE, NULL, &names, NULL), 0);
	assert_names(names, "igt@fake_reclaim@pass\nigt@fake_reclaim@skip\n"
			    "igt@fake_reclaim@fail\nigt@fake_reclaim@lose\n"
			    "igt@fake_kernel@has-gpu\nigt@fake_kernel@mali-probed\n"
			    "igt@fake_kernel@warn-kernel\n"
			    "igt@fake_kernel@panic-kernel\nigt@fake_kernel@silent\n"
			    "igt@fake_kernel@locked-up\nigt@fake_kernel@power-cut\n");
}

static void any_pattern_selects_and_matches_across_the_at_sign(void **state)
{
	static const char *const patterns[] = {"reclaim@(?:pass|skip)$", "GPU|\\bhas\\b", NULL};
	g_autoptr(GPtrArray) names = NULL;

	assert_int_equal(guest_list_collect(FAKE_SUITE, patterns, &names, NULL), 0);
	assert_names(names, "igt@fake_reclaim@pass\nigt@fake_reclaim@skip\n"
			    "igt@fake_kernel@has-gpu\n");
}

static void each_pattern_must_find_something(void **state)
{
	static const char *const patterns[] = {"pass", "no-such-subtest", NULL};
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *why = NULL;

	assert_fails(guest_list_collect(FAKE_SUITE, patterns, &names, &why), ENOENT, &why,
		     "no-such-subtest", "none of the 11 subtests");
	assert_null(names);
}

static void invalid_pattern_is_named(void **state)
{
	static const char *const patterns[] = {"ok", "bro(ken", NULL};
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *why = NULL;

	assert_fails(guest_list_collect(FAKE_SUITE, patterns, &names, &why), EINVAL, &why,
		     "bro(ken", "regular expression");
}

static void binary_without_subtests_is_listed_by_its_name(void **state)
{
	g_autoptr(GPtrArray) names = NULL;

	g_free(testing_file(*state, GUEST_SUITE_TESTS "/test-list.txt",
			    "TESTLIST\nplain sub/nested\nEND TESTLIST\n", 0644));
	g_free(testing_file(*state, GUEST_SUITE_TESTS "/plain", "#!/bin/sh\nexit 79\n", 0755));
	g_free(testing_file(*state, GUEST_SUITE_TESTS "/sub/nested", "#!/bin/sh\necho a-b\n",
			    0755));
	assert_int_equal(guest_list_collect(*state, NULL, &names, NULL), 0);
	assert_names(names, "igt@plain\nigt@sub/nested@a-b\n");
}

static void binary_that_cannot_list_is_an_error(void **state)
{
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *why = NULL;

	g_free(testing_file(*state, GUEST_SUITE_TESTS "/test-list.txt",
			    "TESTLIST\nbroken\nEND TESTLIST\n", 0644));
	g_free(testing_file(*state, GUEST_SUITE_TESTS "/broken",
			    "#!/bin/sh\necho it is broken >&2\nexit 3\n", 0755));
	assert_fails(guest_list_collect(*state, one, &names, &why), EIO, &why, "/broken",
		     "ended with 3", "it is broken");
}

static void binary_that_dies_listing_is_an_error(void **state)
{
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *why = NULL;

	g_free(testing_file(*state, GUEST_SUITE_TESTS "/test-list.txt",
			    "TESTLIST\ndies\nEND TESTLIST\n", 0644));
	g_free(testing_file(*state, GUEST_SUITE_TESTS "/dies",
			    "#!/bin/sh\necho first\nkill -SEGV $$\n", 0755));
	assert_fails(guest_list_collect(*state, one, &names, &why), EIO, &why, "/dies",
		     "ended with 139");
}

static void empty_list_is_an_error(void **state)
{
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *why = NULL;

	g_free(testing_file(*state, GUEST_SUITE_TESTS "/test-list.txt",
			    "TESTLIST\n\nEND TESTLIST\n", 0644));
	assert_fails(guest_list_collect(*state, NULL, &names, &why), ENOENT, &why,
		     "names no tests");
}

static void list_says_which_and_in_what_order(void **state)
{
	g_autofree char *file = testing_file(*state, "list",
					     "# two of them\nfake_kernel@silent\n\n"
					     " igt@fake_reclaim@pass # first there\n"
					     "fake_kernel@silent\n",
					     0644);
	g_autoptr(GPtrArray) names = NULL;

	assert_int_equal(guest_list_collect(FAKE_SUITE, NULL, &names, NULL), 0);
	assert_int_equal(guest_list_order(file, names, NULL), 0);
	assert_names(names, "igt@fake_kernel@silent\nigt@fake_reclaim@pass\n");
}

static void list_with_unknown_name_is_refused(void **state)
{
	g_autofree char *file = testing_file(*state, "list",
					     "fake_reclaim@pass\nfake_reclaim@past\n", 0644);
	g_autofree char *none = testing_file(*state, "none", "# nothing\n", 0644);
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *why = NULL, *empty = NULL, *missing = NULL;

	assert_int_equal(guest_list_collect(FAKE_SUITE, NULL, &names, NULL), 0);
	assert_fails(guest_list_order(file, names, &why), ENOENT, &why, "list:2",
		     "fake_reclaim@past");
	assert_fails(guest_list_order(none, names, &empty), ENOENT, &empty, "names no tests");
	assert_fails(guest_list_order("/nonexistent", names, &missing), EIO, &missing,
		     "/nonexistent");
	assert_int_equal(names->len, 11);
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, testing_make_dir, testing_remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fake_suite_is_a_suite),
		with_dir(prefix_without_runner_is_no_suite),
		cmocka_unit_test(no_pattern_takes_everything_in_order),
		cmocka_unit_test(any_pattern_selects_and_matches_across_the_at_sign),
		cmocka_unit_test(each_pattern_must_find_something),
		cmocka_unit_test(invalid_pattern_is_named),
		with_dir(binary_without_subtests_is_listed_by_its_name),
		with_dir(binary_that_cannot_list_is_an_error),
		with_dir(binary_that_dies_listing_is_an_error),
		with_dir(empty_list_is_an_error),
		with_dir(list_says_which_and_in_what_order),
		with_dir(list_with_unknown_name_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

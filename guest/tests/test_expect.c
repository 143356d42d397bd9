// SPDX-License-Identifier: MIT
/* Expectation files of a run: read all or none, and what they forbid is left out. */
#include "testing.h"

#include "expectations.h"
#include "guest_expect.h"

#include <errno.h>
#include <string.h>

static GPtrArray *names_new(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(names, g_strdup("bin@one"));
	g_ptr_array_add(names, g_strdup("bin@two"));
	g_ptr_array_add(names, g_strdup("bin@three"));
	return names;
}

/* What is left of three names, blanks between them; the story is owned by the caller. */
static char *leave_out(const struct expectations *expectations, char **ret_story, char **ret_why)
{
	g_autoptr(GPtrArray) names = names_new();
	size_t len;
	FILE *stream = open_memstream(ret_story, &len);
	int r = guest_expect_leave_out(expectations, names, stream, ret_why);

	fclose(stream);
	assert_int_equal(r, names->len ? 0 : -ENOENT);
	g_ptr_array_add(names, NULL);
	return g_strjoinv(" ", (char **)names->pdata);
}

static void no_file_is_no_expectation(void **state)
{
	static const char *const none[] = {NULL};
	struct expectations *expectations = (void *)1;
	g_autofree char *left = NULL;
	char *story = NULL;

	assert_int_equal(guest_expect_read(none, &expectations, NULL), 0);
	assert_null(expectations);
	left = leave_out(NULL, &story, NULL);
	assert_string_equal(left, "bin@one bin@two bin@three");
	assert_string_equal(story, "");
	free(story);
}

static void later_files_lie_on_top(void **state)
{
	g_autofree char *base = testing_file(*state, "a-fails.txt", "bin@one,Fail\n", 0644);
	g_autofree char *top = testing_file(*state, "b-fails.txt", "bin@one,Crash\n", 0644);
	const char *const words[] = {"--expect", base, "--expect", top, NULL};
	_cleanup_(expectations_freep) struct expectations *expectations = NULL;

	assert_int_equal(guest_expect_read(words, &expectations, NULL), 0);
	assert_int_equal(expectations_judge(expectations, "bin@one", VERDICT_CRASH).judgement,
			 JUDGED_XFAIL);
	assert_int_equal(expectations_judge(expectations, "bin@one", VERDICT_FAIL).judgement,
			 JUDGED_UNEXPECTED);
}

static void layers_and_requirements_are_expectations_too(void **state)
{
	g_autofree char *base = testing_file(*state, "board-fails.txt", "bin@one,Fail\n", 0644);
	g_autofree char *dir = g_path_get_dirname(base);
	g_autofree char *machine = g_build_filename(dir, "board-g52", NULL);
	const char *const words[] = {"--expect-for", machine, "--require", "two", NULL};
	_cleanup_(expectations_freep) struct expectations *expectations = NULL;

	assert_int_equal(guest_expect_read(words, &expectations, NULL), 0);
	assert_int_equal(expectations_judge(expectations, "bin@one", VERDICT_FAIL).judgement,
			 JUDGED_XFAIL);
	assert_int_equal(expectations_judge(expectations, "bin@two", VERDICT_SKIP).judgement,
			 JUDGED_UNEXPECTED);
	assert_int_equal(expectations_judge(expectations, "bin@three", VERDICT_SKIP).judgement,
			 JUDGED_PLAIN);
}

static void one_bad_file_refuses_all(void **state)
{
	g_autofree char *good = testing_file(*state, "a-fails.txt", "bin@one,Fail\n", 0644);
	g_autofree char *bad = testing_file(*state, "b-skips.txt", "ok\n(\n", 0644);
	const char *const words[] = {"--expect", good, "--expect", bad, NULL};
	struct expectations *expectations = NULL;
	g_autofree char *why = NULL;

	assert_fails(guest_expect_read(words, &expectations, &why), EINVAL, &why,
		     "b-skips.txt:2: ", "regular expression");
	assert_null(expectations);
}

static void what_a_skips_file_forbids_is_left_out_and_told(void **state)
{
	g_autofree char *file = testing_file(*state, "x-skips.txt", "# hangs the bus\n@t\n", 0644);
	const char *const words[] = {"--expect", file, NULL};
	_cleanup_(expectations_freep) struct expectations *expectations = NULL;
	g_autofree char *left = NULL, *expected = NULL;
	char *story = NULL;

	assert_int_equal(guest_expect_read(words, &expectations, NULL), 0);
	left = leave_out(expectations, &story, NULL);
	assert_string_equal(left, "bin@one");
	expected = g_strdup_printf("igt_guest: bin@two is not run, as %s:2 says: hangs the bus\n"
				   "igt_guest: bin@three is not run, as %s:2 says: hangs the bus\n",
				   file, file);
	assert_string_equal(story, expected);
	free(story);
}

static void nothing_left_to_run_is_an_error(void **state)
{
	g_autofree char *file = testing_file(*state, "x-skips.txt", "^bin@\n", 0644);
	const char *const words[] = {"--expect", file, NULL};
	_cleanup_(expectations_freep) struct expectations *expectations = NULL;
	g_autofree char *left = NULL, *why = NULL;
	char *story = NULL;

	assert_int_equal(guest_expect_read(words, &expectations, NULL), 0);
	left = leave_out(expectations, &story, &why);
	assert_string_equal(left, "");
	assert_non_null(strstr(why, "skips files leave nothing to run"));
	free(story);
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, testing_make_dir, testing_remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_dir(no_file_is_no_expectation),
		with_dir(later_files_lie_on_top),
		with_dir(layers_and_requirements_are_expectations_too),
		with_dir(one_bad_file_refuses_all),
		with_dir(what_a_skips_file_forbids_is_left_out_and_told),
		with_dir(nothing_left_to_run_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

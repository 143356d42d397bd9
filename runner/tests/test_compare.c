/* SPDX-License-Identifier: MIT */
/** igt_report compare: what became of each test, and whether that is worse. */
#include "helpers.h"

#include <string.h>

#include "report/labels.h"

/* Makes @dir/@name with bin@a, bin@b, ...; `-` is a test that is not there. Caller frees. */
static char *put_results(const char *dir, const char *name, const char *words)
{
	g_auto(GStrv) results = g_strsplit(words, " ", -1);
	g_autoptr(GString) json = g_string_new("{\"uname\":\"Linux\",\"tests\":{");
	char *path = g_build_filename(dir, name, NULL);

	for (int i = 0; results[i]; i++)
		if (strcmp(results[i], "-") != 0)
			g_string_append_printf(json, "%s\"igt@bin@%c\":{\"result\":\"%s\"}",
					       g_str_has_suffix(json->str, "{") ? "" : ",", 'a' + i,
					       results[i]);
	g_string_append(json, "}}");
	put_file(path, "results.json", json->str);
	return path;
}

static void each_change_has_its_name(void **state)
{
	g_autofree char *before = g_build_filename(*state, "before", NULL);
	g_autofree char *after = g_build_filename(*state, "after", NULL);
	struct tool_run run;

	put_file(after, "results.json",
		 "{\"uname\":\"Linux 2\",\"tests\":{\"igt@bin@a\":{\"result\":\"fail\"},"
		 "\"igt@bin@b\":{\"result\":\"pass\"},\"igt@bin@c\":{\"result\":\"skip\"},"
		 "\"igt@bin@d\":{\"result\":\"pass\"},\"igt@bin@e\":{\"result\":\"crash\"},"
		 "\"igt@bin@f\":{\"result\":\"pass\",\"time\":{\"end\":2.0}},"
		 "\"igt@bin@g\":{\"result\":\"pass\"},\"igt@bin@h\":{\"result\":\"skip\"}}}");
	put_file(before, "results.json",
		 "{\"uname\":\"Linux 1\",\"tests\":{\"igt@bin@a\":{\"result\":\"pass\"},"
		 "\"igt@bin@b\":{\"result\":\"fail\"},\"igt@bin@c\":{\"result\":\"pass\"},"
		 "\"igt@bin@d\":{\"result\":\"skip\"},\"igt@bin@e\":{\"result\":\"fail\"},"
		 "\"igt@bin@f\":{\"result\":\"pass\",\"time\":{\"end\":0.5}},"
		 "\"igt@bin@h\":{\"result\":\"skip\"},\"igt@bin@i\":{\"result\":\"pass\"}}}");
	run = run_tool("igt_report", "compare", before, after, NULL);
	assert_int_equal(run.status, 1);
	assert_string_equal(
		run.out, "A  before  8 tests, 2 not fine\n"
			 "B  after  8 tests, 2 not fine\n"
			 "A  Kernel: Linux 1\n"
			 "B  Kernel: Linux 2\n"
			 "BROKEN  bin@a  PASS -> FAIL  no reason given\n"
			 "NO LONGER VERIFIED  bin@c  PASS -> SKIP  no reason given\n"
			 "CHANGED  bin@e  FAIL -> CRASH  no reason given\n"
			 "NEW  bin@g  - -> PASS\n"
			 "GONE  bin@i  PASS -> -\n"
			 "FIXED  bin@b  FAIL -> PASS  no reason given\n"
			 "NOW VERIFIED  bin@d  SKIP -> PASS  no reason given\n"
			 "SLOWER  bin@f  0.500s -> 2.000s\n"
			 "1 broken, 1 no longer verified, 1 changed, 1 new, 1 gone, 1 fixed, 1 now "
			 "verified, 1 slower; 1 as before\n");
	tool_run_clear(&run);
}

static void the_exit_status_tells_what_is_worse(void **state)
{
	static const struct {
		const char *before, *after;
		int status;
		const char *headline;
	} cases[] = {
		{"pass fail", "pass fail", 0, "nothing changed; 2 as before\n"},
		{"fail", "pass", 0, "1 fixed; 0 as before\n"},
		{"pass", "fail", 1, "1 broken; 0 as before\n"},
		{"pass", "skip", 1, "1 no longer verified; 0 as before\n"},
		{"pass -", "pass fail", 1, "1 new; 1 as before\n"},
		{"pass -", "pass pass", 0, "1 new; 1 as before\n"},
		{"pass fail", "pass -", 0, "1 gone; 1 as before\n"},
		{"fail", "crash", 0, "1 changed; 0 as before\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *before = put_results(*state, "1", cases[i].before);
		g_autofree char *after = put_results(*state, "2", cases[i].after);
		struct tool_run run = run_tool("igt_report", "compare", before, after, NULL);

		assert_int_equal(run.status, cases[i].status);
		assert_true(g_str_has_suffix(run.out, cases[i].headline));
		tool_run_clear(&run);
	}
}

static void what_goes_back_and_forth_is_flaky(void **state)
{
	g_autofree char *one = put_results(*state, "1", "pass fail pass pass");
	g_autofree char *two = put_results(*state, "2", "fail pass fail -");
	g_autofree char *three = put_results(*state, "3", "pass fail fail pass");
	struct tool_run run = run_tool("igt_report", "compare", one, two, three, NULL);

	assert_non_null(strstr(run.out, "FLAKY  bin@a  PASS -> FAIL -> PASS"));
	assert_non_null(strstr(run.out, "FLAKY  bin@b  FAIL -> PASS -> FAIL"));
	assert_non_null(strstr(run.out, "BROKEN  bin@c  PASS -> FAIL -> FAIL"));
	assert_true(g_str_has_suffix(run.out, "1 broken, 2 flaky; 1 as before\n"));
	tool_run_clear(&run);
}

static void expected_failures_are_fine(void **state)
{
	g_autofree char *before = put_results(*state, "1", "pass fail");
	g_autofree char *after = put_results(*state, "2", "pass fail");
	g_autofree char *fails = g_build_filename(*state, "x-fails.txt", NULL);
	struct tool_run run;

	put_file(*state, "x-fails.txt", "bin@b,Fail\n");
	run = run_tool("igt_report", "compare", "--expect", fails, before, after, NULL);
	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(run.out, "A  1  2 tests, 0 not fine\n"));
	tool_run_clear(&run);
}

static void a_run_that_cannot_be_read_is_told(void **state)
{
	g_autofree char *before = put_results(*state, "1", "pass");
	struct tool_run run = run_tool("igt_report", "compare", before, "/nonexistent", NULL);

	assert_int_equal(run.status, 2);
	assert_string_equal(run.out, "");
	assert_non_null(strstr(run.err, "/nonexistent/results.json"));
	tool_run_clear(&run);
}

static void labels_are_what_differs(void **state)
{
	static const struct {
		const char *paths[3];
		const char *labels[3];
	} cases[] = {
		{{"/r/monday/t860", "/r/tuesday/t860"}, {"monday", "tuesday"}},
		{{"/r/m/t860", "/r/m/g52"}, {"t860", "g52"}},
		{{"/r/a", "/r/a"}, {"a", "a"}},
		{{"/r/a", "/r/a/b"}, {"a", "a/b"}},
		{{"/x/a/1", "/y/b/1", "/z/c/1"}, {"x/a", "y/b", "z/c"}},
	};
	g_autofree char *label = label_of("/r/2026/t860/");

	assert_string_equal(label, "2026/t860");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		unsigned count = cases[i].paths[2] ? 3 : 2;
		g_auto(GStrv) labels = labels_of(cases[i].paths, count);

		for (unsigned n = 0; n < count; n++)
			assert_string_equal(labels[n], cases[i].labels[n]);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_change_has_its_name),		 TEST(the_exit_status_tells_what_is_worse),
		TEST(what_goes_back_and_forth_is_flaky), TEST(expected_failures_are_fine),
		TEST(a_run_that_cannot_be_read_is_told), TEST(labels_are_what_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/** igt_report summary: exit codes and what it prints. */
#include "helpers.h"

#include <string.h>

/* `"name": result, ...` as a results.json without anything else. */
static void put_tests(const char *dir, const char *const *results, size_t count)
{
	g_autoptr(GString) json = g_string_new("{\"__type__\":\"TestrunResult\",\"tests\":{");

	for (size_t i = 0; i < count; i++)
		g_string_append_printf(json,
				       "%s\"igt@bin@t%zu\":{\"out\":\"\",\"err\":\"\",\"dmesg\":"
				       "\"\",\"result\":\"%s\",\"time\":{\"end\":%zu.5}}",
				       i > 0 ? "," : "", i, results[i], i);
	g_string_append(json, "}}");
	put_file(dir, "results.json", json->str);
}

static void exit_codes_tell_the_whole_run(void **state)
{
	static const struct {
		const char *results[3];
		int status;
		const char *headline;
	} cases[] = {
		{{"pass"}, 0, "PASSED: 1 of 1 tests, 0 skipped\n"},
		{{"pass", "skip"}, 0, "PASSED: 1 of 2 tests, 1 skipped\n"},
		{{"skip", "skip"}, 77, "NOTHING VERIFIED: all 2 tests were skipped\n"},
		{{NULL}, 77, "NOTHING VERIFIED: there are no tests in the results\n"},
		{{"pass", "fail"}, 1, "FAILED: 1 fail; 1 of 2 tests passed, 0 skipped\n"},
		{{"pass", "crash"}, 1, NULL},
		{{"pass", "timeout"}, 1, NULL},
		{{"pass", "incomplete"}, 1, NULL},
		{{"pass", "notrun"}, 1, NULL},
		{{"pass", "abort"}, 1, NULL},
		{{"pass", "warn"}, 1, NULL},
		{{"pass", "dmesg-warn"}, 1, NULL},
		{{"pass", "dmesg-fail"}, 1, NULL},
		{{"skip", "notrun"}, 1, NULL},
		{{"pass", "no-such-result"}, 2, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		size_t count = 0;
		struct tool_run run;

		while (count < 3 && cases[i].results[count])
			count++;
		put_tests(*state, cases[i].results, count);
		run = run_tool("igt_report", "summary", *state, NULL);
		assert_int_equal(run.status, cases[i].status);
		if (cases[i].headline)
			assert_true(g_str_has_suffix(run.out, cases[i].headline));
		tool_run_clear(&run);
	}
}

static void the_worst_come_first_and_the_slowest_are_named(void **state)
{
	static const char *const results[] = {"skip", "pass", "fail", "pass", "crash"};
	struct tool_run run;

	put_tests(*state, results, G_N_ELEMENTS(results));
	run = run_tool("igt_report", "summary", *state, NULL);
	assert_string_equal(run.out, "totals: 1 crash, 1 fail, 1 skip, 2 pass\n"
				     "CRASH  bin@t4  4.500s  no reason given\n"
				     "FAIL  bin@t2  2.500s  no reason given\n"
				     "SKIP  bin@t0  0.500s  no reason given\n"
				     "slowest: CRASH  bin@t4  4.500s\n"
				     "slowest: PASS  bin@t3  3.500s\n"
				     "slowest: FAIL  bin@t2  2.500s\n"
				     "FAILED: 1 crash, 1 fail; 2 of 5 tests passed, 1 skipped\n");
	tool_run_clear(&run);
}

static void a_failure_behind_a_second_run_is_not_forgotten(void **state)
{
	struct tool_run run;

	put_file(*state, "results.json",
		 "{\"tests\":{\"igt@bin@a\":{\"result\":\"pass\"}},"
		 "\"totals\":{\"\":{\"pass\":1,\"fail\":1}}}");
	run = run_tool("igt_report", "summary", *state, NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.out, "1 more fail of tests that ran again later\n"));
	tool_run_clear(&run);
}

static void entries_without_result_are_no_tests(void **state)
{
	struct tool_run run;

	put_file(*state, "results.json",
		 "{\"tests\":{\"igt@bin\":{\"attachments\":[]},"
		 "\"igt@bin@a\":{\"result\":\"pass\"}}}");
	run = run_tool("igt_report", "summary", *state, NULL);
	assert_int_equal(run.status, 0);
	assert_true(g_str_has_suffix(run.out, "PASSED: 1 of 1 tests, 0 skipped\n"));
	tool_run_clear(&run);
}

static void bad_input_is_one_line_and_exit_2(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{\"tests\":[]}", "nonsense"};
	struct tool_run run;

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		put_file(*state, "results.json", texts[i]);
		run = run_tool("igt_report", "summary", *state, NULL);
		assert_int_equal(run.status, 2);
		assert_string_equal(run.out, "");
		assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
		tool_run_clear(&run);
	}
	run = run_tool("igt_report", "pdf", *state, NULL);
	assert_int_equal(run.status, 2);
	assert_string_equal(run.err, "igt_report: format \"pdf\" is unknown; see --help for "
				     "those there are\n");
	tool_run_clear(&run);
	run = run_tool("igt_report", "summary", "/nonexistent", NULL);
	assert_int_equal(run.status, 2);
	tool_run_clear(&run);
	run = run_tool("igt_report", NULL);
	assert_int_equal(run.status, 2);
	tool_run_clear(&run);
}

static void options_that_would_do_nothing_are_refused(void **state)
{
	static const struct {
		const char *words[5];
		const char *err;
	} cases[] = {
		{{"junit", "--origin", "lab", "DIR"},
		 "--origin, --build and --commit are options of kcidb"},
		{{"summary", "--html", "DIR"}, "--html is an option of compare"},
		{{"compare", "DIR"}, "compare needs two results directories or more"},
		{{"junit", "DIR", "DIR"}, "expected a format and the results directory"},
		{{"kcidb", "DIR"}, "kcidb needs --origin"},
		{{"kcidb", "--origin", "My Lab", "DIR"}, "only a-z, 0-9 and _"},
		{{"summary", "--require", "(", "DIR"}, "is no regular expression"},
		{{"summary", "--expect-for", "/nonexistent/x", "DIR"}, "is no folder"},
		{{"summary", "--expect", "notes.txt", "DIR"},
		 "-fails.txt, -flakes.txt or -skips.txt"},
		{{"summary", "--output"}, "needs a value"},
		{{"summary", "--bogus", "DIR"}, "is not supported"},
	};

	put_tests(*state, (const char *const[]){"pass"}, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *words[5] = {0};
		struct tool_run run;

		for (size_t w = 0; w < 5 && cases[i].words[w]; w++)
			words[w] =
				strcmp(cases[i].words[w], "DIR") == 0 ? *state : cases[i].words[w];
		run = run_tool("igt_report", words[0], words[1], words[2], words[3], words[4],
			       NULL);
		assert_int_equal(run.status, 2);
		assert_string_equal(run.out, "");
		assert_non_null(strstr(run.err, cases[i].err));
		assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
		tool_run_clear(&run);
	}
}

static void a_file_is_written_whole_or_not_at_all(void **state)
{
	g_autofree char *output = g_build_filename(*state, "out.csv", NULL);
	struct tool_run run;

	put_tests(*state, (const char *const[]){"pass"}, 1);
	put_file(*state, "out.csv", "old");
	run = run_tool("igt_report", "csv", "-o", output, "/nonexistent", NULL);
	assert_int_equal(run.status, 2);
	tool_run_clear(&run);
	{
		g_autofree char *text = get_file(*state, "out.csv");

		assert_string_equal(text, "old");
	}
	run = run_tool("igt_report", "csv", "-o", output, *state, NULL);
	assert_int_equal(run.status, 0);
	assert_string_equal(run.out, "");
	tool_run_clear(&run);
	{
		g_autofree char *text = get_file(*state, "out.csv");

		assert_string_equal(text, "bin@t0,Pass,0.500\n");
	}
	run = run_tool("igt_report", "csv", "-o", "/nonexistent/out.csv", *state, NULL);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "/nonexistent/out.csv"));
	tool_run_clear(&run);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exit_codes_tell_the_whole_run),
		TEST(the_worst_come_first_and_the_slowest_are_named),
		TEST(a_failure_behind_a_second_run_is_not_forgotten),
		TEST(entries_without_result_are_no_tests),
		TEST(bad_input_is_one_line_and_exit_2),
		TEST(options_that_would_do_nothing_are_refused),
		TEST(a_file_is_written_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/** igt_report with expectation files: what it prints and how it exits. */
#include "helpers.h"

#include <string.h>

/* A results.json of bin@a, bin@b, ... with these results, in words apart by blanks. */
static void put_tests(const char *dir, const char *results)
{
	g_auto(GStrv) words = g_strsplit(results, " ", -1);
	g_autoptr(GString) json = g_string_new("{\"tests\":{");

	for (int i = 0; words[i]; i++)
		g_string_append_printf(json, "%s\"igt@bin@%c\":{\"result\":\"%s\"}",
				       i > 0 ? "," : "", 'a' + i, words[i]);
	g_string_append(json, "}}");
	put_file(dir, "results.json", json->str);
}

/* igt_report FORMAT with all three kinds of files in @dir. */
static struct tool_run report(const char *format, const char *dir)
{
	g_autofree char *fails = g_build_filename(dir, "x-fails.txt", NULL);
	g_autofree char *flakes = g_build_filename(dir, "x-flakes.txt", NULL);
	g_autofree char *skips = g_build_filename(dir, "x-skips.txt", NULL);

	return run_tool("igt_report", format, "--expect", fails, "--expect", flakes, "--expect",
			skips, dir, NULL);
}

static const char *last_line(const struct tool_run *run)
{
	const char *end = run->out + strlen(run->out) - 1;
	const char *newline = g_strrstr_len(run->out, end - run->out, "\n");

	return newline ? newline + 1 : run->out;
}

static void exit_codes_follow_the_expectations(void **state)
{
	static const struct {
		const char *results;
		int status;
		const char *headline;
	} cases[] = {
		/* a and b should fail, c should crash, d may flake. */
		{"fail fail crash pass pass", 0,
		 "AS EXPECTED: 1 of 5 tests passed, 3 failed as expected, 1 flaky, 0 skipped\n"},
		{"fail skip crash fail pass skip", 0,
		 "AS EXPECTED: 1 of 6 tests passed, 2 failed as expected, 1 flaky, 2 skipped\n"},
		{"skip skip skip skip pass", 0, "PASSED: 1 of 5 tests, 4 skipped\n"},
		{"fail pass crash pass pass", 1,
		 "FAILED: 1 unexpected pass; 1 of 5 tests passed, 2 failed as expected, 1 flaky, 0 "
		 "skipped\n"},
		{"crash fail crash pass pass", 1,
		 "FAILED: 1 crash; 1 of 5 tests passed, 2 failed as expected, 1 flaky, 0 "
		 "skipped\n"},
		{"fail fail fail pass pass", 1,
		 "FAILED: 1 fail; 1 of 5 tests passed, 2 failed as expected, 1 flaky, 0 skipped\n"},
		{"fail pass crash pass pass timeout", 1,
		 "FAILED: 1 timeout, 1 unexpected pass; 1 of 6 tests passed, 2 failed as expected, "
		 "1 flaky, 0 skipped\n"},
		/* An expected failure and a flake verify nothing. */
		{"fail fail crash pass skip", 77,
		 "NOTHING VERIFIED: 0 of 5 tests passed, 3 failed as expected, 1 flaky, 1 "
		 "skipped\n"},
		{"skip skip", 77, "NOTHING VERIFIED: all 2 tests were skipped\n"},
	};

	put_file(*state, "x-fails.txt", "bin@a,Fail\nigt@bin@b,Fail\nbin@c,Crash\n");
	put_file(*state, "x-flakes.txt", "@d$\n");
	put_file(*state, "x-skips.txt", "@z$\n");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tool_run run;

		put_tests(*state, cases[i].results);
		run = report("summary", *state);
		assert_string_equal(last_line(&run), cases[i].headline);
		assert_int_equal(run.status, cases[i].status);
		tool_run_clear(&run);
	}
}

static void the_unexpected_comes_first_and_all_is_told_apart(void **state)
{
	g_autofree char *lines = g_strdup_printf(
		"totals: 1 crash, 1 xpass, 1 flake, 1 xfail, 1 skip, 1 pass\n"
		"CRASH  bin@c  0.000s  not the expected FAIL (B2): no reason given\n"
		"XPASS  bin@b  0.000s  passed, but FAIL was expected (B1); if it is fixed, remove "
		"%s/x-fails.txt:3\n"
		"FLAKE  bin@d  0.000s  PASS, known flake (racy)\n"
		"XFAIL  bin@a  0.000s  FAIL as expected (B1): no reason given\n"
		"SKIP  bin@e  0.000s  no reason given\n"
		"did not run, though expected to fail: bin@e, bin@y\n"
		"FAILED: 1 crash, 1 unexpected pass; 1 of 6 tests passed, 1 failed as expected, 1 "
		"flaky, 1 skipped\n",
		(char *)*state);
	struct tool_run run;

	put_tests(*state, "fail pass crash pass skip pass");
	put_file(*state, "x-fails.txt",
		 "# B1\nbin@a,Fail\nbin@b,Fail\n# B2\nbin@c,Fail\nbin@e,Fail\nbin@y,Fail\n"
		 "bin@z,Fail\n");
	put_file(*state, "x-flakes.txt", "# racy\n@d$\n");
	put_file(*state, "x-skips.txt", "@z$\n");
	run = report("summary", *state);
	assert_string_equal(run.out, lines);
	assert_int_equal(run.status, 1);
	tool_run_clear(&run);
}

static void many_that_did_not_run_are_one_line(void **state)
{
	struct tool_run run;

	put_tests(*state, "pass");
	put_file(*state, "x-fails.txt",
		 "n@1,Fail\nn@2,Fail\nn@3,Fail\nn@4,Fail\nn@5,Fail\nn@6,Fail\nn@7,Fail\n");
	put_file(*state, "x-flakes.txt", "");
	put_file(*state, "x-skips.txt", "");
	run = report("summary", *state);
	assert_string_equal(run.out, "totals: 1 pass\n"
				     "did not run, though expected to fail: n@1, n@2, n@3, n@4, "
				     "n@5 and 2 more\n"
				     "PASSED: 1 of 1 tests, 0 skipped\n");
	assert_int_equal(run.status, 0);
	tool_run_clear(&run);
}

static void a_result_behind_a_second_run_is_nobodys_expectation(void **state)
{
	struct tool_run run;

	put_file(*state, "results.json",
		 "{\"tests\":{\"igt@bin@a\":{\"result\":\"fail\"},"
		 "\"igt@bin@b\":{\"result\":\"pass\"}},"
		 "\"totals\":{\"\":{\"pass\":1,\"fail\":2}}}");
	put_file(*state, "x-fails.txt", "bin@a,Fail\n");
	put_file(*state, "x-flakes.txt", "");
	put_file(*state, "x-skips.txt", "");
	run = report("summary", *state);
	assert_int_equal(run.status, 1);
	assert_true(g_str_has_prefix(run.out, "totals: 1 fail, 1 xfail, 1 pass\n"
					      "1 more fail of tests that ran again later\n"));
	tool_run_clear(&run);
}

static void an_update_is_proposed(void **state)
{
	char *dir = *state;
	g_autofree char *lines = g_strdup_printf("remove %s/x-fails.txt:2: bin@b,Fail\n"
						 "change %s/x-fails.txt:3: bin@c,Fail to ,Crash\n"
						 "did not run %s/x-fails.txt:4: bin@y,Timeout\n"
						 "add to a fails file, each with its bug in the "
						 "comment:\n"
						 "# no reason given\n"
						 "bin@e,Dmesg-Fail\n",
						 dir, dir, dir);
	struct tool_run run;

	put_tests(dir, "fail pass crash fail dmesg-fail incomplete notrun pass");
	put_file(dir, "x-fails.txt", "bin@a,Fail\nbin@b,Fail\nbin@c,Fail\nbin@y,Timeout\n");
	put_file(dir, "x-flakes.txt", "@d$\n");
	put_file(dir, "x-skips.txt", "");
	run = report("expectations", dir);
	assert_string_equal(run.out, lines);
	assert_int_equal(run.status, 1);
	tool_run_clear(&run);
}

static void what_is_proposed_is_what_makes_it_right(void **state)
{
	struct tool_run proposal, again;

	put_tests(*state, "fail pass crash timeout warn");
	proposal = run_tool("igt_report", "expectations", *state, NULL);
	assert_int_equal(proposal.status, 1);
	/* Without its first line, which is for people. */
	put_file(*state, "x-fails.txt", strchr(proposal.out, '\n') + 1);
	put_file(*state, "x-flakes.txt", "");
	put_file(*state, "x-skips.txt", "");
	again = report("expectations", *state);
	assert_string_equal(again.out, "nothing to change\n");
	assert_int_equal(again.status, 0);
	tool_run_clear(&again);
	again = report("summary", *state);
	assert_int_equal(again.status, 0);
	tool_run_clear(&again);
	tool_run_clear(&proposal);
}

static void a_bad_file_is_one_line_and_exit_2(void **state)
{
	static const struct {
		const char *name, *why;
	} cases[] = {
		{"x-fails.txt", "x-fails.txt:2: no status after \"bin@b\"; write NAME,Fail\n"},
		{"none-fails.txt", "none-fails.txt: cannot be read: No such file or directory; "},
		{"results.json", "results.json: the name does not say what is in it; "},
	};
	struct tool_run run;

	put_tests(*state, "pass");
	put_file(*state, "x-fails.txt", "bin@a,Fail\nbin@b\n");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_build_filename(*state, cases[i].name, NULL);

		run = run_tool("igt_report", "summary", "--expect", path, *state, NULL);
		assert_int_equal(run.status, 2);
		assert_string_equal(run.out, "");
		assert_non_null(strstr(run.err, cases[i].why));
		assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
		tool_run_clear(&run);
	}
	run = run_tool("igt_report", "summary", *state, "--expect", NULL);
	assert_int_equal(run.status, 2);
	assert_string_equal(run.err, "igt_report: option --expect needs a value; see --help\n");
	tool_run_clear(&run);
}

/* igt_report FORMAT OPTION VALUE DIR; the exit status must be @status. */
static char *report_with(const char *dir, const char *format, const char *option, const char *value,
			 int status)
{
	struct tool_run run = run_tool("igt_report", format, option, value, dir, NULL);
	char *out = run.out;

	assert_int_equal(run.status, status);
	g_free(run.err);
	return out;
}

static void a_required_skip_is_a_failure(void **state)
{
	g_autofree char *out = NULL;

	put_tests(*state, "pass skip skip");
	out = report_with(*state, "summary", "--require", "@B$", 1);
	assert_string_equal(out, "totals: 1 required skip, 1 skip, 1 pass\n"
				 "SKIP  bin@b  0.000s  must not be skipped: no reason given\n"
				 "SKIP  bin@c  0.000s  no reason given\n"
				 "FAILED: 1 required skip; 1 of 3 tests passed, 1 skipped\n");
	g_free(out);
	out = report_with(*state, "csv", "--require", "@b$", 0);
	assert_string_equal(out, "bin@a,Pass,0.000\nbin@b,Fail,0.000\nbin@c,Skip,0.000\n");
	g_free(out);
	out = report_with(*state, "summary", "--require", "@a$", 0);
}

static void a_requirement_that_meets_nothing_is_told(void **state)
{
	struct tool_run run;

	put_tests(*state, "pass skip");
	run = run_tool("igt_report", "summary", "--require", "panfrots", *state, NULL);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.err, "no test of these results is required"));
	tool_run_clear(&run);
}

static void the_strict_exit_status_is_that_of_summary(void **state)
{
	static const char *const formats[] = {"csv", "junit", "ktap", "lava", "html"};
	static const struct {
		const char *results;
		int status;
	} cases[] = {{"pass skip", 0}, {"pass fail", 1}, {"skip skip", 77}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		put_tests(*state, cases[i].results);
		for (size_t f = 0; f < G_N_ELEMENTS(formats); f++) {
			struct tool_run strict =
				run_tool("igt_report", formats[f], "--strict", *state, NULL);
			struct tool_run lax = run_tool("igt_report", formats[f], *state, NULL);

			assert_int_equal(strict.status, cases[i].status);
			assert_int_equal(lax.status, 0);
			assert_string_equal(strict.out, lax.out);
			tool_run_clear(&strict);
			tool_run_clear(&lax);
		}
	}
}

static void layers_go_from_general_to_special(void **state)
{
	g_autofree char *machine = g_build_filename(*state, "panfrost-rk3399-lab7", NULL);
	g_autofree char *other = g_build_filename(*state, "panfrost-g12b", NULL);
	g_autofree char *out = NULL;

	put_file(*state, "panfrost-fails.txt", "bin@a,Fail\nbin@b,Fail\n");
	put_file(*state, "panfrost-rk3399-fails.txt", "bin@b,Pass\nbin@c,Crash\n");
	put_file(*state, "panfrost-rk3399-lab7-flakes.txt", "@d$\n");
	put_file(*state, "panfrost-g12b-lab7-fails.txt", "bin@e,Fail\n");
	put_tests(*state, "fail pass crash fail pass");
	out = report_with(*state, "summary", "--expect-for", machine, 0);
	assert_true(g_str_has_suffix(out, "AS EXPECTED: 2 of 5 tests passed, 2 failed as "
					  "expected, 1 flaky, 0 skipped\n"));
	g_free(out);
	/* Of another machine only the general file counts. */
	out = report_with(*state, "summary", "--expect-for", other, 1);
	assert_non_null(strstr(out, "XPASS  bin@b"));
	assert_non_null(strstr(out, "CRASH  bin@c"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exit_codes_follow_the_expectations),
		TEST(the_unexpected_comes_first_and_all_is_told_apart),
		TEST(many_that_did_not_run_are_one_line),
		TEST(a_result_behind_a_second_run_is_nobodys_expectation),
		TEST(an_update_is_proposed),
		TEST(what_is_proposed_is_what_makes_it_right),
		TEST(a_bad_file_is_one_line_and_exit_2),
		TEST(a_required_skip_is_a_failure),
		TEST(a_requirement_that_meets_nothing_is_told),
		TEST(the_strict_exit_status_is_that_of_summary),
		TEST(layers_go_from_general_to_special),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

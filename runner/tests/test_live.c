/* SPDX-License-Identifier: MIT */
/** igt_runner with --report and with expectations: what it tells while it runs, and at its end. */
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fileio.h"

#define TEST_LIST "TESTLIST\ntester plain_pass plain_skip\nEND TESTLIST\n"
/* Leaves a result of each kind that takes no time. */
#define FEW "hang|daemon|undo|abort|kernel|env|killed|crash"
/* Records of a report: facility local0, level alert. */
#define REPORT_PRIORITY "129,"
/* Others write to this kernel's log, too: whatever they say must not count here. */
#define DEAF "--dmesg-warn-level", "0"

/* Below the scratch directory that is the state. */
static char *root, *results;

static int setup(void **state)
{
	scratch_setup(state);
	root = make_test_root(*state, TEST_LIST);
	results = g_build_filename(*state, "results", NULL);
	return 0;
}

static int teardown(void **state)
{
	g_free(root);
	g_free(results);
	return scratch_teardown(state);
}

/* igt_runner over a few tests, with two more words, NULL if there are none. */
static struct tool_run run_with(const char *option, const char *value)
{
	if (!option)
		return run_tool("igt_runner", "--allow-non-root", "-o", "-x", FEW, root, results,
				NULL);
	return run_tool("igt_runner", "--allow-non-root", "-o", "-x", FEW, option, value, root,
			results, NULL);
}

/* @text without the lines that have @mark in them. Caller frees. */
static char *without(const char *text, const char *mark)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) rest = g_string_new(NULL);

	for (char **line = lines; line[1]; line++)
		if (!strstr(*line, mark))
			g_string_append_printf(rest, "%s\n", *line);
	return g_strdup(rest->str);
}

static void a_run_is_told_as_its_report_is(void **state)
{
	static const char *const formats[] = {"ktap", "lava"};

	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		struct tool_run live = run_with("--report", formats[i]);
		struct tool_run after = run_tool("igt_report", formats[i], results, NULL);
		g_autofree char *plain = without(live.out, "TTC ");
		g_autofree char *told = without(plain, "ENDTC ");

		assert_int_equal(live.status, 0);
		assert_int_equal(after.status, 0);
		assert_true(strlen(after.out) > 300);
		assert_string_equal(told, after.out);
		tool_run_clear(&live);
		tool_run_clear(&after);
	}
}

static void several_subtests_in_one_process_are_told_so_too(void **state)
{
	static const char *const formats[] = {"ktap", "lava"};

	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		struct tool_run live =
			run_tool("igt_runner", "--allow-non-root", "-o", "-m", "-t",
				 "tester@(pass|skip-requirement|dynamic|warn)$", "-t", "plain",
				 "--report", formats[i], root, results, NULL);
		struct tool_run after = run_tool("igt_report", formats[i], results, NULL);
		g_autofree char *plain = without(live.out, "TTC ");
		g_autofree char *told = without(plain, "ENDTC ");

		assert_int_equal(live.status, 0);
		assert_string_equal(told, after.out);
		assert_non_null(strstr(told, "plain_skip"));
		tool_run_clear(&live);
		tool_run_clear(&after);
	}
}

static void cases_are_marked_where_they_begin_and_end(void **state)
{
	struct tool_run run = run_with("--report", "lava");

	assert_true(g_str_has_prefix(run.out,
				     "<LAVA_SIGNAL_TESTSET START tester>\n"
				     "<LAVA_SIGNAL_STARTTC pass>\n"
				     "<LAVA_SIGNAL_ENDTC pass>\n"
				     "PASS  tester@pass  0.125s\n"
				     "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=pass RESULT=pass>\n"
				     "<LAVA_SIGNAL_STARTTC skip-requirement>\n"));
	assert_non_null(strstr(run.out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=dynamic.small "
					"RESULT=pass>\n"));
	assert_non_null(strstr(run.out, "<LAVA_SIGNAL_TESTSET STOP>\n"
					"<LAVA_SIGNAL_TESTSET START plain_pass>\n"
					"<LAVA_SIGNAL_STARTTC plain_pass>\n"));
	assert_true(g_str_has_suffix(run.out, "<LAVA_SIGNAL_TESTSET STOP>\n"));
	tool_run_clear(&run);
}

static void what_is_not_run_is_told_too(void **state)
{
	struct tool_run run =
		run_tool("igt_runner", "--allow-non-root", "--report", "ktap", "-t",
			 "tester@(pass|abort|warn)$", "-t", "plain", root, results, NULL);

	assert_int_equal(run.status, 1);
	assert_true(g_str_has_prefix(run.out, "KTAP version 1\n1..3\n"));
	assert_non_null(strstr(run.out, " # ERROR the run ended before it\n"));
	assert_non_null(strstr(run.out, "not ok 1 tester\n"
					"not ok 2 plain_pass # ERROR the run ended before it\n"
					"not ok 3 plain_skip # ERROR the run ended before it\n"));
	tool_run_clear(&run);
}

static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* The lines of a report in the kernel log from where @fd is. Caller frees. */
static char *reported(int fd)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char record[8192];
	ssize_t n;

	while ((n = read(fd, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		char *line = n > 0 ? memchr(record, ';', n) : NULL;

		if (!line || !g_str_has_prefix(record, REPORT_PRIORITY))
			continue;
		record[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		g_string_append_printf(text, "%s\n", line + 1);
	}
	return g_strdup(text->str);
}

static void the_kernel_log_carries_a_report(void **state)
{
	autofd fd = open_log();
	g_autofree char *told = NULL;
	struct tool_run run, after;

	if (fd < 0 || access("/dev/kmsg", W_OK) < 0)
		skip();
	run = run_tool("igt_runner", "--allow-non-root", "-x", FEW, "--report", "ktap",
		       "--report-to", "kmsg", root, results, NULL);
	assert_int_equal(run.status, 0);
	/* stdout is free for what a run says without a report. */
	assert_true(g_str_has_suffix(run.out, "\nDone.\n"));
	told = reported(fd);
	after = run_tool("igt_report", "ktap", results, NULL);
	{
		/* The kernel drops blanks at the end of a line, and there are none at its start. */
		g_auto(GStrv) lines = g_strsplit(after.out, "\n", -1);

		for (char **line = lines; *line; line++)
			assert_non_null(strstr(told, *line));
	}
	tool_run_clear(&run);
	tool_run_clear(&after);
}

/* Another runner's report, say, that falls into the time of a test. */
static void a_report_in_the_log_is_no_complaint(void **state)
{
	static const char *const priorities[] = {"129", "1"};
	static const char *const verdicts[] = {"pass", "dmesg-warn"};

	for (size_t i = 0; i < G_N_ELEMENTS(priorities); i++) {
		g_autofree char *record = g_strdup_printf(
			"6,4,1,-;[IGT] bin: starting subtest a\n%s,5,2,-;not ok 1 x@y\n",
			priorities[i]);
		struct json_object *json;

		put_run(*state, "bin a\n");
		put_job(*state, 0, "Starting subtest: a\nSubtest a: SUCCESS (0.1s)\n", "", record,
			"a\nexit:0 (0.1s)\n");
		json = make_results(*state);
		assert_string_equal(test_result(json, "igt@bin@a"), verdicts[i]);
		json_object_put(json);
	}
}

/* The exit status of a run with --strict over tests that match @regex. */
static int strict_status(const char *regex, const char *option, const char *value)
{
	struct tool_run run =
		option ? run_tool("igt_runner", "--allow-non-root", "-o", DEAF, "--strict", "-t",
				  regex, option, value, root, results, NULL)
		       : run_tool("igt_runner", "--allow-non-root", "-o", DEAF, "--strict", "-t",
				  regex, root, results, NULL);
	int status = run.status;

	tool_run_clear(&run);
	return status;
}

static void strict_tells_how_it_went(void **state)
{
	g_autofree char *fails = g_build_filename(*state, "x-fails.txt", NULL);
	g_autofree char *machine = g_build_filename(*state, "x-y", NULL);

	put_file(*state, "x-fails.txt", "tester@fail-assert,Fail\n");
	assert_int_equal(strict_status("@pass$", NULL, NULL), 0);
	assert_int_equal(strict_status("tester@(pass|fail-assert)$", NULL, NULL), 1);
	assert_int_equal(strict_status("tester@(pass|fail-assert)$", "--expect", fails), 0);
	assert_int_equal(strict_status("tester@(pass|fail-assert)$", "--expect-for", machine), 0);
	assert_int_equal(strict_status("plain_skip", NULL, NULL), 77);
	assert_int_equal(strict_status("plain_", NULL, NULL), 0);
	assert_int_equal(strict_status("plain_", "--require", "plain"), 1);
}

static void lines_tell_what_was_expected(void **state)
{
	g_autofree char *fails = g_build_filename(*state, "x-fails.txt", NULL);
	struct tool_run run;

	put_file(*state, "x-fails.txt", "# B7\ntester@pass,Fail\n");
	run = run_tool("igt_runner", "--allow-non-root", DEAF, "--report", "text", "--expect",
		       fails, "-t", "@pass$", root, results, NULL);
	assert_true(g_str_has_prefix(run.out, "XPASS  tester@pass  0.125s  passed, but FAIL was "
					      "expected (B7); if it is fixed, remove "));
	assert_int_equal(run.status, 0);
	tool_run_clear(&run);
}

static void what_skips_files_name_is_not_run(void **state)
{
	g_autofree char *skips = g_build_filename(*state, "x-skips.txt", NULL);
	struct tool_run run;

	put_file(*state, "x-skips.txt", "# hangs the lab\n^tester@\n");
	run = run_with("--expect", skips);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "tester@pass is not run, as "));
	assert_non_null(strstr(run.out, "x-skips.txt:2 says: hangs the lab\n"));
	{
		g_autofree char *jobs = get_file(results, "joblist.txt");

		assert_string_equal(jobs, "plain_pass\nplain_skip\n");
	}
	tool_run_clear(&run);
}

static void what_cannot_be_is_refused(void **state)
{
	static const char *const cases[][3] = {
		{"--report", "xml", "there is text, ktap, lava"},
		{"--report-to", "kmsg", "which report?"},
		{"--report-to", "mars", "there is stdout, kmsg"},
		{"--require", "(", "is no regular expression"},
		{"--expect", "/nonexistent/x-fails.txt", "cannot be read"},
		{"--expect-for", "/nonexistent/x", "is no folder"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tool_run run = run_with(cases[i][0], cases[i][1]);

		assert_int_equal(run.status, 1);
		assert_string_equal(run.out, "");
		assert_non_null(strstr(run.err, cases[i][2]));
		assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
		assert_false(g_file_test(results, G_FILE_TEST_EXISTS));
		tool_run_clear(&run);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_is_told_as_its_report_is),
		TEST(several_subtests_in_one_process_are_told_so_too),
		TEST(cases_are_marked_where_they_begin_and_end),
		TEST(what_is_not_run_is_told_too),
		TEST(the_kernel_log_carries_a_report),
		TEST(a_report_in_the_log_is_no_complaint),
		TEST(strict_tells_how_it_went),
		TEST(lines_tell_what_was_expected),
		TEST(what_skips_files_name_is_not_run),
		TEST(what_cannot_be_is_refused),
	};

	if (!runs_can_start())
		return skip_all(NO_RUNS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

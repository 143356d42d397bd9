/* SPDX-License-Identifier: MIT */
/** The real igt_runner over the tester: verdicts, records, lines, refusals. */
#include "helpers.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEST_LIST "TESTLIST\ntester plain_pass plain_skip\nEND TESTLIST\n"

/* What else goes on in this kernel is no matter. */
#define OUR_OPTIONS "--allow-non-root", "--dmesg-warn-level=0"

static int setup(void **state)
{
	*state = workplace_new(TEST_LIST);
	return 0;
}

static int teardown(void **state)
{
	workplace_free(*state);
	return 0;
}

static bool kernel_log_is_usable(void)
{
	return access("/dev/kmsg", R_OK | W_OK) == 0;
}

static void assert_file(const char *dir, const char *name, const char *expected)
{
	g_autofree char *text = get_file(dir, name);

	assert_string_equal(text, expected);
}

static void listing_names_everything(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-L", "-x", "hang|kill|daemon|undo",
				       place->root, NULL);

	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(run.out, "igt@tester@pass\nigt@tester@skip-requirement\n"));
	assert_non_null(strstr(run.out, "\nigt@tester@upper-case\nigt@plain_pass\n"));
	assert_null(strstr(run.out, "hang"));
	tool_run_clear(&run);
}

static void verdicts_come_through(void **state)
{
	static const char *const expected[][2] = {
		{"igt@tester@pass", "pass"},	      {"igt@tester@skip-requirement", "skip"},
		{"igt@tester@fail-assert", "fail"},   {"igt@tester@crash", "crash"},
		{"igt@tester@warn", "warn"},	      {"igt@tester@killed", "incomplete"},
		{"igt@tester@hangup", "incomplete"},  {"igt@tester@dynamic", "fail"},
		{"igt@tester@dynamic@small", "pass"}, {"igt@tester@dynamic@large", "fail"},
		{"igt@tester@not-utf8", "pass"},      {"igt@tester@upper-case", "pass"},
		{"igt@plain_pass", "pass"},	      {"igt@plain_skip", "skip"},
	};
	const struct workplace *place = *state;
	struct tool_run run =
		run_tool("igt_runner", OUR_OPTIONS, "-x", "hang$|hang-|daemon|undo|abort|kernel|env",
			 place->root, place->results, NULL);
	struct json_object *results;

	assert_int_equal(run.status, 0);
	assert_true(g_str_has_suffix(run.out, "\nDone.\n"));
	results = read_results(place->results);
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		assert_string_equal(test_result(results, expected[i][0]), expected[i][1]);
	json_object_put(results);
	tool_run_clear(&run);
}

static void the_record_is_complete(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "--sync", "-n", "my run", "-t",
				       "@pass$", place->root, place->results, NULL);
	g_autofree char *metadata = get_file(place->results, "metadata.txt");
	g_autofree char *joblist = get_file(place->results, "joblist.txt");
	g_autofree char *journal = get_file(place->results, "0/journal.txt");
	g_autofree char *out = get_file(place->results, "0/out.txt");
	g_autofree char *start = get_file(place->results, "starttime.txt");
	g_autofree char *end = get_file(place->results, "endtime.txt");
	g_autofree char *uname = get_file(place->results, "uname.txt");

	assert_int_equal(run.status, 0);
	assert_non_null(strstr(metadata, "\nname : my run\n"));
	assert_string_equal(joblist, "tester pass\n");
	assert_true(g_str_has_prefix(journal, "pass\nexit:0 ("));
	assert_non_null(strstr(out, "\nSubtest pass: SUCCESS (0.125s)\n"));
	assert_true(g_ascii_strtod(start, NULL) <= g_ascii_strtod(end, NULL));
	assert_true(g_str_has_prefix(uname, "Linux "));
	tool_run_clear(&run);
}

static void report_lines_are_for_people(void **state)
{
	static const char expected[] =
		"PASS  tester@pass  0.125s\n"
		"SKIP  tester@skip-requirement  0.125s  swap_total() > 0\n"
		"FAIL  tester@fail-assert  0.125s  pages == freed; error: 4096 "
		"!= 0\n"
		"CRASH  tester@crash  0.125s  SIGSEGV\n"
		"WARN  tester@warn  0.125s  the clock went backwards\n"
		"INCOMPLETE  tester@killed  0.000s  no result line; died of SIGABRT\n";
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "--report", "text", "-t",
				       "@(pass|skip-requirement|fail-assert|crash|warn|killed)$",
				       place->root, place->results, NULL);

	assert_int_equal(run.status, 0);
	assert_string_equal(run.out, expected);
	tool_run_clear(&run);
}

static void a_kernel_warning_is_a_dmesg_warn(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run;

	if (!kernel_log_is_usable())
		skip();
	run = run_tool("igt_runner", "--allow-non-root", "--report", "text", "-t",
		       "@kernel-warning$", place->root, place->results, NULL);
	assert_string_equal(run.out, "DMESG-WARN  tester@kernel-warning  0.125s  WARNING: CPU: 0 "
				     "PID: 1 at tester.c:1 gem_shrinker_scan\n");
	tool_run_clear(&run);
}

static void tests_get_a_clean_slate(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-e", "TESTER_WORD=a=b c", "-t",
				       "@environment$", place->root, place->results, NULL);
	g_autofree char *out = get_file(place->results, "0/out.txt");
	g_autofree char *environment = get_file(place->results, "environment.txt");

	assert_int_equal(run.status, 0);
	assert_non_null(strstr(out, "TESTER_WORD=a=b c\noom_score_adj=0\nstdin at end\n"
				    "group own\n"));
	assert_string_equal(environment, "TESTER_WORD=a=b c\n");
	tool_run_clear(&run);
}

static void tests_start_in_their_cgroup(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *cgroup = g_build_filename(place->dir, "cgroup", NULL);
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "--test-cgroup", cgroup, "-t",
				       "@pass$", place->root, place->results, NULL);

	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "/cgroup/cgroup.procs: No such file"));
	tool_run_clear(&run);

	/* Tests are not started elsewhere instead. */
	put_file(place->dir, "cgroup/cgroup.procs", "");
	run = run_tool("igt_runner", OUR_OPTIONS, "--test-cgroup", cgroup, "-t", "@pass$",
		       place->root, place->results, NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "is cgroup2 mounted there"));
	tool_run_clear(&run);
}

static void a_test_list_chooses(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);
	g_autofree char *joblist = NULL;
	struct tool_run run;

	put_file(place->dir, "list",
		 "# a comment\nigt@tester@pass\nigt@plain_pass # here\n"
		 "igt@tester@dynamic@small\njunk\nigt@gone@x\n");
	run = run_tool("igt_runner", OUR_OPTIONS, "--dry-run", "--test-list", list, place->root,
		       place->results, NULL);
	joblist = get_file(place->results, "joblist.txt");
	assert_int_equal(run.status, 0);
	assert_string_equal(joblist, "tester pass\nplain_pass\ntester dynamic@small\ngone x\n");
	assert_non_null(strstr(run.err, "list:5: \"junk\" is not igt@"));
	tool_run_clear(&run);
}

static void a_dry_run_runs_nothing(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-d", "-t", "@(pass|crash)$",
				       place->root, place->results, NULL);
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_int_equal(total_of(results, "", "notrun"), 2);
	json_object_put(results);
	tool_run_clear(&run);
}

static void a_missing_binary_is_a_skip_that_says_so(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);
	struct tool_run run;

	put_file(place->dir, "list", "igt@gone@x\n");
	run = run_tool("igt_runner", OUR_OPTIONS, "--report", "text", "--test-list", list,
		       place->root, place->results, NULL);
	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(run.out, "SKIP  gone@x  "));
	assert_non_null(strstr(run.out, "  Cannot execute "));
	tool_run_clear(&run);
}

static void earlier_results_are_kept_unless_told(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	struct tool_run run;

	put_run(place->results, "old x\nold y\n");
	put_job(place->results, 0, "old", "", "", "");
	put_job(place->results, 1, "old", "", "", "");
	put_file(place->results, "environment.txt", "STALE=1\n");
	put_file(place->results, "mine.txt", "not the runner's\n");
	run = run_tool("igt_runner", OUR_OPTIONS, "-t", "@pass$", place->root, place->results,
		       NULL);
	before = get_file(place->results, "joblist.txt");
	assert_int_equal(run.status, 1);
	assert_string_equal(before, "old x\nold y\n");
	assert_non_null(strstr(run.err, "--overwrite"));
	tool_run_clear(&run);

	run = run_tool("igt_runner", OUR_OPTIONS, "-o", "-t", "@pass$", place->root, place->results,
		       NULL);
	assert_int_equal(run.status, 0);
	after = get_file(place->results, "joblist.txt");
	assert_string_equal(after, "tester pass\n");
	assert_file(place->results, "environment.txt", "");
	assert_file(place->results, "1/out.txt", "");
	assert_file(place->results, "mine.txt", "not the runner's\n");
	tool_run_clear(&run);
}

static void bad_places_are_refused_in_one_line(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *below_file = g_build_filename(place->dir, "file", "results", NULL);
	g_autofree char *no_root = g_build_filename(place->dir, "no-root", NULL);
	const char *const bad[][2] = {
		{place->root, below_file},
		{place->root, "/proc/results"},
		{no_root, place->results},
	};

	put_file(place->dir, "file", "x");
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-t", "@pass$", bad[i][0],
					       bad[i][1], NULL);

		assert_int_equal(run.status, 1);
		assert_true(g_str_has_prefix(run.err, "igt_runner: "));
		assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
		tool_run_clear(&run);
	}
	assert_int_not_equal(access(place->results, F_OK), 0);
}

static void no_match_and_unknown_options_are_errors(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-t", "no such", place->root,
				       place->results, NULL);

	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "Filter didn't match any job name"));
	assert_int_not_equal(access(place->results, F_OK), 0);
	tool_run_clear(&run);
	run = run_tool("igt_runner", OUR_OPTIONS, "--use-magic", place->root, place->results, NULL);
	assert_int_equal(run.status, 1);
	assert_string_equal(run.err, "igt_runner: option --use-magic is not supported; see "
				     "--help\n");
	tool_run_clear(&run);
}

static void a_binary_that_dies_when_listed_stops_the_run(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run;

	put_file(place->root, "test-list.txt", "tester dies_listing\n");
	run = run_tool("igt_runner", OUR_OPTIONS, place->root, place->results, NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "dies_listing --list-subtests died of signal 9"));
	assert_int_not_equal(access(place->results, F_OK), 0);
	tool_run_clear(&run);
}

static void an_abort_stops_the_run(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "--report", "text", "-t",
				       "@abort$|plain_pass", place->root, place->results, NULL);
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 1);
	assert_string_equal(test_result(results, "igt@tester@abort"), "abort");
	assert_string_equal(test_result(results, "igt@plain_pass"), "notrun");
	assert_string_equal(test_result(results, "igt@runner@aborted"), "fail");
	assert_string_equal(run.out, "ABORT  tester@abort  0.000s  gpu_is_gone\n"
				     "NOTRUN  plain_pass  0.000s  the run ended before it\n");
	json_object_put(results);
	tool_run_clear(&run);
}

static void help_and_version_work(void **state)
{
	struct tool_run run = run_tool("igt_runner", "--help", NULL);

	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(run.out, "Usage: igt_runner "));
	tool_run_clear(&run);
	run = run_tool("igt_runner", "--version", NULL);
	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(run.out, "igt_runner "));
	tool_run_clear(&run);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(listing_names_everything),
		TEST(verdicts_come_through),
		TEST(the_record_is_complete),
		TEST(report_lines_are_for_people),
		TEST(a_kernel_warning_is_a_dmesg_warn),
		TEST(tests_get_a_clean_slate),
		TEST(tests_start_in_their_cgroup),
		TEST(a_test_list_chooses),
		TEST(a_dry_run_runs_nothing),
		TEST(a_missing_binary_is_a_skip_that_says_so),
		TEST(earlier_results_are_kept_unless_told),
		TEST(bad_places_are_refused_in_one_line),
		TEST(no_match_and_unknown_options_are_errors),
		TEST(a_binary_that_dies_when_listed_stops_the_run),
		TEST(an_abort_stops_the_run),
		TEST(help_and_version_work),
	};

	if (!runs_can_start())
		return skip_all(NO_RUNS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

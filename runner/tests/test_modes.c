/* SPDX-License-Identifier: MIT */
/** Several subtests in one process, in text and in packets; what the runner does around jobs. */
#include "helpers.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int setup(void **state)
{
	*state = workplace_new("tester talker sluggish wrecker plain_pass\n");
	return 0;
}

static int teardown(void **state)
{
	workplace_free(*state);
	return 0;
}

/* igt_runner with the words in between, to its end. What else goes on in this kernel is no matter.
 */
#define RUN(place, ...)                                                                            \
	run_tool("igt_runner", "--allow-non-root", "--dmesg-warn-level=0", "-e",                   \
		 (place)->environment, __VA_ARGS__, (place)->root, (place)->results, NULL)

static void put_list(const struct workplace *place, const char *binary, const char *const *subtests)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (; *subtests; subtests++)
		g_string_append_printf(list, "igt@%s@%s\n", binary, *subtests);
	put_file(place->dir, "list", list->str);
}

#define PUT_LIST(place, binary, ...)                                                               \
	put_list(place, binary, (const char *const[]){__VA_ARGS__, NULL})

static void assert_result(struct json_object *results, const char *binary, const char *subtest,
			  const char *expected)
{
	g_autofree char *name = g_strdup_printf("igt@%s@%s", binary, subtest);
	const char *result = test_result(results, name);

	if (strcmp(result, expected) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", name, result, expected);
}

/* In text, and in packets. */
static const char *const speakers[] = {"tester", "talker"};

static void one_process_gives_the_verdicts_of_many(void **state)
{
	static const char *const expected[][2] = {
		{"pass", "pass"},	   {"skip-requirement", "skip"},
		{"fail-assert", "fail"},   {"crash", "crash"},
		{"warn", "warn"},	   {"dynamic", "fail"},
		{"dynamic@small", "pass"}, {"dynamic@large", "fail"},
		{"not-utf8", "pass"},	   {"upper-case", "pass"},
	};
	const struct workplace *place = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(speakers); i++) {
		g_autofree char *filter = g_strdup_printf("@%s@", speakers[i]);
		struct tool_run run = RUN(place, "-o", "-m", "-t", filter, "-x",
					  "hang|kill|daemon|undo|abort|kernel|env");
		g_autofree char *joblist = get_file(place->results, "joblist.txt");
		struct json_object *results = read_results(place->results);

		assert_int_equal(run.status, 0);
		assert_true(g_str_has_suffix(joblist, " pass,skip-requirement,fail-assert,crash,"
						      "warn,dynamic,not-utf8,Upper-Case\n"));
		for (size_t j = 0; j < G_N_ELEMENTS(expected); j++) {
			const char *verdict = expected[j][1];

			/* What stands on stderr beside the packets is not part of their results. */
			if (i == 1 && strcmp(verdict, "warn") == 0)
				verdict = "pass";
			assert_result(results, speakers[i], expected[j][0], verdict);
		}
		json_object_put(results);
		tool_run_clear(&run);
	}
}

static void a_timeout_takes_no_others_with_it(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(speakers); i++) {
		struct tool_run run;
		struct json_object *results;
		g_autofree char *joblist = NULL;

		PUT_LIST(place, speakers[i], "pass", "hang", "fail-assert", "killed", "Upper-Case");
		/* Enough for those that do not hang, on a busy machine under a sanitizer. */
		run = RUN(place, "-o", "-m", "--per-test-timeout", "4", "--test-list", list);
		results = read_results(place->results);
		joblist = get_file(place->results, "joblist.txt");
		assert_int_equal(run.status, 0);
		assert_true(
			g_str_has_suffix(joblist, " pass,hang,fail-assert,killed,Upper-Case\n"));
		assert_result(results, speakers[i], "pass", "pass");
		assert_result(results, speakers[i], "hang", "timeout");
		assert_result(results, speakers[i], "fail-assert", "fail");
		assert_result(results, speakers[i], "killed", "incomplete");
		assert_result(results, speakers[i], "upper-case", "pass");
		json_object_put(results);
		tool_run_clear(&run);
	}
}

static void a_whole_binary_goes_on_as_well(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run;
	struct json_object *results;
	g_autofree char *joblist = NULL;

	put_file(place->root, "test-list.txt", "sluggish\n");
	run = RUN(place, "-m", "--inactivity-timeout", "1");
	results = read_results(place->results);
	joblist = get_file(place->results, "joblist.txt");
	assert_int_equal(run.status, 0);
	assert_string_equal(joblist, "sluggish\n");
	assert_result(results, "sluggish", "first", "pass");
	assert_result(results, "sluggish", "hang", "timeout");
	assert_result(results, "sluggish", "last", "pass");
	assert_int_equal(total_of(results, "", "notrun"), 0);
	json_object_put(results);
	tool_run_clear(&run);
}

/* Nothing is left over after the last one hung, and no process is started to find out. */
static void the_end_of_a_job_is_its_end(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);
	g_autofree char *journal = NULL;
	struct tool_run run;

	PUT_LIST(place, "tester", "pass", "hang");
	run = RUN(place, "-m", "--per-test-timeout", "1", "--test-list", list);
	journal = get_file(place->results, "0/journal.txt");
	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(journal, "pass\nhang\ntimeout:-3 ("));
	assert_null(strstr(journal, "exit:"));
	tool_run_clear(&run);
}

static void signals_stop_a_talker_in_order(void **state)
{
	static const struct {
		int signo;
		const char *verdict;
	} cases[] = {{SIGTERM, "incomplete"}, {SIGHUP, "notrun"}};
	const struct workplace *place = *state;
	g_autofree char *pid_file = g_build_filename(place->dir, "pid", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *const words[] = {
			"--allow-non-root", "-o",	    "-e",
			place->environment, "-t",	    "talker@hang$|plain_pass",
			place->root,	    place->results, NULL};
		pid_t runner = start_runner(words);
		struct json_object *results;

		g_free(wait_for_file(place->dir, "pid"));
		kill(runner, cases[i].signo);
		assert_int_equal(WEXITSTATUS(wait_runner(runner)), 1);
		results = read_results(place->results);
		assert_result(results, "talker", "hang", cases[i].verdict);
		assert_string_equal(test_result(results, "igt@plain_pass"), "notrun");
		json_object_put(results);
		unlink(pid_file);
	}
}

static void who_prints_too_much_is_stopped(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run =
		RUN(place, "--disk-usage-limit", "100k", "-t", "wrecker@(flood|pass)$");
	struct json_object *results = read_results(place->results);
	g_autofree char *out = get_file(place->results, "0/out.txt");

	assert_int_equal(run.status, 0);
	assert_result(results, "wrecker", "flood", "incomplete");
	assert_non_null(strstr(test_string(results, "igt@wrecker@flood", "err"),
			       "runner: This test was killed due to exceeding disk usage limit. "
			       "(Used "));
	assert_result(results, "wrecker", "pass", "pass");
	/* And what came until it was gone, which is bounded by how long that takes. */
	assert_true(strlen(out) > 50000);
	json_object_put(results);
	tool_run_clear(&run);
}

/* After the second test the machine is no longer fit. */
static void an_unfit_machine_ends_the_run(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *command = g_strdup_printf(
		"test ! -e %s/1 || { echo the fan stopped; exit 1; }", place->results);

	for (size_t i = 0; i < G_N_ELEMENTS(speakers); i++) {
		g_autofree char *list = g_build_filename(place->dir, "list", NULL);
		g_autofree char *aborted = NULL;
		struct json_object *results;
		struct tool_run run;

		PUT_LIST(place, speakers[i], "pass", "not-utf8", "Upper-Case");
		run = RUN(place, "-o", "--abort-command", command, "--test-list", list);
		results = read_results(place->results);
		aborted = get_file(place->results, "aborted.txt");
		assert_int_equal(run.status, 1);
		assert_non_null(strstr(run.err, "; the rest of the tests is not run\n"));
		assert_result(results, speakers[i], "pass", "pass");
		assert_result(results, speakers[i], "upper-case", "notrun");
		if (i == 1) {
			assert_result(results, speakers[i], "not-utf8", "abort");
			assert_non_null(strstr(test_string(results, "igt@talker@not-utf8", "err"),
					       "the fan stopped"));
			assert_string_equal(aborted, "");
		} else {
			assert_result(results, speakers[i], "not-utf8", "pass");
			assert_string_equal(test_result(results, "igt@runner@aborted"), "fail");
			assert_non_null(strstr(aborted, "\nPrevious test: tester (not-utf8)\n"
							"Next test: tester (Upper-Case)\n\n"));
			assert_true(g_str_has_suffix(aborted, "\nthe fan stopped\n"));
		}
		json_object_put(results);
		tool_run_clear(&run);
	}
}

static void a_machine_that_is_unfit_at_once_runs_nothing(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = RUN(place, "--abort-command", "echo no power; false", "-t",
				  "tester@pass$|plain_pass");
	struct json_object *results = read_results(place->results);
	g_autofree char *aborted = get_file(place->results, "aborted.txt");
	g_autofree char *journal = get_file(place->results, "0/journal.txt");

	assert_int_equal(run.status, 1);
	assert_true(g_str_has_prefix(aborted, "Aborting.\nPrevious test: nothing\n"
					      "Next test: tester (pass)\n\n"));
	assert_string_equal(journal, "exit:-1 (0.000s)\n");
	assert_string_equal(test_result(results, "igt@tester@pass"), "notrun");
	assert_string_equal(test_result(results, "igt@plain_pass"), "notrun");
	assert_string_equal(test_string(results, "igt@plain_pass", "out"),
			    "Forced notrun result because of abort condition on bootup\n");
	json_object_put(results);
	tool_run_clear(&run);
}

static void hooks_reach_the_tests_and_the_record(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run =
		RUN(place, "--hook", "pre-test:true", "--hook", "echo a", "-t", "tester@pass$");
	g_autofree char *out = get_file(place->results, "0/out.txt");
	g_autofree char *hooks = get_file(place->results, "hooks.txt");

	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(out, "option --hook pre-test:true\noption --hook echo a\n"));
	assert_string_equal(hooks, "pre-test:true\n\necho a\n\n");
	tool_run_clear(&run);
}

static void tests_can_attach_files(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = RUN(place, "-t", "wrecker@(attach|pass)$");
	g_autofree char *note = get_file(place->results, "0/attachments/note");

	assert_int_equal(run.status, 0);
	assert_string_equal(note, "from attach\n");
	tool_run_clear(&run);
}

static void shards_share_the_list(void **state)
{
	const struct workplace *place = *state;
	g_autoptr(GString) all = g_string_new(NULL);
	g_auto(GStrv) names = NULL;
	struct tool_run whole = run_tool("igt_runner", "-L", place->root, NULL);
	size_t bytes = 0;

	for (unsigned i = 1; i <= 3; i++) {
		g_autofree char *shard = g_strdup_printf("--shard=%u/3", i);
		struct tool_run part = run_tool("igt_runner", "-L", shard, place->root, NULL);

		assert_int_equal(part.status, 0);
		g_string_append(all, part.out);
		bytes += strlen(part.out);
		tool_run_clear(&part);
	}
	/* Of the same length, and each line is in it: nothing is there twice. */
	assert_int_equal(bytes, strlen(whole.out));
	names = g_strsplit(whole.out, "\n", -1);
	for (char **name = names; *name; name++)
		assert_non_null(strstr(all->str, *name));
	tool_run_clear(&whole);
}

/* That is luck, and no mistake of whoever split the list. */
static void an_empty_shard_is_no_error(void **state)
{
	const struct workplace *place = *state;
	unsigned empty = 0;

	for (unsigned i = 1; i <= 2; i++) {
		g_autofree char *shard = g_strdup_printf("%u/2", i);
		struct tool_run run = RUN(place, "-o", "--shard", shard, "-t", "plain_pass");
		struct json_object *results = read_results(place->results);

		assert_int_equal(run.status, 0);
		empty += *test_result(results, "igt@plain_pass") == '\0';
		json_object_put(results);
		tool_run_clear(&run);
	}
	assert_int_equal(empty, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_process_gives_the_verdicts_of_many),
		TEST(a_timeout_takes_no_others_with_it),
		TEST(a_whole_binary_goes_on_as_well),
		TEST(the_end_of_a_job_is_its_end),
		TEST(signals_stop_a_talker_in_order),
		TEST(who_prints_too_much_is_stopped),
		TEST(an_unfit_machine_ends_the_run),
		TEST(a_machine_that_is_unfit_at_once_runs_nothing),
		TEST(hooks_reach_the_tests_and_the_record),
		TEST(tests_can_attach_files),
		TEST(shards_share_the_list),
		TEST(an_empty_shard_is_no_error),
	};

	if (!runs_can_start())
		return skip_all(NO_RUNS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

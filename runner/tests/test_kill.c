/* SPDX-License-Identifier: MIT */
/** Nothing that a test does makes it survive, and nothing is lost when a runner dies. */
#include "helpers.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct place {
	char *dir, *root, *results, *environment;
};

static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);

	place->dir = scratch_new();
	place->root = make_test_root(place->dir, "tester\nplain_pass\n");
	place->results = g_build_filename(place->dir, "results", NULL);
	place->environment = g_strdup_printf("TESTER_PIDFILE=%s/pid", place->dir);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	g_free(place->root);
	g_free(place->results);
	g_free(place->environment);
	scratch_remove(place->dir);
	g_free(place);
	return 0;
}

static pid_t tester_pid(const struct place *place)
{
	g_autofree char *text = wait_for_file(place->dir, "pid");

	return atoi(text);
}

/* Right after the runner is gone, but for the time that an exit takes. */
static void assert_dies(pid_t pid)
{
	for (int i = 0; i < 250 && process_lives(pid); i++)
		g_usleep(20000);
	assert_false(process_lives(pid));
}

static pid_t start(const struct place *place, const char *filter)
{
	const char *const words[] = {
		"--allow-non-root", "-e", place->environment, "-t", filter, place->root,
		place->results,	    NULL};

	return start_runner(words);
}

static void a_hanging_test_is_a_timeout_and_the_next_one_runs(void **state)
{
	const struct place *place = *state;
	struct tool_run run = run_tool("igt_runner", "--allow-non-root", "--report", "text",
				       "--per-test-timeout", "1", "-e", place->environment, "-t",
				       "@hang$|plain_pass", place->root, place->results, NULL);
	g_autofree char *journal = get_file(place->results, "0/journal.txt");
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_string_equal(test_result(results, "igt@tester@hang"), "timeout");
	assert_string_equal(test_result(results, "igt@plain_pass"), "pass");
	assert_non_null(strstr(run.out, "s  per-test timeout of 1 s\nPASS  plain_pass  "));
	assert_true(g_str_has_prefix(journal, "hang\ntimeout:-3 (1."));
	assert_false(process_lives(tester_pid(place)));
	json_object_put(results);
	tool_run_clear(&run);
}

static void a_test_deaf_to_sigquit_is_killed_and_the_run_has_an_end(void **state)
{
	const struct place *place = *state;
	struct tool_run run = run_tool("igt_runner", "--allow-non-root", "--inactivity-timeout",
				       "1", "-e", place->environment, "-t", "@hang-hard$",
				       place->root, place->results, NULL);
	g_autofree char *journal = get_file(place->results, "0/journal.txt");
	g_autofree char *end = get_file(place->results, "endtime.txt");
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_true(g_str_has_prefix(journal, "hang-hard\ntimeout:-9 ("));
	assert_string_equal(test_result(results, "igt@tester@hang-hard"), "timeout");
	assert_string_not_equal(end, "");
	assert_false(process_lives(tester_pid(place)));
	json_object_put(results);
	tool_run_clear(&run);
}

static void a_daemon_does_not_outlive_its_test(void **state)
{
	const struct place *place = *state;
	struct tool_run run =
		run_tool("igt_runner", "--allow-non-root", "-e", place->environment, "-t",
			 "@daemon$|plain_pass", place->root, place->results, NULL);
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_false(process_lives(tester_pid(place)));
	assert_string_equal(test_result(results, "igt@tester@daemon"), "pass");
	assert_string_equal(test_result(results, "igt@plain_pass"), "pass");
	json_object_put(results);
	tool_run_clear(&run);
}

static void the_overall_timeout_leaves_the_rest(void **state)
{
	const struct place *place = *state;
	struct tool_run run =
		run_tool("igt_runner", "--allow-non-root", "--report", "text", "--per-test-timeout",
			 "1", "--overall-timeout", "1", "-e", place->environment, "-t",
			 "@hang$|plain_pass", place->root, place->results, NULL);
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 2);
	assert_string_equal(test_result(results, "igt@tester@hang"), "timeout");
	assert_string_equal(test_result(results, "igt@plain_pass"), "notrun");
	assert_true(g_str_has_suffix(run.out, "NOTRUN  plain_pass  0.000s  the run ended before "
					      "it\n"));
	json_object_put(results);
	tool_run_clear(&run);
}

static void sigterm_stops_the_run_in_order(void **state)
{
	const struct place *place = *state;
	pid_t runner = start(place, "@hang$|plain_pass");
	pid_t tester = tester_pid(place);
	struct json_object *results;
	int status;

	kill(runner, SIGTERM);
	status = wait_runner(runner);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_false(process_lives(tester));
	results = read_results(place->results);
	assert_string_equal(test_result(results, "igt@tester@hang"), "incomplete");
	assert_string_equal(test_result(results, "igt@plain_pass"), "notrun");
	json_object_put(results);
}

static void sighup_leaves_the_test_for_another_time(void **state)
{
	const struct place *place = *state;
	pid_t runner = start(place, "@hang$");
	struct json_object *results;

	tester_pid(place);
	kill(runner, SIGHUP);
	wait_runner(runner);
	results = read_results(place->results);
	assert_string_equal(test_result(results, "igt@tester@hang"), "notrun");
	json_object_put(results);
}

static void a_killed_runner_leaves_a_readable_record(void **state)
{
	const struct place *place = *state;
	pid_t runner = start(place, "@(fail-assert|hang|pass)$|plain_pass");
	pid_t tester = tester_pid(place);
	struct json_object *results;
	struct tool_run run;

	kill(runner, SIGKILL);
	wait_runner(runner);
	/* The test is told, and goes as well. */
	assert_dies(tester);
	run = run_tool("igt_results", place->results, NULL);
	assert_int_equal(run.status, 0);
	tool_run_clear(&run);
	results = read_results(place->results);
	assert_string_equal(test_result(results, "igt@tester@pass"), "pass");
	assert_string_equal(test_result(results, "igt@tester@fail-assert"), "fail");
	assert_string_equal(test_result(results, "igt@tester@hang"), "incomplete");
	assert_string_equal(test_result(results, "igt@plain_pass"), "notrun");
	json_object_put(results);
	run = run_tool("igt_report", "summary", place->results, NULL);
	assert_int_equal(run.status, 1);
	tool_run_clear(&run);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hanging_test_is_a_timeout_and_the_next_one_runs),
		TEST(a_test_deaf_to_sigquit_is_killed_and_the_run_has_an_end),
		TEST(a_daemon_does_not_outlive_its_test),
		TEST(the_overall_timeout_leaves_the_rest),
		TEST(sigterm_stops_the_run_in_order),
		TEST(sighup_leaves_the_test_for_another_time),
		TEST(a_killed_runner_leaves_a_readable_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/** Nothing that a test does makes it survive, and nothing is lost when a runner dies. */
#include "helpers.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"

/* What else goes on in this kernel is no matter. */
#define OUR_OPTIONS "--allow-non-root", "--dmesg-warn-level=0"

static int setup(void **state)
{
	*state = workplace_new("tester wrecker plain_pass\n");
	return 0;
}

static int teardown(void **state)
{
	workplace_free(*state);
	return 0;
}

static pid_t tester_pid(const struct workplace *place)
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

/* stdout of a shell command, in which %s stands for @word. Caller frees. */
static char *run_shell(const char *format, const char *word)
{
	g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
	g_autofree char *command = g_strconcat(parts[0], word, parts[1], NULL);
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", command, NULL};
	char *out = NULL;

	assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out,
				 NULL, NULL, NULL));
	return out;
}

static pid_t start(const struct workplace *place, const char *filter)
{
	const char *const words[] = {OUR_OPTIONS, "-e",	       place->environment, "-t",
				     filter,	  place->root, place->results,	   NULL};

	return start_runner(words);
}

/* The journal begins with @prefix, and the time behind that is not below the timeout of 1 s. */
static void assert_timed_out(const char *journal, const char *prefix)
{
	assert_true(g_str_has_prefix(journal, prefix));
	assert_true(g_ascii_strtod(journal + strlen(prefix), NULL) >= 1.0);
}

static void a_hanging_test_is_a_timeout_and_the_next_one_runs(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "--report", "text",
				       "--per-test-timeout", "1", "-e", place->environment, "-t",
				       "@hang$|plain_pass", place->root, place->results, NULL);
	g_autofree char *journal = get_file(place->results, "0/journal.txt");
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_string_equal(test_result(results, "igt@tester@hang"), "timeout");
	assert_string_equal(test_result(results, "igt@plain_pass"), "pass");
	assert_non_null(strstr(run.out, "s  per-test timeout of 1 s\nPASS  plain_pass  "));
	assert_timed_out(journal, "hang\ntimeout:-3 (");
	assert_false(process_lives(tester_pid(place)));
	json_object_put(results);
	tool_run_clear(&run);
}

/* As for what a script starts with "&". */
static void a_runner_in_the_background_of_a_script_can_end_a_test(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run;
	g_autofree char *journal = NULL;

	signal(SIGQUIT, SIG_IGN);
	run = run_tool("igt_runner", OUR_OPTIONS, "--per-test-timeout", "1", "-e",
		       place->environment, "-t", "@hang$", place->root, place->results, NULL);
	signal(SIGQUIT, SIG_DFL);
	journal = get_file(place->results, "0/journal.txt");
	assert_int_equal(run.status, 0);
	assert_timed_out(journal, "hang\ntimeout:-3 (");
	tool_run_clear(&run);
}

static void a_test_deaf_to_sigquit_is_killed_and_the_run_has_an_end(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "--inactivity-timeout", "1", "-e",
				       place->environment, "-t", "@hang-hard$", place->root,
				       place->results, NULL);
	g_autofree char *journal = get_file(place->results, "0/journal.txt");
	g_autofree char *end = get_file(place->results, "endtime.txt");
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_timed_out(journal, "hang-hard\ntimeout:-9 (");
	assert_string_equal(test_result(results, "igt@tester@hang-hard"), "timeout");
	assert_string_not_equal(end, "");
	assert_false(process_lives(tester_pid(place)));
	json_object_put(results);
	tool_run_clear(&run);
}

static void a_daemon_does_not_outlive_its_test(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-e", place->environment, "-t",
				       "@daemon$|plain_pass", place->root, place->results, NULL);
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_false(process_lives(tester_pid(place)));
	assert_string_equal(test_result(results, "igt@tester@daemon"), "pass");
	assert_string_equal(test_result(results, "igt@plain_pass"), "pass");
	json_object_put(results);
	tool_run_clear(&run);
}

static void what_undoes_a_test_has_time_for_it(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run =
		run_tool("igt_runner", OUR_OPTIONS, "-e", place->environment, "-t",
			 "@undo$", place->root, place->results, NULL);
	g_autofree char *done = g_build_filename(place->dir, "pid.done", NULL);

	assert_int_equal(run.status, 0);
	assert_true(g_file_test(done, G_FILE_TEST_EXISTS));
	assert_false(process_lives(tester_pid(place)));
	tool_run_clear(&run);
}

static void the_overall_timeout_leaves_the_rest(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run =
		run_tool("igt_runner", OUR_OPTIONS, "--report", "text", "--per-test-timeout", "1",
			 "--overall-timeout", "1", "-e", place->environment, "-t",
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
	const struct workplace *place = *state;
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
	const struct workplace *place = *state;
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
	const struct workplace *place = *state;
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

/* Children of the same group, session, or of none of both: all of them go. */
static void a_storm_of_processes_is_over_with_its_test(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-t", "@storm$|plain_pass",
				       place->root, place->results, NULL);
	struct json_object *results = read_results(place->results);
	g_autofree char *left = NULL;

	assert_int_equal(run.status, 0);
	assert_string_equal(test_result(results, "igt@wrecker@storm"), "pass");
	assert_string_equal(test_result(results, "igt@plain_pass"), "pass");
	/* By the program that they all are; nobody else has one of that name in this place. */
	left = run_shell("grep -lsa '^%s/wrecker' /proc/[0-9]*/cmdline", place->root);
	assert_string_equal(left, "");
	json_object_put(results);
	tool_run_clear(&run);
}

static void a_guard_has_time_to_put_things_in_order(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-e", place->environment, "-t",
				       "@guard$", place->root, place->results, NULL);
	g_autofree char *order = get_file(place->dir, "pid");
	struct json_object *results = read_results(place->results);

	assert_int_equal(run.status, 0);
	assert_string_equal(test_result(results, "igt@wrecker@guard"), "incomplete");
	/* Written before the runner went on, not some time after. */
	assert_string_equal(order, "in order\n");
	json_object_put(results);
	tool_run_clear(&run);
}

/* The next one that is started there clears them away. */
static void a_killed_runner_leaves_no_process_for_good(void **state)
{
	const struct workplace *place = *state;
	struct cgroups *cgroups;
	struct tool_run run;
	pid_t runner, daemon;

	if (cgroups_open(/* home= */ NULL, &cgroups) < 0) {
		print_message("no control group of version 2 can be made here\n");
		skip();
	}
	cgroups_close(cgroups);
	runner = start(place, "@daemon-then-hang$");
	daemon = tester_pid(place);
	kill(runner, SIGKILL);
	wait_runner(runner);
	/* Deaf to all that its runner's death brings about. */
	assert_true(process_lives(daemon));
	run = run_tool("igt_runner", OUR_OPTIONS, "-o", "-t", "plain_pass", place->root,
		       place->results, NULL);
	assert_int_equal(run.status, 0);
	tool_run_clear(&run);
	/* Mostly it is gone by now; or somebody else's runner found it first, and is at it. */
	assert_dies(daemon);
}

static void a_results_folder_that_is_removed_ends_the_run(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *environment = g_strdup_printf("TESTER_DIR=%s", place->results);
	struct tool_run run = run_tool("igt_runner", OUR_OPTIONS, "-e", environment, "-t",
				       "wrecker@(remove|pass)$", place->root, place->results, NULL);

	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, ": No such file or directory; was it removed?\n"));
	assert_int_not_equal(access(place->results, F_OK), 0);
	tool_run_clear(&run);
}

static void a_full_disk_ends_the_run_and_keeps_what_there_is(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *environment = g_strdup_printf("TESTER_DIR=%s", place->results);
	g_autofree char *fill = g_build_filename(place->results, "fill", NULL);
	struct json_object *results;
	struct tool_run run;

	g_mkdir_with_parents(place->results, 0755);
	if (mount("tmpfs", place->results, "tmpfs", 0, "size=1m") < 0) {
		print_message("# no small file system can be mounted here\n");
		skip();
	}
	put_file(place->root, "test-list.txt", "tester wrecker plain_pass\n");
	run = run_tool("igt_runner", OUR_OPTIONS, "-e", environment, "-t",
		       "tester@pass$|@fill-disk$|plain_pass", place->root, place->results, NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "/1: No space left on device; make room on that disk\n"));
	tool_run_clear(&run);

	unlink(fill);
	run = run_tool("igt_results", place->results, NULL);
	assert_int_equal(run.status, 0);
	results = read_results(place->results);
	assert_string_equal(test_result(results, "igt@tester@pass"), "pass");
	assert_string_equal(test_result(results, "igt@wrecker@fill-disk"), "incomplete");
	assert_string_equal(test_result(results, "igt@plain_pass"), "notrun");
	json_object_put(results);
	tool_run_clear(&run);
	assert_int_equal(umount2(place->results, MNT_DETACH), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hanging_test_is_a_timeout_and_the_next_one_runs),
		TEST(a_runner_in_the_background_of_a_script_can_end_a_test),
		TEST(a_test_deaf_to_sigquit_is_killed_and_the_run_has_an_end),
		TEST(a_daemon_does_not_outlive_its_test),
		TEST(what_undoes_a_test_has_time_for_it),
		TEST(the_overall_timeout_leaves_the_rest),
		TEST(sigterm_stops_the_run_in_order),
		TEST(sighup_leaves_the_test_for_another_time),
		TEST(a_killed_runner_leaves_a_readable_record),
		TEST(a_storm_of_processes_is_over_with_its_test),
		TEST(a_guard_has_time_to_put_things_in_order),
		TEST(a_killed_runner_leaves_no_process_for_good),
		TEST(a_results_folder_that_is_removed_ends_the_run),
		TEST(a_full_disk_ends_the_run_and_keeps_what_there_is),
	};

	if (!runs_can_start())
		return skip_all(NO_RUNS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

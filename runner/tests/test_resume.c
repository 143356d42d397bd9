/* SPDX-License-Identifier: MIT */
/**
 * A run that is cut off goes on where it was: nothing is lost, nothing is run twice once it is on
 * record, and what was running is incomplete.
 */
#include "helpers.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "packets.h"
#include "verdict.h"

static int setup(void **state)
{
	struct workplace *place = workplace_new("many\nplain_pass\n");

	g_free(place->environment);
	place->environment = g_strdup_printf("TESTER_RAN=%s/ran", place->dir);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	g_unsetenv("IGT_RUNNER_DISABLE_SOCKET_COMMUNICATION");
	workplace_free(*state);
	return 0;
}

static void put_list(const struct workplace *place, unsigned from, unsigned to)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (unsigned i = from; i < to; i++)
		g_string_append_printf(list, "igt@many@sub-%03u\n", i);
	put_file(place->dir, "list", list->str);
}

/* A run of what is in the list, until a file has the text so many times; then SIGKILL. */
static void run_and_kill(const struct workplace *place, bool multiple, const char *stop,
			 const char *file, const char *text, unsigned times)
{
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);
	const char *const words[] = {"--allow-non-root",
				     "--dmesg-warn-level=0",
				     "-e",
				     place->environment,
				     "-e",
				     stop,
				     "--test-list",
				     list,
				     place->root,
				     place->results,
				     multiple ? "-m" : NULL,
				     NULL};
	pid_t runner = start_runner(words);

	wait_for_text(place->results, file, text, times);
	kill(runner, SIGKILL);
	wait_runner(runner);
}

/* What waited then does not any more. */
static void let_tests_run(const struct workplace *place)
{
	g_autofree char *environment = g_strdup_printf("%s\n", place->environment);

	put_file(place->results, "environment.txt", environment);
}

static void resume(const struct workplace *place, int status)
{
	struct tool_run run = run_tool("igt_resume", place->results, NULL);

	if (run.status != status)
		fail_msg("igt_resume: %d instead of %d: %s", run.status, status, run.err);
	tool_run_clear(&run);
}

/* All that were counted, also if two of them have one name. */
static int count_results(struct json_object *results)
{
	int count = 0;

	for (int i = 0; i < _VERDICT_MAX; i++)
		count += total_of(results, "", verdict_name(i));
	return count;
}

static void assert_results(const struct workplace *place, const char *const (*expected)[2])
{
	struct json_object *results = read_results(place->results);
	unsigned count = 0;

	for (; (*expected)[0]; expected++, count++) {
		g_autofree char *name = g_strdup_printf("igt@many@%s", (*expected)[0]);

		assert_string_equal(test_result(results, name), (*expected)[1]);
	}
	assert_int_equal(count_results(results), count);
	json_object_put(results);
}

#define ASSERT_RESULTS(place, ...)                                                                 \
	assert_results(place, (const char *const[][2]){__VA_ARGS__, {NULL, NULL}})

static void assert_ran(const struct workplace *place, const char *expected)
{
	g_autofree char *ran = get_file(place->dir, "ran");

	assert_string_equal(ran, expected);
}

static void use_text(void)
{
	g_setenv("IGT_RUNNER_DISABLE_SOCKET_COMMUNICATION", "1", /* overwrite= */ TRUE);
}

/* Four subtests; the runner dies in the second, when a file has its name so many times. */
static void kill_in_the_second_and_resume(const struct workplace *place, bool multiple,
					  const char *file, unsigned times)
{
	put_list(place, 1, 5);
	run_and_kill(place, multiple, "TESTER_STOP_IN=sub-002", file, "sub-002", times);
	let_tests_run(place);
	resume(place, 0);
	ASSERT_RESULTS(place, {"sub-001", "pass"}, {"sub-002", "incomplete"}, {"sub-003", "fail"},
		       {"sub-004", "pass"});
	assert_ran(place, "sub-001\nsub-002\nsub-003\nsub-004\n");
}

/* In packets the second time means that it began: the first is on the command line. */
static void the_next_job_follows_the_one_that_ran(void **state)
{
	kill_in_the_second_and_resume(*state, /* multiple= */ false, "1/comms", 2);
}

static void a_job_goes_on_behind_what_ran(void **state)
{
	kill_in_the_second_and_resume(*state, /* multiple= */ true, "0/comms", 2);
}

static void a_job_goes_on_behind_what_ran_in_text(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *journal = NULL;

	use_text();
	kill_in_the_second_and_resume(place, /* multiple= */ true, "0/journal.txt", 1);
	journal = get_file(place->results, "0/journal.txt");
	assert_true(g_str_has_prefix(journal, "sub-001\nsub-002\nexit:9999 (0.000s)\nsub-003\n"
					      "sub-004\nexit:98 ("));
}

/* A job that lists nothing runs all there is. */
static void a_whole_binary_goes_on_behind_what_ran(void **state)
{
	const struct workplace *place = *state;
	struct json_object *results;

	put_list(place, 0, 0);
	put_file(place->dir, "list", "igt@many\n");
	run_and_kill(place, true, "TESTER_STOP_IN=sub-151", "0/comms", "sub-151", 2);
	put_file(place->results, "joblist.txt", "many\n");
	let_tests_run(place);
	resume(place, 0);
	results = read_results(place->results);
	assert_string_equal(test_result(results, "igt@many@sub-150"), "fail");
	assert_string_equal(test_result(results, "igt@many@sub-151"), "incomplete");
	assert_string_equal(test_result(results, "igt@many@sub-199"), "fail");
	assert_int_equal(total_of(results, "", "incomplete"), 1);
	assert_int_equal(total_of(results, "", "notrun"), 0);
	json_object_put(results);
}

static void a_dry_run_can_be_run(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);
	struct tool_run run;

	put_list(place, 1, 4);
	run = run_tool("igt_runner", "-d", "--dmesg-warn-level=0", "-e", place->environment,
		       "--test-list", list, place->root, place->results, NULL);
	assert_int_equal(run.status, 0);
	tool_run_clear(&run);
	ASSERT_RESULTS(place, {"sub-001", "notrun"}, {"sub-002", "notrun"}, {"sub-003", "notrun"});
	resume(place, 0);
	ASSERT_RESULTS(place, {"sub-001", "pass"}, {"sub-002", "pass"}, {"sub-003", "fail"});
	assert_ran(place, "sub-001\nsub-002\nsub-003\n");
}

static void a_finished_run_stays_as_it_is(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);
	g_autofree char *end = NULL;
	g_autofree char *end_again = NULL;
	struct tool_run run;

	put_list(place, 1, 3);
	run = run_tool("igt_runner", "--allow-non-root", "--dmesg-warn-level=0", "-e",
		       place->environment, "--test-list", list, place->root, place->results, NULL);
	assert_int_equal(run.status, 0);
	tool_run_clear(&run);
	end = get_file(place->results, "endtime.txt");
	resume(place, 0);
	end_again = get_file(place->results, "endtime.txt");
	assert_string_equal(end, end_again);
	assert_ran(place, "sub-001\nsub-002\n");
}

/* A runner that was told to stop wrote an end; the run has another one when it has gone on. */
static void a_stopped_run_ends_later(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *list = g_build_filename(place->dir, "list", NULL);
	const char *const words[] = {"--allow-non-root",
				     "--dmesg-warn-level=0",
				     "-e",
				     place->environment,
				     "-e",
				     "TESTER_STOP_IN=sub-001",
				     "--test-list",
				     list,
				     place->root,
				     place->results,
				     NULL};
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	pid_t runner;

	put_list(place, 1, 3);
	runner = start_runner(words);
	wait_for_text(place->results, "0/comms", "sub-001", 2);
	kill(runner, SIGTERM);
	wait_runner(runner);
	first = get_file(place->results, "endtime.txt");
	assert_string_not_equal(first, "");
	let_tests_run(place);
	resume(place, 0);
	ASSERT_RESULTS(place, {"sub-001", "incomplete"}, {"sub-002", "pass"});
	second = get_file(place->results, "endtime.txt");
	assert_true(g_ascii_strtod(second, NULL) > g_ascii_strtod(first, NULL));
}

/* Of a run over the tests in place->root, for a record that is made by hand. */
static void put_metadata(const struct workplace *place)
{
	g_autofree char *text =
		g_strdup_printf("name : hand-made\nallow_non_root : 1\ndmesg_warn_level : 0\n"
				"prune_mode : 2\ntest_root : %s\n",
				place->root);

	put_file(place->results, "metadata.txt", text);
	let_tests_run(place);
}

static void append_metadata(const struct workplace *place, const char *line)
{
	g_autofree char *text = get_file(place->results, "metadata.txt");
	g_autofree char *more = g_strconcat(text, line, NULL);

	put_file(place->results, "metadata.txt", more);
}

static void remove_file(const struct workplace *place, const char *name)
{
	g_autofree char *path = g_build_filename(place->results, name, NULL);

	assert_int_equal(unlink(path), 0);
}

static void remove_results(const struct workplace *place)
{
	scratch_remove(g_strdup(place->results));
}

/* It did not get to its first subtest: whoever killed the runner does not mean the test. */
static void a_process_in_which_nothing_began_is_started_again(void **state)
{
	const struct workplace *place = *state;

	put_list(place, 1, 3);
	run_and_kill(place, true, "TESTER_STOP_BEFORE=1", "0/comms", "IGT-Version", 1);
	let_tests_run(place);
	resume(place, 0);
	ASSERT_RESULTS(place, {"sub-001", "pass"}, {"sub-002", "pass"});
}

/* When the machine goes down with it each time, a third time would be no better. */
static void a_process_that_takes_the_machine_down_has_two_chances(void **state)
{
	const struct workplace *place = *state;
	const char *const words[] = {place->results, NULL};
	struct json_object *results;
	pid_t resumed;

	put_list(place, 1, 3);
	run_and_kill(place, true, "TESTER_STOP_BEFORE=1", "0/comms", "IGT-Version", 1);
	put_file(place->results, "joblist.txt", "many sub-001,sub-002\nplain_pass\n");
	put_file(place->results, "boot.txt", "another boot\n");
	resumed = start_tool("igt_resume", words);
	wait_for_text(place->results, "0/comms", "IGT-Version", 2);
	kill(resumed, SIGKILL);
	wait_runner(resumed);
	put_file(place->results, "boot.txt", "yet another boot\n");
	let_tests_run(place);
	resume(place, 0);
	results = read_results(place->results);
	assert_string_equal(test_result(results, "igt@many@sub-001"), "incomplete");
	assert_string_equal(test_result(results, "igt@many@sub-002"), "notrun");
	assert_string_equal(test_result(results, "igt@plain_pass"), "pass");
	json_object_put(results);
	assert_ran(place, "");
}

/* What a test in one piece was doing when it was cut off nobody knows. */
static void a_test_in_one_piece_is_not_run_again(void **state)
{
	const struct workplace *place = *state;
	struct json_object *results;

	put_run(place->results, "plain_pass\nplain_pass\n");
	put_job(place->results, 0, "some text\n", "", "", "");
	put_metadata(place);
	resume(place, 0);
	results = read_results(place->results);
	/* Both have the one name. */
	assert_int_equal(total_of(results, "", "incomplete"), 1);
	assert_int_equal(total_of(results, "", "pass"), 1);
	json_object_put(results);
}

/* The moments of a kill that no clock hits: each file ends anywhere. */
static void a_record_that_ends_anywhere_goes_on(void **state)
{
	static const struct {
		const char *out, *err, *journal;
		const char *ran;
	} cases[] = {
		/* The directory is there, the files are, and nothing else happened. */
		{"", "", "", "sub-001\nsub-002\nsub-003\n"},
		/* It said who it is; no subtest began. */
		{"IGT-Ver", "", "", "sub-001\nsub-002\nsub-003\n"},
		/* Half the name of the first: it has not begun, as far as anyone knows. */
		{"Starting subtest: sub-0", "", "", "sub-001\nsub-002\nsub-003\n"},
		{"", "Starting subtest: sub-0", "", "sub-001\nsub-002\nsub-003\n"},
		/* It began; the journal has not heard of it, or half of it. */
		{"Starting subtest: sub-001\n", "", "", "sub-002\nsub-003\n"},
		{"", "Starting subtest: sub-001\n", "", "sub-002\nsub-003\n"},
		{"", "Starting subtest: sub-001\n", "sub-0", "sub-002\nsub-003\n"},
		/* The second began, the end of the first is torn. */
		{"Starting subtest: sub-001\nSubtest sub-001: SUCC",
		 "Starting subtest: sub-001\nSubtest sub-001: SUCC", "sub-001\n",
		 "sub-002\nsub-003\n"},
		/* All but the last began, and nobody saw the end of the process. */
		{"Starting subtest: sub-001\nSubtest sub-001: SUCCESS (0.000s)\n"
		 "Starting subtest: sub-002\nSubtest sub-002: SUCCESS (0.000s)\n",
		 "Starting subtest: sub-001\nSubtest sub-001: SUCCESS (0.000s)\n"
		 "Starting subtest: sub-002\nSubtest sub-002: SUCCESS (0.000s)\n",
		 "sub-001\nsub-002\n", "sub-003\n"},
	};
	const struct workplace *place = *state;

	use_text();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct json_object *results;

		put_run(place->results, "many sub-001,sub-002,sub-003\n");
		put_metadata(place);
		put_job(place->results, 0, cases[i].out, cases[i].err, "", cases[i].journal);
		put_file(place->dir, "ran", "");
		resume(place, 0);
		assert_ran(place, cases[i].ran);
		results = read_results(place->results);
		/* No name that was cut off, and the last one as always. */
		assert_int_equal(count_results(results), 3);
		assert_string_equal(test_result(results, "igt@many@sub-003"), "fail");
		json_object_put(results);
		remove_results(place);
	}
}

/* As a machine leaves it that lost the power while its disk was at it. */
static void packets_that_end_anywhere_go_on(void **state)
{
	const struct workplace *place = *state;
	g_autoptr(GString) dump = g_string_new(NULL);
	size_t began;

	packet_add(dump, IGT_PACKET_EXEC, "/tests/many --run-subtest sub-001,sub-002", NULL);
	packet_add(dump, IGT_PACKET_VERSION, "IGT-Version: 1\n", NULL);
	packet_start(dump, "sub-001");
	began = dump->len;
	packet_result(dump, "sub-001", "SUCCESS");
	for (size_t len = 0; len <= dump->len; len += 7) {
		struct json_object *results;

		put_run(place->results, "many sub-001,sub-002\n");
		put_metadata(place);
		put_job(place->results, 0, "", "", "", "");
		put_bytes(place->results, "0/comms", dump->str, len);
		put_file(place->dir, "ran", "");
		resume(place, 0);
		assert_ran(place, len < began ? "sub-001\nsub-002\n" : "sub-002\n");
		results = read_results(place->results);
		assert_int_equal(count_results(results), 2);
		assert_string_equal(test_result(results, "igt@many@sub-001"),
				    len < began ? "pass" : "incomplete");
		assert_string_equal(test_result(results, "igt@many@sub-002"), "pass");
		json_object_put(results);
		remove_results(place);
	}
}

static void the_time_that_was_spent_is_spent(void **state)
{
	const struct workplace *place = *state;
	struct json_object *results;

	put_run(place->results, "many sub-001\nmany sub-002\n");
	put_metadata(place);
	put_job(place->results, 0, "x", "x", "", "sub-001\nexit:0 (99.000s)\n");
	append_metadata(place, "overall_timeout : 90\n");
	resume(place, 2);
	results = read_results(place->results);
	assert_string_equal(test_result(results, "igt@many@sub-002"), "notrun");
	json_object_put(results);
	append_metadata(place, "overall_timeout : 200\n");
	resume(place, 0);
	assert_ran(place, "sub-002\n");
}

static void environment_and_hooks_are_those_of_the_run(void **state)
{
	const struct workplace *place = *state;
	g_autofree char *hook = g_strdup_printf("pre-test:echo \\\\n \\\n> %s", place->dir);
	g_autofree char *hooks = g_strdup_printf("%s\n\npost-test:true\n\n", hook);

	put_run(place->results, "many sub-001\n");
	put_metadata(place);
	put_file(place->results, "hooks.txt", hooks);
	resume(place, 0);
	assert_ran(place, "sub-001\n");
	wait_for_text(place->results, "0/comms", "--hook pre-test:echo \\n \n> ", 1);
	wait_for_text(place->results, "0/comms", "--hook post-test:true", 1);
}

/* Two at a time would record one job in each other's files. */
static void one_runner_at_a_time(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run;
	int fd;

	put_run(place->results, "many sub-001\n");
	put_metadata(place);
	fd = open(place->results, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	run = run_tool("igt_resume", place->results, NULL);
	assert_int_equal(run.status, 127);
	assert_non_null(strstr(run.err, "another runner is at work on "));
	tool_run_clear(&run);
	run = run_tool("igt_runner", "--allow-non-root", "-o", place->root, place->results, NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "another runner is at work on "));
	tool_run_clear(&run);
	close(fd);
	resume(place, 0);
}

static void what_is_no_run_is_refused(void **state)
{
	const struct workplace *place = *state;
	struct tool_run run = run_tool("igt_resume", NULL);

	assert_int_equal(run.status, 1);
	tool_run_clear(&run);
	/* It is not there; it has no settings; it has no list; nobody knows where its tests are. */
	resume(place, 127);
	put_file(place->results, "joblist.txt", "many sub-001\n");
	resume(place, 127);
	put_metadata(place);
	remove_file(place, "joblist.txt");
	resume(place, 127);
	put_run(place->results, "many sub-001\n");
	resume(place, 127);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_next_job_follows_the_one_that_ran),
		TEST(a_job_goes_on_behind_what_ran),
		TEST(a_job_goes_on_behind_what_ran_in_text),
		TEST(a_whole_binary_goes_on_behind_what_ran),
		TEST(a_dry_run_can_be_run),
		TEST(a_finished_run_stays_as_it_is),
		TEST(a_stopped_run_ends_later),
		TEST(a_process_in_which_nothing_began_is_started_again),
		TEST(a_process_that_takes_the_machine_down_has_two_chances),
		TEST(a_test_in_one_piece_is_not_run_again),
		TEST(a_record_that_ends_anywhere_goes_on),
		TEST(packets_that_end_anywhere_go_on),
		TEST(the_time_that_was_spent_is_spent),
		TEST(environment_and_hooks_are_those_of_the_run),
		TEST(one_runner_at_a_time),
		TEST(what_is_no_run_is_refused),
	};

	if (!runs_can_start())
		return skip_all(NO_RUNS);
	use_memory_for_scratch();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

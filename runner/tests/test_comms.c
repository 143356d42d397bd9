/* SPDX-License-Identifier: MIT */
/** results.json of tests that spoke in packets: slices, verdicts, several processes, damage. */
#include "helpers.h"

#include <string.h>
#include <time.h>

#include "packets.h"
#include "results.h"

#define START(name) "Starting subtest: " name "\n"
#define RESULT(name, word) "Subtest " name ": " word " (0.125s)\n"
#define DYN_START(name) "Starting dynamic subtest: " name "\n"
#define DYN_RESULT(name, word) "Dynamic subtest " name ": " word " (0.025s)\n"
#define VERSION "IGT-Version: 1 (x) (y)\n"

static void add_dynamic(GString *dump, const char *name, const char *word)
{
	packet_add(dump, IGT_PACKET_DYNAMIC_START, name, NULL);
	packet_log(dump, IGT_STREAM_STDOUT, "in ");
	packet_log(dump, IGT_STREAM_STDOUT, name);
	packet_log(dump, IGT_STREAM_STDOUT, "\n");
	packet_add(dump, IGT_PACKET_DYNAMIC_RESULT, name, word, "0.025", "", NULL);
}

static GString *dump_new(void)
{
	GString *dump = g_string_new(NULL);

	packet_add(dump, IGT_PACKET_EXEC, "/tests/bin --run-subtest a", NULL);
	packet_add(dump, IGT_PACKET_VERSION, VERSION, NULL);
	return dump;
}

static void put_dump(const char *dir, const char *joblist, const GString *dump)
{
	put_run(dir, joblist);
	/* What went to the pipes although there is a socket. */
	put_job(dir, 0, "Subtest a: CRASH (0.1s)\n", "raw\n", "", "");
	put_bytes(dir, "0/comms", dump->str, dump->len);
}

static struct json_object *results_of(const char *dir, const char *joblist, const GString *dump)
{
	put_dump(dir, joblist, dump);
	return make_results(dir);
}

static void words_become_verdicts(void **state)
{
	static const char *const words[][2] = {{"SUCCESS", "pass"},    {"SKIP", "skip"},
					       {"FAIL", "fail"},       {"CRASH", "crash"},
					       {"SUCC", "incomplete"}, {"", "incomplete"}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autoptr(GString) dump = dump_new();
		struct json_object *results;

		packet_start(dump, "a");
		packet_result(dump, "a", words[i][0]);
		packet_exit(dump, 0);
		results = results_of(*state, "bin a\n", dump);
		assert_string_equal(test_result(results, "igt@bin@a"), words[i][1]);
		assert_string_equal(test_string(results, "igt@bin@a", "igt-version"), VERSION);
		assert_non_null(strstr(test_string(results, "igt@bin@a", "time"), "0.125"));
		json_object_put(results);
	}
}

static void each_subtest_has_its_own_stderr(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_start(dump, "a");
	packet_log(dump, IGT_STREAM_STDOUT, "much more on stdout than on stderr\n");
	packet_result(dump, "a", "SUCCESS");
	packet_start(dump, "b");
	packet_log(dump, IGT_STREAM_STDERR, "what is this\n");
	packet_result(dump, "b", "SUCCESS");
	packet_start(dump, "c");
	packet_log(dump, IGT_STREAM_STDOUT, "in c\n");
	packet_result(dump, "c", "FAIL");
	packet_exit(dump, 98);
	results = results_of(*state, "bin a,b,c\n", dump);
	assert_string_equal(
		test_string(results, "igt@bin@a", "out"),
		START("a") "much more on stdout than on stderr\n" RESULT("a", "SUCCESS"));
	assert_string_equal(test_string(results, "igt@bin@a", "err"),
			    START("a") RESULT("a", "SUCCESS"));
	assert_string_equal(test_string(results, "igt@bin@b", "err"),
			    START("b") "what is this\n" RESULT("b", "SUCCESS"));
	assert_string_equal(test_string(results, "igt@bin@c", "err"),
			    START("c") RESULT("c", "FAIL"));
	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	assert_string_equal(test_result(results, "igt@bin@b"), "warn");
	assert_string_equal(test_result(results, "igt@bin@c"), "fail");
	json_object_put(results);
}

static void the_first_dynamic_subtest_has_nothing_of_those_before(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_start(dump, "a");
	packet_log(dump, IGT_STREAM_STDERR, "what is this\n");
	packet_result(dump, "a", "SUCCESS");
	packet_start(dump, "c");
	add_dynamic(dump, "x", "SUCCESS");
	add_dynamic(dump, "y", "FAIL");
	packet_result(dump, "c", "FAIL");
	packet_exit(dump, 98);
	results = results_of(*state, "bin\n", dump);
	assert_string_equal(test_string(results, "igt@bin@c@x", "out"),
			    START("c") DYN_START("x") "in x\n" DYN_RESULT("x", "SUCCESS"));
	assert_string_equal(test_string(results, "igt@bin@c@x", "err"),
			    START("c") DYN_START("x") DYN_RESULT("x", "SUCCESS"));
	assert_string_equal(test_result(results, "igt@bin@c@x"), "pass");
	assert_string_equal(test_result(results, "igt@bin@c@y"), "fail");
	assert_string_equal(test_result(results, "igt@bin@c"), "fail");
	json_object_put(results);
}

static void a_test_in_one_piece_takes_its_time(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_log(dump, IGT_STREAM_STDOUT, "text\n");
	packet_exit(dump, 77);
	results = results_of(*state, "bin\n", dump);
	assert_string_equal(test_result(results, "igt@bin"), "skip");
	assert_string_equal(test_string(results, "igt@bin", "out"), "text\n");
	assert_non_null(strstr(test_string(results, "igt@bin", "time"), "1.5"));
	json_object_put(results);
}

static void what_its_fixture_skipped_never_starts(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_log(dump, IGT_STREAM_STDOUT, "no device\n");
	packet_result(dump, "a", "SKIP");
	packet_result(dump, "b", "SKIP");
	packet_exit(dump, 77);
	results = results_of(*state, "bin\n", dump);
	assert_string_equal(test_result(results, "igt@bin@a"), "skip");
	assert_string_equal(test_result(results, "igt@bin@b"), "skip");
	json_object_put(results);
}

static void no_result_is_incomplete_and_told(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_start(dump, "a");
	packet_add(dump, IGT_PACKET_DYNAMIC_START, "x", NULL);
	packet_start(dump, "b");
	packet_result(dump, "b", "SUCCESS");
	packet_exit(dump, 0);
	results = results_of(*state, "bin\n", dump);
	assert_string_equal(test_result(results, "igt@bin@a"), "incomplete");
	assert_string_equal(test_result(results, "igt@bin@a@x"), "incomplete");
	assert_string_equal(test_string(results, "igt@bin@a", "err"),
			    START("a") DYN_START("x") "runner: dynamic subtest x gave no result\n"
						      "runner: subtest a gave no result\n");
	/* Nor is it what b has to warn about. */
	assert_string_equal(test_result(results, "igt@bin@b"), "pass");
	json_object_put(results);
}

static void the_runner_has_the_last_word(void **state)
{
	static const struct {
		const char *override, *word, *result;
	} cases[] = {
		{"timeout", NULL, "timeout"}, {"abort", "SUCCESS", "abort"},
		{"notrun", NULL, "notrun"},   {"warn", "SUCCESS", "warn"},
		{"warn", "FAIL", "fail"},     {"timeout", "FAIL", "timeout"},
		{"pass", "FAIL", "fail"},     {"pass", NULL, "incomplete"},
		{"skip", "FAIL", "fail"},     {"nonsense", "SUCCESS", "incomplete"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) dump = dump_new();
		struct json_object *results;

		packet_start(dump, "a");
		if (cases[i].word)
			packet_result(dump, "a", cases[i].word);
		packet_add(dump, IGT_PACKET_RESULT_OVERRIDE, cases[i].override, NULL);
		packet_exit(dump, -3);
		results = results_of(*state, "bin a\n", dump);
		assert_string_equal(test_result(results, "igt@bin@a"), cases[i].result);
		if (strcmp(cases[i].result, "timeout") == 0)
			assert_non_null(strstr(test_string(results, "igt@bin@a", "time"), "1.5"));
		json_object_put(results);
	}
}

static void a_running_dynamic_subtest_shares_the_fate(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_start(dump, "c");
	add_dynamic(dump, "x", "SUCCESS");
	packet_add(dump, IGT_PACKET_DYNAMIC_START, "y", NULL);
	packet_add(dump, IGT_PACKET_RESULT_OVERRIDE, "timeout", NULL);
	packet_exit(dump, -3);
	results = results_of(*state, "bin\n", dump);
	assert_string_equal(test_result(results, "igt@bin@c"), "timeout");
	assert_string_equal(test_result(results, "igt@bin@c@x"), "pass");
	assert_string_equal(test_result(results, "igt@bin@c@y"), "timeout");
	json_object_put(results);
}

static void the_end_of_the_process_decides_the_last_subtest(void **state)
{
	static const struct {
		int code;
		const char *result;
	} ends[] = {{0, "pass"}, {112, "abort"}, {-1, "notrun"}, {9999, "incomplete"}};

	for (size_t i = 0; i <= G_N_ELEMENTS(ends); i++) {
		g_autoptr(GString) dump = dump_new();
		bool no_end = i == G_N_ELEMENTS(ends);
		struct json_object *results;

		packet_start(dump, "a");
		packet_result(dump, "a", "SUCCESS");
		if (!no_end)
			packet_exit(dump, ends[i].code);
		results = results_of(*state, "bin a\n", dump);
		assert_string_equal(test_result(results, "igt@bin@a"),
				    no_end ? "incomplete" : ends[i].result);
		json_object_put(results);
	}
}

static void a_job_may_go_on_in_another_process(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_start(dump, "a");
	packet_result(dump, "a", "SUCCESS");
	packet_start(dump, "b");
	packet_log(dump, IGT_STREAM_STDERR, "Received signal SIGQUIT.\n");
	packet_add(dump, IGT_PACKET_RESULT_OVERRIDE, "timeout", NULL);
	packet_exit(dump, -3);
	packet_add(dump, IGT_PACKET_EXEC, "/tests/bin --run-subtest a,b,c,!a,!b", NULL);
	packet_add(dump, IGT_PACKET_VERSION, VERSION, NULL);
	packet_start(dump, "c");
	packet_result(dump, "c", "SUCCESS");
	/* The machine went down: nobody saw this process end. */
	packet_add(dump, IGT_PACKET_EXEC, "/tests/bin --run-subtest a,b,c,d,!a,!b,!c", NULL);
	packet_start(dump, "d");
	packet_result(dump, "d", "SUCCESS");
	packet_exit(dump, 0);
	results = results_of(*state, "bin a,b,c,d\n", dump);
	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	assert_string_equal(test_result(results, "igt@bin@b"), "timeout");
	assert_string_equal(test_result(results, "igt@bin@c"), "incomplete");
	assert_string_equal(test_result(results, "igt@bin@d"), "pass");
	assert_string_equal(test_string(results, "igt@bin@b", "err"),
			    START("b") "Received signal SIGQUIT.\n");
	assert_string_equal(test_string(results, "igt@bin@d", "err"),
			    START("d") RESULT("d", "SUCCESS"));
	json_object_put(results);
}

static void a_note_of_what_was_executed_is_no_result(void **state)
{
	g_autoptr(GString) dump = g_string_new(NULL);
	struct json_object *results;

	packet_add(dump, IGT_PACKET_EXEC, "/tests/bin", NULL);
	put_run(*state, "bin\n");
	put_job(*state, 0, START("a") RESULT("a", "SUCCESS"), START("a"), "", "a\nexit:0 (1.0s)\n");
	put_bytes(*state, "0/comms", dump->str, dump->len);
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	json_object_put(results);
}

static void bytes_that_are_no_text_become_some(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;

	packet_start(dump, "a");
	packet_log(dump, IGT_STREAM_STDOUT, "caf\xe9 \xc2\xb5s \xff\xc3\n");
	packet_result(dump, "a", "FAIL");
	/* A name is no place for what could be another test's. */
	packet_result(dump, "a@b\xff", "SUCCESS");
	packet_exit(dump, 98);
	results = results_of(*state, "bin a\n", dump);
	assert_string_equal(test_result(results, "igt@bin@a"), "fail");
	assert_string_equal(test_string(results, "igt@bin@a", "out"),
			    START("a") "café µs ÿÃ\n" RESULT("a", "FAIL"));
	assert_int_equal(total_of(results, "", "pass"), 0);
	json_object_put(results);
}

/* As another runner leaves it when it opens the file once more: a newline between two packets. */
static void reading_goes_on_behind_damage(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;
	size_t first, second;

	packet_start(dump, "a");
	packet_result(dump, "a", "SUCCESS");
	first = dump->len;
	packet_start(dump, "b");
	packet_result(dump, "b", "SUCCESS");
	packet_start(dump, "c");
	packet_result(dump, "c", "FAIL");
	second = dump->len;
	packet_start(dump, "d");
	packet_result(dump, "d", "SUCCESS");
	packet_exit(dump, 98);
	g_string_insert_c(dump, second, '\n');
	g_string_insert_c(dump, first, '\n');
	results = results_of(*state, "bin\n", dump);
	/* Who knows what else was said of these two. */
	assert_string_equal(test_result(results, "igt@bin@a"), "incomplete");
	assert_string_equal(test_result(results, "igt@bin@c"), "fail");
	assert_string_equal(test_result(results, "igt@bin@b"), "pass");
	assert_string_equal(test_result(results, "igt@bin@d"), "pass");
	json_object_put(results);
}

/* A test that failed, and one that passed by its own account and was then killed. */
static GString *dump_with_failures(void)
{
	GString *dump = dump_new();

	packet_start(dump, "a");
	packet_result(dump, "a", "FAIL");
	packet_start(dump, "b");
	packet_result(dump, "b", "SUCCESS");
	packet_add(dump, IGT_PACKET_RESULT_OVERRIDE, "timeout", NULL);
	packet_exit(dump, -3);
	return dump;
}

static bool passes(struct json_object *results, const char *name)
{
	const char *result = test_result(results, name);

	return strcmp(result, "pass") == 0 || strcmp(result, "skip") == 0;
}

static void no_cut_makes_a_pass(void **state)
{
	g_autoptr(GString) dump = dump_with_failures();

	put_dump(*state, "bin a,b\n", dump);
	for (size_t len = 0; len < dump->len; len++) {
		struct json_object *results;

		put_bytes(*state, "0/comms", dump->str, len);
		results = make_results(*state);
		if (passes(results, "igt@bin@a") || passes(results, "igt@bin@b"))
			fail_msg("%zu of %zu bytes make a pass", len, dump->len);
		json_object_put(results);
	}
}

/* Each byte in turn, to what hurts most. */
static void no_damage_makes_a_failure_a_pass(void **state)
{
	static const unsigned char bytes[] = {0, 1, 2, 4, 5, 8, 9, 0x7f, 0xff};
	g_autoptr(GString) dump = dump_with_failures();

	put_dump(*state, "bin a,b\n", dump);
	for (size_t i = 0; i < dump->len; i += SLOWNESS) {
		char old = dump->str[i];

		for (size_t k = 0; k < G_N_ELEMENTS(bytes); k++) {
			struct json_object *results;

			dump->str[i] = (char)bytes[k];
			put_bytes(*state, "0/comms", dump->str, dump->len);
			results = make_results(*state);
			if (passes(results, "igt@bin@a"))
				fail_msg("byte %zu as %u makes a pass", i, bytes[k]);
			json_object_put(results);
		}
		dump->str[i] = old;
	}
}

static void many_subtests_in_one_job_are_linear(void **state)
{
	g_autoptr(GString) dump = dump_new();
	struct json_object *results;
	clock_t begin;

	for (int i = 0; i < 20000; i++) {
		g_autofree char *name = g_strdup_printf("sub-%d", i);

		packet_start(dump, name);
		packet_log(dump, IGT_STREAM_STDOUT, "some words on stdout\n");
		packet_result(dump, name, "SUCCESS");
	}
	packet_exit(dump, 0);
	put_dump(*state, "bin\n", dump);
	begin = clock();
	assert_int_equal(results_generate(*state), 0);
	assert_true((clock() - begin) / CLOCKS_PER_SEC < 5);
	results = read_results(*state);
	assert_int_equal(total_of(results, "", "pass"), 20000);
	json_object_put(results);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_become_verdicts),
		TEST(each_subtest_has_its_own_stderr),
		TEST(the_first_dynamic_subtest_has_nothing_of_those_before),
		TEST(a_test_in_one_piece_takes_its_time),
		TEST(what_its_fixture_skipped_never_starts),
		TEST(no_result_is_incomplete_and_told),
		TEST(the_runner_has_the_last_word),
		TEST(a_running_dynamic_subtest_shares_the_fate),
		TEST(the_end_of_the_process_decides_the_last_subtest),
		TEST(a_job_may_go_on_in_another_process),
		TEST(a_note_of_what_was_executed_is_no_result),
		TEST(bytes_that_are_no_text_become_some),
		TEST(reading_goes_on_behind_damage),
		TEST(no_cut_makes_a_pass),
		TEST(no_damage_makes_a_failure_a_pass),
		TEST(many_subtests_in_one_job_are_linear),
	};

	use_memory_for_scratch();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

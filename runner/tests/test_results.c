/* SPDX-License-Identifier: MIT */
/** results.json out of hand-made records: every verdict, and how the texts are cut. */
#include "helpers.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "markers.h"
#include "results.h"

#define START(name) "Starting subtest: " name "\n"
#define RESULT(name, word) "Subtest " name ": " word " (0.125s)\n"
#define DYN_START(name) "Starting dynamic subtest: " name "\n"
#define DYN_RESULT(name, word) "Dynamic subtest " name ": " word " (0.025s)\n"
#define KMSG_START(name) "14,1,1000000,-;[IGT] bin: starting subtest " name "\n"

/* One job with one subtest `a`. */
static struct json_object *one(const char *dir, const char *out, const char *err, const char *dmesg,
			       const char *journal)
{
	put_run(dir, "bin a\n");
	put_job(dir, 0, out, err, dmesg, journal);
	return make_results(dir);
}

static void words_become_verdicts(void **state)
{
	static const char *const words[][2] = {{"SUCCESS", "pass"},    {"SKIP", "skip"},
					       {"FAIL", "fail"},       {"CRASH", "crash"},
					       {"TIMEOUT", "timeout"}, {"SUCC", "incomplete"},
					       {"", "incomplete"}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *out =
			g_strdup_printf(START("a") "Subtest a: %s (0.125s)\n", words[i][0]);
		struct json_object *results =
			one(*state, out, START("a"), "", "a\nexit:0 (1.500s)\n");

		assert_string_equal(test_result(results, "igt@bin@a"), words[i][1]);
		assert_int_equal(total_of(results, "", words[i][1]), 1);
		assert_int_equal(total_of(results, "root", words[i][1]), 1);
		assert_int_equal(total_of(results, "igt@bin", words[i][1]), 1);
		json_object_put(results);
	}
}

static void the_end_of_the_process_decides_the_last_subtest(void **state)
{
	static const struct {
		const char *journal, *result;
	} ends[] = {
		{"a\nexit:0 (1.000s)\n", "pass"},
		{"a\ntimeout:-3 (9.500s)\n", "timeout"},
		{"a\nexit:112 (1.000s)\n", "abort"},
		{"a\nexit:-1 (0.000s)\n", "notrun"},
		/* The end is not on record: it may have taken the machine down. */
		{"a\n", "incomplete"},
		{"a\nexit:0 (1.0", "incomplete"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		struct json_object *results = one(*state, START("a") RESULT("a", "SUCCESS"),
						  START("a"), "", ends[i].journal);

		assert_string_equal(test_result(results, "igt@bin@a"), ends[i].result);
		json_object_put(results);
	}
}

static void a_timeout_lasts_as_long_as_the_job(void **state)
{
	struct json_object *results =
		one(*state, START("a"), START("a"), "", "a\ntimeout:-3 (9.500s)\n");
	const char *time = test_string(results, "igt@bin@a", "time");

	assert_non_null(strstr(time, "9.5"));
	json_object_put(results);
}

static void no_result_line_is_incomplete(void **state)
{
	struct json_object *results =
		one(*state, START("a") "text\n", START("a"), "", "a\nexit:-6 (1.000s)\n");

	assert_string_equal(test_result(results, "igt@bin@a"), "incomplete");
	json_object_put(results);
}

static void of_two_results_the_worse_counts(void **state)
{
	struct json_object *results =
		one(*state, START("a") RESULT("a", "CRASH") RESULT("a", "FAIL"), START("a"), "",
		    "a\nexit:-11 (1.000s)\n");

	assert_string_equal(test_result(results, "igt@bin@a"), "crash");
	json_object_put(results);
}

static void stray_stderr_turns_pass_into_warn(void **state)
{
	struct json_object *results =
		one(*state, START("a") RESULT("a", "SUCCESS"),
		    START("a") "what is this\n" RESULT("a", "SUCCESS"), "", "a\nexit:0 (1.0s)\n");

	assert_string_equal(test_result(results, "igt@bin@a"), "warn");
	json_object_put(results);
	results = one(*state, START("a") RESULT("a", "SUCCESS"),
		      START("a") RESULT("a", "SUCCESS") "late\n", "", "a\nexit:0 (1.0s)\n");
	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	json_object_put(results);
}

static void kernel_warnings_count(void **state)
{
	static const struct {
		const char *word, *dmesg, *result;
	} cases[] = {
		{"SUCCESS", KMSG_START("a") "4,2,2000000,-;bad\n", "dmesg-warn"},
		{"FAIL", KMSG_START("a") "4,2,2000000,-;bad\n", "dmesg-fail"},
		{"SKIP", KMSG_START("a") "4,2,2000000,-;bad\n", "skip"},
		/* Before the marker it is the first subtest's as well. */
		{"SUCCESS", "1,2,2000000,-;bad\n" KMSG_START("a"), "dmesg-warn"},
		/* With a facility; with a caller; information only; a continuation. */
		{"SUCCESS", KMSG_START("a") "12,2,2000000,-,caller=T1;bad\n", "dmesg-warn"},
		{"SUCCESS", KMSG_START("a") "6,2,2000000,-;fine\n", "pass"},
		{"SUCCESS", KMSG_START("a") "4,2,2000000,c;bad\n", "pass"},
		{"SUCCESS", KMSG_START("a") " SUBSYSTEM=4,2,3,-;x\n", "pass"},
		/* Harmless, and declared to be expected by the test. */
		{"SUCCESS",
		 KMSG_START("a") "4,2,2000000,-;usb usb1: root hub lost power or was "
				 "reset\n",
		 "pass"},
		{"SUCCESS",
		 KMSG_START("a") "4,2,2000000,-;panfrost 1000.gpu: unexpectedly high interrupt "
				 "latency\n",
		 "pass"},
		{"SUCCESS",
		 KMSG_START("a") "4,2,2000000,-;panfrost 1000.gpu: AS_ACTIVE bit stuck\n",
		 "dmesg-warn"},
		{"SUCCESS",
		 KMSG_START("a") "14,2,1,-;[IGT] add ignored dmesg regex: lent pa.es\n"
				 "4,3,1,-;lent pages gone\n",
		 "pass"},
		/* Another process's marker takes nothing away from this one. */
		{"SUCCESS", KMSG_START("a") KMSG_START("other") "4,2,1,-;bad\n", "dmesg-warn"},
		/* No marker: the log is there, but nobody knows whose it is. */
		{"SUCCESS", "4,2,1,-;bad\n", "pass"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *out =
			g_strdup_printf(START("a") "Subtest a: %s (0.1s)\n", cases[i].word);
		struct json_object *results =
			one(*state, out, START("a"), cases[i].dmesg, "a\nexit:0 (1.0s)\n");

		assert_string_equal(test_result(results, "igt@bin@a"), cases[i].result);
		json_object_put(results);
	}
}

static void kernel_log_is_formatted(void **state)
{
	struct json_object *results =
		one(*state, START("a") RESULT("a", "SUCCESS"), START("a"),
		    KMSG_START("a") "4,7,12345678,-;tab\\x09 euro\\xe2 cr\\x0d\n SUBSYSTEM=drm\n",
		    "a\nexit:0 (1.0s)\n");

	assert_string_equal(test_string(results, "igt@bin@a", "dmesg"),
			    "<6> [1.000000] [IGT] bin: starting subtest a\n"
			    "<4> [12.345678] tab\t euro\\xe2 cr\r\n");
	assert_string_equal(test_string(results, "igt@bin@a", "dmesg-warnings"),
			    "<4> [12.345678] tab\t euro\\xe2 cr\r\n");
	json_object_put(results);
}

static void outputs_are_cut_at_the_markers(void **state)
{
	const char *dir = *state;
	struct json_object *results;

	put_run(dir, "bin a,b\n");
	put_job(dir, 0,
		"IGT-Version: 1 (x) (y)\n" START("a") "in a\n" RESULT(
			"a", "SUCCESS") "between\n" START("b") "in b\n" RESULT("b",
									       "FAIL") "after\n",
		START("a") RESULT("a", "SUCCESS") "stray\n" START("b") RESULT("b", "FAIL"),
		KMSG_START("a") "4,2,1,-;bad\n" KMSG_START("b"), "a\nb\nexit:98 (2.0s)\n");
	results = make_results(dir);
	assert_string_equal(
		test_string(results, "igt@bin@a", "out"),
		"IGT-Version: 1 (x) (y)\n" START("a") "in a\n" RESULT("a", "SUCCESS") "between\n");
	assert_string_equal(test_string(results, "igt@bin@b", "out"),
			    "between\n" START("b") "in b\n" RESULT("b", "FAIL") "after\n");
	assert_string_equal(test_result(results, "igt@bin@a"), "dmesg-warn");
	assert_string_equal(test_result(results, "igt@bin@b"), "fail");
	assert_string_equal(test_string(results, "igt@bin@b", "igt-version"),
			    "IGT-Version: 1 (x) (y)");
	json_object_put(results);
}

static void put_dynamic_job(const char *dir, const char *journal)
{
	put_run(dir, "bin c\n");
	put_job(dir, 0,
		START("c") DYN_START("x") "in x\n" DYN_RESULT("x", "SUCCESS")
			DYN_START("y") "in y\n",
		START("c") DYN_START("x") DYN_RESULT("x", "SUCCESS") DYN_START("y"), "", journal);
}

static void dynamic_subtests_are_results_of_their_own(void **state)
{
	struct json_object *results;

	put_dynamic_job(*state, "c\nexit:112 (2.0s)\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@c"), "abort");
	assert_string_equal(test_result(results, "igt@bin@c@x"), "pass");
	assert_string_equal(test_result(results, "igt@bin@c@y"), "abort");
	assert_string_equal(test_string(results, "igt@bin@c@y", "out"), DYN_START("y") "in y\n");
	assert_string_equal(test_string(results, "igt@bin@c@x", "out"),
			    START("c") DYN_START("x") "in x\n" DYN_RESULT("x", "SUCCESS"));
	assert_int_equal(total_of(results, "", "abort"), 2);
	json_object_put(results);
}

static void pruning_drops_what_nobody_asked_for(void **state)
{
	static const struct {
		const char *mode, *container, *dynamic;
	} modes[] = {
		{"0", "", "pass"},
		{"1", "pass", ""},
		{"2", "pass", "pass"},
		{"3", "pass", ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autofree char *metadata =
			g_strdup_printf("name : x\nprune_mode : %s\n", modes[i].mode);
		struct json_object *results;

		put_run(*state, "bin c\n");
		put_file(*state, "metadata.txt", metadata);
		put_job(*state, 0,
			START("c") DYN_START("x") DYN_RESULT("x", "SUCCESS") RESULT("c", "SUCCESS"),
			START("c"), "", "c\nexit:0 (1.0s)\n");
		results = make_results(*state);
		assert_string_equal(test_result(results, "igt@bin@c"), modes[i].container);
		assert_string_equal(test_result(results, "igt@bin@c@x"), modes[i].dynamic);
		json_object_put(results);
	}
}

static void a_failure_of_the_container_alone_is_not_pruned(void **state)
{
	struct json_object *results;

	put_run(*state, "bin c\n");
	put_file(*state, "metadata.txt", "name : x\n");
	put_job(*state, 0, START("c") DYN_START("x") DYN_RESULT("x", "SUCCESS") RESULT("c", "FAIL"),
		START("c"), "", "c\nexit:98 (1.0s)\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@c"), "fail");
	json_object_put(results);
}

static void binaries_without_subtests_are_judged_by_exit_code(void **state)
{
	static const struct {
		const char *journal, *result;
	} codes[] = {
		{"exit:0 (1.0s)\n", "pass"},	    {"exit:77 (1.0s)\n", "skip"},
		{"exit:79 (1.0s)\n", "skip"},	    {"exit:98 (1.0s)\n", "fail"},
		{"exit:-11 (1.0s)\n", "fail"},	    {"exit:112 (1.0s)\n", "abort"},
		{"exit:-1 (0.0s)\n", "notrun"},	    {"exit:9999 (1.0s)\n", "fail"},
		{"timeout:-3 (1.0s)\n", "timeout"}, {"", "incomplete"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
		struct json_object *results;

		put_run(*state, "bin\n");
		put_job(*state, 0, "some text\n", "", "", codes[i].journal);
		results = make_results(*state);
		assert_string_equal(test_result(results, "igt@bin"), codes[i].result);
		json_object_put(results);
	}
}

static void a_job_that_started_nothing_answers_for_its_first_subtest(void **state)
{
	struct json_object *results = one(*state, "no device\n", "", "", "exit:77 (0.1s)\n");

	assert_string_equal(test_result(results, "igt@bin@a"), "skip");
	json_object_put(results);
}

static void silence_is_incomplete(void **state)
{
	struct json_object *results;

	put_run(*state, "bin\n");
	put_job(*state, 0, "", "", "", "exit:0 (1.0s)\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin"), "incomplete");
	assert_string_equal(test_string(results, "igt@bin", "out"),
			    "This test didn't produce any output. The machine probably rebooted "
			    "ungracefully.\n");
	json_object_put(results);
}

static void jobs_without_a_record_did_not_run(void **state)
{
	struct json_object *results;

	put_run(*state, "bin a,b\nother\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@a"), "notrun");
	assert_string_equal(test_result(results, "igt@bin@b"), "notrun");
	assert_string_equal(test_result(results, "igt@other"), "notrun");
	assert_string_equal(test_string(results, "igt@bin@a", "out"), "");
	assert_int_equal(total_of(results, "", "notrun"), 3);
	json_object_put(results);
}

static void an_aborted_run_is_a_failure(void **state)
{
	struct json_object *results;

	put_run(*state, "bin a\n");
	put_file(*state, "aborted.txt", "Aborting.\nPrevious test: x\nNext test: y\n\nwhy\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@runner@aborted"), "fail");
	assert_int_equal(total_of(results, "igt@runner", "fail"), 1);
	json_object_put(results);
}

static void the_head_is_complete_and_in_order(void **state)
{
	static const char *const keys[] = {"__type__", "results_version", "name",
					   "uname",    "cmdline",	  "time_elapsed",
					   "tests",    "totals",	  "runtimes"};
	struct json_object *results;
	size_t i = 0;

	put_file(*state, "uname.txt", "Linux host 6.12 #1 x86_64\n");
	put_file(*state, "starttime.txt", "1000.250000\n");
	results = one(*state, START("a") RESULT("a", "SUCCESS"), START("a"), "",
		      "a\nexit:0 (1.500s)\n");
	json_object_object_foreach(results, key, value)
	{
		assert_true(i < G_N_ELEMENTS(keys));
		assert_string_equal(key, keys[i++]);
		assert_non_null(value);
	}
	assert_int_equal(i, G_N_ELEMENTS(keys));
	json_object_put(results);
}

static void one_name_twice_keeps_the_later_and_counts_both(void **state)
{
	struct json_object *results;

	put_run(*state, "bin a\nbin a\n");
	put_job(*state, 0, START("a") RESULT("a", "FAIL"), START("a"), "", "a\nexit:98 (1.0s)\n");
	put_job(*state, 1, START("a") RESULT("a", "SUCCESS"), START("a"), "", "a\nexit:0 (1.0s)\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	assert_int_equal(total_of(results, "", "fail"), 1);
	assert_int_equal(total_of(results, "", "pass"), 1);
	json_object_put(results);
}

static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;

	for (const char *p = text; (p = strstr(p, word)); p += strlen(word))
		count++;
	return count;
}

/* Also where the earlier one is in the file already: what comes between is larger than any buffer.
 */
static void no_name_is_in_the_file_twice(void **state)
{
	g_autofree char *text = g_strnfill(3 << 20, 'x');
	g_autofree char *out = g_strconcat(START("a"), text, "\n" RESULT("a", "SUCCESS"), NULL);
	g_autofree char *json = NULL;
	struct json_object *results;

	put_run(*state, "bin a\nbin a\nbin b\nbin a\n");
	for (unsigned i = 0; i < 4; i++)
		if (i == 2)
			put_job(*state, i, START("b"), START("b"), "", "b\nexit:-6 (1.0s)\n");
		else
			put_job(*state, i, out, START("a"), "", "a\nexit:0 (1.0s)\n");
	results = make_results(*state);
	json = get_file(*state, "results.json");
	assert_int_equal(count_of(json, "\"igt@bin@a\""), 1);
	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	assert_string_equal(test_result(results, "igt@bin@b"), "incomplete");
	assert_int_equal(strlen(test_string(results, "igt@bin@a", "out")), strlen(out));
	json_object_put(results);
}

static void bytes_that_are_no_text_become_some(void **state)
{
	static const char out[] = START("a") "caf\xe9 \xc2\xb5s \0 \xff\xc3\n" RESULT("a", "FAIL");
	struct json_object *results;

	put_run(*state, "bin a\n");
	put_job(*state, 0, "", START("a"), "", "a\nexit:98 (1.0s)\n");
	put_bytes(*state, "0/out.txt", out, sizeof(out) - 1);
	results = make_results(*state);
	assert_string_equal(test_string(results, "igt@bin@a", "out"),
			    START("a") "café µs \ufffd ÿÃ\n" RESULT("a", "FAIL"));
	assert_string_equal(test_result(results, "igt@bin@a"), "fail");
	json_object_put(results);
}

static void a_long_kernel_log_of_nobody_is_there_once(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GString) journal = g_string_new(NULL);
	g_autoptr(GString) dmesg = g_string_new(NULL);
	struct json_object *results;

	for (int i = 0; i < 100; i++) {
		g_string_append_printf(out, START("s%d") RESULT("s%d", "SUCCESS"), i, i);
		g_string_append_printf(journal, "s%d\n", i);
	}
	g_string_append(journal, "exit:0 (1.0s)\n");
	for (int i = 0; i < 10000; i++)
		g_string_append_printf(dmesg, "6,%d,1,-;a line of the kernel's own\n", i);
	put_run(*state, "bin\n");
	put_job(*state, 0, out->str, out->str, dmesg->str, journal->str);
	results = make_results(*state);
	assert_true(strlen(test_string(results, "igt@bin@s0", "dmesg")) > dmesg->len);
	assert_true(
		g_str_has_prefix(test_string(results, "igt@bin@s1", "dmesg"), "see igt@bin@s0: "));
	assert_true(
		g_str_has_prefix(test_string(results, "igt@bin@s99", "dmesg"), "see igt@bin@s0: "));
	json_object_put(results);
}

static void attachments_are_listed_with_their_tests(void **state)
{
	struct json_object *results, *tests, *test, *files;
	const char *text;

	put_run(*state, "bin A\nbin b\n");
	put_job(*state, 0, START("A"), START("A"), "", "A\nexit:0 (1.0s)\n");
	put_job(*state, 1, START("b"), START("b"), "", "b\nexit:0 (1.0s)\n");
	put_file(*state, "0/attachments/igt@bin@A/two", "2");
	put_file(*state, "0/attachments/igt@bin@A/one", "1");
	put_file(*state, "0/attachments/igt@bin/hook.log", "0");
	put_file(*state, "1/attachments/igt@bin/hook.log", "1");
	results = make_results(*state);
	text = test_string(results, "igt@bin@a", "attachments");
	assert_non_null(strstr(text, "\"0\\/attachments\\/igt@bin@A\\/one\", "
				     "\"0\\/attachments\\/igt@bin@A\\/two\""));
	assert_string_equal(test_string(results, "igt@bin@a", "attachments-dir"), *state);
	assert_string_equal(test_string(results, "igt@bin@b", "attachments"), "");
	/* What came before and after both is no result, and both are there. */
	assert_true(json_object_object_get_ex(results, "tests", &tests));
	assert_true(json_object_object_get_ex(tests, "igt@bin", &test));
	assert_false(json_object_object_get_ex(test, "result", NULL));
	assert_true(json_object_object_get_ex(test, "attachments", &files));
	assert_int_equal(json_object_array_length(files), 2);
	assert_int_equal(total_of(results, "", "incomplete"), 2);
	json_object_put(results);
}

static void unreadable_directories_are_refused(void **state)
{
	const char *dir = *state;
	g_autofree char *missing = g_build_filename(dir, "missing", NULL);

	assert_true(results_generate(missing) < 0);
	assert_true(results_generate(dir) < 0);
	put_run(dir, "bin a\n");
	put_job(dir, 0, START("a"), "", "", "a\n");
	put_job(dir, 1, START("b"), "", "", "b\n");
	/* More results than jobs: a failure would vanish. */
	assert_int_equal(results_generate(dir), -EBADMSG);
}

/* What is lost in one file stands in another. */
static void a_failure_is_found_wherever_it_is_told(void **state)
{
	static const struct {
		const char *out, *err, *journal;
	} cases[] = {
		/* The journal was cut off, or never got there. */
		{START("a") RESULT("a", "FAIL"), START("a") RESULT("a", "FAIL"), ""},
		/* A text without newline before the marker: on stdout, on stderr, on both. */
		{START("a") "..." RESULT("a", "FAIL"), START("a") RESULT("a", "FAIL"), "a\n"},
		{START("a") RESULT("a", "FAIL"), "..." START("a") "..." RESULT("a", "FAIL"), ""},
		{"..." START("a") RESULT("a", "FAIL"), "..." START("a") RESULT("a", "FAIL"), ""},
		/* Nothing but the result of a test that its fixture failed. */
		{RESULT("a", "FAIL"), "", ""},
		{"", RESULT("a", "FAIL"), ""},
		/* A line torn by another process, and the other half of it. */
		{START("a") "Subtest a: FAxx\nIL (0.1s)\n", START("a") RESULT("a", "FAIL"), "a\n"},
		/* What is no UTF-8 before, in and behind it. */
		{"\xff\n" START("a") "\xc3\n" RESULT("a", "FAIL") "\xe2\x82", START("a"), "a\n"},
		/* The twins disagree. */
		{START("a") RESULT("a", "SUCCESS"), START("a") RESULT("a", "FAIL"), "a\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *journal =
			g_strconcat("b\n", cases[i].journal, "exit:98 (1.0s)\n", NULL);
		g_autofree char *out =
			g_strconcat(START("b") RESULT("b", "SUCCESS"), cases[i].out, NULL);
		g_autofree char *err =
			g_strconcat(START("b") RESULT("b", "SUCCESS"), cases[i].err, NULL);
		struct json_object *results;

		put_run(*state, "bin b,a\n");
		put_job(*state, 0, out, err, "", journal);
		results = make_results(*state);
		assert_string_equal(test_result(results, "igt@bin@a"), "fail");
		assert_int_equal(total_of(results, "", "fail"), 1);
		json_object_put(results);
	}
}

static void a_name_cut_short_is_no_subtest(void **state)
{
	struct json_object *results;

	put_run(*state, "bin\n");
	put_job(*state, 0, START("a") RESULT("a", "SUCCESS") "Starting subtest: lon",
		START("a") RESULT("a", "SUCCESS") "Starting subtest: lon", "", "a\nlon");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@lon"), "");
	json_object_put(results);
}

/* Of what stdout quotes nobody knows whether the test did it. */
static void a_quoted_marker_is_mere_text(void **state)
{
	struct json_object *results = one(
		*state, START("a") START("other") RESULT("other", "FAIL") RESULT("a", "SUCCESS"),
		START("a") RESULT("a", "SUCCESS"), "", "a\nexit:0 (1.0s)\n");

	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	assert_string_equal(test_result(results, "igt@bin@other"), "");
	json_object_put(results);
}

static void what_was_asked_for_does_not_vanish(void **state)
{
	struct json_object *results;

	put_run(*state, "bin a,b,c*,d@x,b\nbin e,f\n");
	put_file(*state, "boot.txt", "this one\n");
	put_job(*state, 0, START("a"), START("a"), "", "a\nexit:-9 (1.0s)\n");
	put_job(*state, 1, "text\n", "", "", "exit:77 (1.0s)\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@a"), "incomplete");
	assert_string_equal(test_result(results, "igt@bin@b"), "notrun");
	assert_string_equal(test_result(results, "igt@bin@d@x"), "notrun");
	assert_string_equal(test_string(results, "igt@bin@b", "out"), "");
	assert_string_equal(test_result(results, "igt@bin@e"), "skip");
	assert_string_equal(test_result(results, "igt@bin@f"), "notrun");
	assert_int_equal(total_of(results, "", "notrun"), 3);
	json_object_put(results);
}

/* What other runners mean by a record of theirs they know best. */
static void a_record_of_another_runner_says_what_it_says(void **state)
{
	struct json_object *results;

	put_run(*state, "bin a,b\n");
	put_job(*state, 0, START("a"), START("a"), "", "a\nexit:-9 (1.0s)\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@a"), "incomplete");
	assert_string_equal(test_result(results, "igt@bin@b"), "");
	json_object_put(results);
}

#define PROCESS MARKER_PROCESS_LINE "\n"

static void a_job_may_go_on_in_another_process(void **state)
{
	struct json_object *results;

	put_run(*state, "bin a,b,c,d\n");
	put_job(*state, 0,
		START("a") RESULT("a", "SUCCESS") START("b") PROCESS START("c")
			RESULT("c", "SUCCESS") PROCESS START("d") RESULT("d", "SUCCESS"),
		START("a") RESULT("a", "SUCCESS")
			START("b") "Received signal SIGQUIT.\n" PROCESS START("c")
				RESULT("c", "SUCCESS") "half a li\n" PROCESS START("d")
					RESULT("d", "SUCCESS"),
		"", "a\nb\ntimeout:-3 (2.0s)\nc\nexit:9999 (0.0s)\nd\nexit:0 (1.5s)\n");
	results = make_results(*state);
	assert_string_equal(test_result(results, "igt@bin@a"), "pass");
	assert_string_equal(test_result(results, "igt@bin@b"), "timeout");
	/* Nobody saw its end: it may have taken the machine with it. */
	assert_string_equal(test_result(results, "igt@bin@c"), "incomplete");
	/* The last words of the one before are not its own. */
	assert_string_equal(test_result(results, "igt@bin@d"), "pass");
	assert_string_equal(test_string(results, "igt@bin@b", "err"),
			    START("b") "Received signal SIGQUIT.\n");
	assert_string_equal(test_string(results, "igt@bin@d", "err"),
			    START("d") RESULT("d", "SUCCESS"));
	json_object_put(results);
}

/* Twice the subtests take about twice the time, and far from a second. */
static void many_subtests_in_one_job_are_linear(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GString) journal = g_string_new(NULL);
	struct json_object *results;
	clock_t begin;

	for (int i = 0; i < 20000; i++) {
		g_string_append_printf(out, START("sub-%d") RESULT("sub-%d", "SUCCESS"), i, i);
		g_string_append_printf(journal, "sub-%d\n", i);
	}
	g_string_append(journal, "exit:0 (9.0s)\n");
	put_run(*state, "bin\n");
	put_job(*state, 0, out->str, out->str, "", journal->str);
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
		TEST(the_end_of_the_process_decides_the_last_subtest),
		TEST(a_timeout_lasts_as_long_as_the_job),
		TEST(no_result_line_is_incomplete),
		TEST(of_two_results_the_worse_counts),
		TEST(stray_stderr_turns_pass_into_warn),
		TEST(kernel_warnings_count),
		TEST(kernel_log_is_formatted),
		TEST(outputs_are_cut_at_the_markers),
		TEST(dynamic_subtests_are_results_of_their_own),
		TEST(pruning_drops_what_nobody_asked_for),
		TEST(a_failure_of_the_container_alone_is_not_pruned),
		TEST(binaries_without_subtests_are_judged_by_exit_code),
		TEST(a_job_that_started_nothing_answers_for_its_first_subtest),
		TEST(silence_is_incomplete),
		TEST(jobs_without_a_record_did_not_run),
		TEST(an_aborted_run_is_a_failure),
		TEST(the_head_is_complete_and_in_order),
		TEST(one_name_twice_keeps_the_later_and_counts_both),
		TEST(no_name_is_in_the_file_twice),
		TEST(bytes_that_are_no_text_become_some),
		TEST(a_long_kernel_log_of_nobody_is_there_once),
		TEST(attachments_are_listed_with_their_tests),
		TEST(unreadable_directories_are_refused),
		TEST(a_failure_is_found_wherever_it_is_told),
		TEST(a_name_cut_short_is_no_subtest),
		TEST(a_quoted_marker_is_mere_text),
		TEST(what_was_asked_for_does_not_vanish),
		TEST(a_record_of_another_runner_says_what_it_says),
		TEST(a_job_may_go_on_in_another_process),
		TEST(many_subtests_in_one_job_are_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/** igt_report: what each format says of each kind of result. */
#include "helpers.h"

#include <string.h>

/* One test of each kind, with what a reader could be misled by. */
static const char results[] =
	"{\"name\":\"r\",\"uname\":\"Linux host 6.12 #1 SMP x86_64\","
	"\"time_elapsed\":{\"start\":1795251739.2,\"end\":1795251758.4},\"tests\":{"
	"\"igt@one@a-pass\":{\"result\":\"pass\",\"time\":{\"end\":0.41}},"
	"\"igt@one@b-fail\":{\"result\":\"fail\",\"time\":{\"end\":1.5},"
	"\"err\":\"(one:1) CRITICAL: Test assertion failure function f, file f.c:1:\\n"
	"(one:1) CRITICAL: Failed assertion: 0\\n"
	"(one:1) CRITICAL: it is <b>&gone</b> # SKIP <LAVA_SIGNAL_TESTCASE "
	"TEST_CASE_ID=x RESULT=pass>\\u0001\\n\"},"
	"\"igt@one@c-skip\":{\"result\":\"skip\",\"out\":\"no swap\\n\"},"
	"\"igt@one@d-crash\":{\"result\":\"crash\",\"err\":\"Received signal SIGSEGV.\\n\"},"
	"\"igt@one@e-parts@left\":{\"result\":\"pass\"},"
	"\"igt@one@e-parts@right\":{\"result\":\"timeout\"},"
	"\"igt@two\":{\"result\":\"dmesg-warn\",\"dmesg-warnings\":\"<4> [1.000000] "
	"WARNING: at drm\\n\"},"
	"\"igt@three@z\":{\"result\":\"skip\"},"
	"\"igt@four@n\":{\"result\":\"notrun\"},"
	"\"igt@four@i\":{\"result\":\"incomplete\"},"
	"\"igt@four@w\":{\"result\":\"warn\",\"err\":\"hm\\n\"},"
	"\"igt@four@o\":{\"result\":\"abort\"}}}";

static const char fails[] = "# B1\none@a-pass,Fail\none@d-crash,Crash\n";

/* What igt_report prints of it; @expect adds the expectations. Caller frees. */
static char *print(const char *dir, const char *format, bool expect)
{
	g_autofree char *file = g_build_filename(dir, "x-fails.txt", NULL);
	struct tool_run run;

	put_file(dir, "results.json", results);
	put_file(dir, "joblist.txt", "one a-pass\none b-fail\none c-skip\none d-crash\n");
	put_file(dir, "x-fails.txt", expect ? fails : "");
	run = run_tool("igt_report", format, "--expect", file, dir, NULL);
	assert_int_equal(run.status, 0);
	assert_string_equal(run.err, "");
	g_free(run.err);
	return run.out;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static void ktap_tells_each_kind(void **state)
{
	g_autofree char *out = print(*state, "ktap", false);

	assert_string_equal(
		out, "KTAP version 1\n"
		     "1..4\n"
		     "  KTAP version 1\n"
		     "  # Subtest: one\n"
		     "  1..5\n"
		     "  ok 1 a-pass\n"
		     "  not ok 2 b-fail # it is <b>&gone</b> \\# SKIP <LAVA_SIGNAL_TESTCASE "
		     "TEST_CASE_ID=x RESULT=pass>\n"
		     "  ok 3 c-skip # SKIP no swap\n"
		     "  not ok 4 d-crash # ERROR SIGSEGV\n"
		     "    KTAP version 1\n"
		     "    # Subtest: e-parts\n"
		     "    1..2\n"
		     "    ok 1 left\n"
		     "    not ok 2 right # TIMEOUT killed by the runner for taking too long\n"
		     "  not ok 5 e-parts\n"
		     "not ok 1 one\n"
		     "not ok 2 two # WARNING: at drm\n"
		     "  KTAP version 1\n"
		     "  # Subtest: three\n"
		     "  1..1\n"
		     "  ok 1 z # SKIP no reason given\n"
		     "ok 3 three # SKIP nothing verified\n"
		     "  KTAP version 1\n"
		     "  # Subtest: four\n"
		     "  1..4\n"
		     "  not ok 1 n # ERROR the run ended before it\n"
		     "  not ok 2 i # ERROR no end on record; the test, the runner or the machine "
		     "died\n"
		     "  not ok 3 w # hm\n"
		     "  not ok 4 o # ERROR no reason given\n"
		     "not ok 4 four\n");
}

static void ktap_tells_what_was_expected(void **state)
{
	g_autofree char *out = print(*state, "ktap", true);

	assert_has(out, "  not ok 1 a-pass # passed, but FAIL was expected (B1)");
	assert_has(out, "  ok 4 d-crash # XFAIL CRASH as expected (B1): SIGSEGV\n");
}

static void lava_signals_cannot_be_forged(void **state)
{
	g_autofree char *out = print(*state, "lava", false);

	assert_true(g_str_has_prefix(out, "<LAVA_SIGNAL_TESTSET START one>\n"
					  "PASS  one@a-pass  0.410s\n"
					  "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=a-pass RESULT=pass>\n"
					  "FAIL  one@b-fail  1.500s  it is <b>&gone</b> # SKIP "
					  "<LAVA-SIGNAL_TESTCASE"));
	assert_has(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=b-fail RESULT=fail>\n");
	assert_has(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=c-skip RESULT=skip>\n");
	assert_has(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=e-parts.right RESULT=fail>\n"
			"<LAVA_SIGNAL_TESTSET STOP>\n"
			"<LAVA_SIGNAL_TESTSET START two>\n"
			"DMESG-WARN  two  0.000s  WARNING: at drm\n"
			"<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=two RESULT=fail>\n");
	assert_has(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=n RESULT=fail>\n");
	assert_has_not(out, "TEST_CASE_ID=x RESULT=pass>\n<LAVA_SIGNAL_TESTSET");
}

static void csv_is_sorted_and_in_the_words_of_deqp(void **state)
{
	g_autofree char *out = print(*state, "csv", true);

	assert_string_equal(out, "four@i,Crash,0.000\n"
				 "four@n,Missing,0.000\n"
				 "four@o,Crash,0.000\n"
				 "four@w,Warn,0.000\n"
				 "one@a-pass,UnexpectedImprovement(Pass),0.410\n"
				 "one@b-fail,Fail,1.500\n"
				 "one@c-skip,Skip,0.000\n"
				 "one@d-crash,ExpectedFail,0.000\n"
				 "one@e-parts@left,Pass,0.000\n"
				 "one@e-parts@right,Timeout,0.000\n"
				 "three@z,Skip,0.000\n"
				 "two,Fail,0.000\n");
}

static void junit_says_why_in_the_text(void **state)
{
	g_autofree char *out = print(*state, "junit", false);

	assert_has(out,
		   "<testsuites tests=\"12\" failures=\"3\" errors=\"5\" skipped=\"2\" "
		   "time=\"1.910\">\n"
		   " <testsuite name=\"one\" tests=\"6\" failures=\"1\" errors=\"2\" skipped=\"1\" "
		   "time=\"1.910\">\n"
		   "  <testcase classname=\"one\" name=\"a-pass\" time=\"0.410\"/>\n"
		   "  <testcase classname=\"one\" name=\"b-fail\" time=\"1.500\">\n"
		   "   <failure>FAIL: it is &lt;b&gt;&amp;gone&lt;/b&gt; # SKIP ");
	assert_has(out, "\nall of it: folder 1 of the results</failure>");
	assert_has(out, "   <skipped>SKIP: no swap</skipped>\n");
	assert_has(out, "   <error>CRASH: SIGSEGV\nstderr:\nReceived signal SIGSEGV.\n");
	assert_has(out, "name=\"e-parts@right\"");
	assert_has(out, "classname=\"two\" name=\"two\"");
	/* XML has no way to write this character. */
	assert_has_not(out, "\x01");
	assert_has_not(out, "&#x1;");
}

static void junit_expects(void **state)
{
	g_autofree char *out = print(*state, "junit", true);

	assert_has(out, "   <failure>XPASS: passed, but FAIL was expected (B1)");
	assert_has(out, "   <skipped>XFAIL: CRASH as expected (B1): SIGSEGV</skipped>\n");
}

/* The test of a submission with this path. */
static struct json_object *kcidb_test(struct json_object *root, const char *path)
{
	struct json_object *tests, *value;

	assert_true(json_object_object_get_ex(root, "tests", &tests));
	for (size_t i = 0; i < json_object_array_length(tests); i++) {
		struct json_object *test = json_object_array_get_idx(tests, i);

		assert_true(json_object_object_get_ex(test, "path", &value));
		if (strcmp(json_object_get_string(value), path) == 0)
			return test;
	}
	fail_msg("no test %s", path);
	return NULL;
}

static const char *kcidb_status(struct json_object *root, const char *path)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(kcidb_test(root, path), "status", &value));
	return json_object_get_string(value);
}

static struct json_object *kcidb(const char *dir, const char *option, const char *value)
{
	struct tool_run run =
		run_tool("igt_report", "kcidb", "--origin", "lab7", option, value, dir, NULL);
	struct json_object *root = json_tokener_parse(run.out);

	assert_int_equal(run.status, 0);
	assert_non_null(root);
	tool_run_clear(&run);
	return root;
}

static void kcidb_tells_what_happened(void **state)
{
	struct json_object *root, *again, *ids;

	/* Makes the files. */
	g_free(print(*state, "csv", false));
	root = kcidb(*state, "--build", "lab7:b1");
	assert_string_equal(kcidb_status(root, "reclaim.one.a-pass"), "PASS");
	assert_string_equal(kcidb_status(root, "reclaim.one.b-fail"), "FAIL");
	assert_string_equal(kcidb_status(root, "reclaim.one.c-skip"), "SKIP");
	assert_string_equal(kcidb_status(root, "reclaim.one.d-crash"), "ERROR");
	assert_string_equal(kcidb_status(root, "reclaim.one.e-parts.right"), "ERROR");
	assert_string_equal(kcidb_status(root, "reclaim.two"), "FAIL");
	assert_string_equal(kcidb_status(root, "reclaim.four.n"), "MISS");
	assert_string_equal(kcidb_status(root, "reclaim.four.i"), "FAIL");
	assert_false(json_object_object_get_ex(root, "builds", &ids));
	again = kcidb(*state, "--build", "lab7:b1");
	assert_string_equal(json_object_to_json_string(root), json_object_to_json_string(again));
	json_object_put(again);
	json_object_put(root);
	root = kcidb(*state, "--commit", "0123456789abcdef0123456789abcdef01234567");
	assert_true(json_object_object_get_ex(root, "builds", &ids));
	assert_true(json_object_object_get_ex(root, "checkouts", &ids));
	json_object_put(root);
}

/* The JSON that a page carries. Caller puts. */
static struct json_object *page_data(const char *page)
{
	static const char begin[] = "<script type=\"application/json\" id=\"page\">";
	const char *at = strstr(page, begin);
	g_autofree char *text = NULL;
	struct json_object *data;

	assert_non_null(at);
	at += strlen(begin);
	text = g_strndup(at, strstr(at, "</script>") - at);
	data = json_tokener_parse(text);
	assert_non_null(data);
	return data;
}

static void a_page_holds_nothing_that_could_be_markup(void **state)
{
	g_autofree char *page = print(*state, "html", false);
	struct json_object *data = page_data(page);
	g_autofree char *fallback =
		g_strndup(strstr(page, "<noscript>"),
			  strstr(page, "</noscript>") - strstr(page, "<noscript>"));

	assert_has_not(page, "<b>&gone");
	assert_has(fallback, "<li><b>FAIL</b> one@b-fail: it is &lt;b&gt;&amp;gone&lt;/b&gt;");
	/* No other script than its own may run, and nothing may be fetched. */
	assert_has(page, "content=\"default-src 'none'; script-src 'sha256-");
	assert_has_not(page, " src=");
	assert_has_not(page, "https:");
	json_object_put(data);
}

/* 100 KiB that no packer makes smaller by much. */
static void append_noise(GString *json, GRand *random)
{
	for (int i = 0; i < 100 * 1024; i++)
		g_string_append_c(json, (char)g_rand_int_range(random, 'a', 'z'));
}

static void a_page_leaves_out_what_is_too_much(void **state)
{
	enum { TESTS = 240 };
	g_autoptr(GString) json = g_string_new("{\"tests\":{");
	GRand *random = g_rand_new_with_seed(1);
	struct json_object *data, *tests, *parts;
	unsigned left_out = 0;
	struct tool_run run;

	for (int i = 0; i < TESTS; i++) {
		g_string_append_printf(json, "%s\"igt@bin@t%d\":{\"result\":\"%s\",\"out\":\"",
				       i > 0 ? "," : "", i, i == TESTS - 1 ? "fail" : "pass");
		append_noise(json, random);
		g_string_append(json, "\"}");
	}
	g_rand_free(random);
	g_string_append(json, "}}");
	put_file(*state, "results.json", json->str);
	run = run_tool("igt_report", "html", *state, NULL);
	assert_true(strlen(run.out) < 15000000);
	data = page_data(run.out);
	assert_true(json_object_object_get_ex(data, "tests", &tests));
	assert_true(json_object_object_get_ex(tests, "part", &parts));
	for (int i = 0; i < TESTS; i++)
		left_out += json_object_get_int(json_object_array_get_idx(parts, i)) < 0;
	assert_in_range(left_out, 1, TESTS - 1);
	/* What failed goes before what passed. */
	assert_true(json_object_get_int(json_object_array_get_idx(parts, TESTS - 1)) >= 0);
	json_object_put(data);
	tool_run_clear(&run);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ktap_tells_each_kind),
		TEST(ktap_tells_what_was_expected),
		TEST(lava_signals_cannot_be_forged),
		TEST(csv_is_sorted_and_in_the_words_of_deqp),
		TEST(junit_says_why_in_the_text),
		TEST(junit_expects),
		TEST(kcidb_tells_what_happened),
		TEST(a_page_holds_nothing_that_could_be_markup),
		TEST(a_page_leaves_out_what_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

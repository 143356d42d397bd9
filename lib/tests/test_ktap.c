/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "igt_ktap.h"
#include "igt_wire.h"
#include "run_tester.h"

static struct igt_list_head results;

/* Feed all lines of @text, and return what the last one gave. */
static int parse(const char *text)
{
	struct igt_ktap_results *ktap;
	int r = -EINPROGRESS;

	IGT_INIT_LIST_HEAD(&results);
	ktap = igt_ktap_alloc(&results);
	assert_non_null(ktap);
	while (*text) {
		r = igt_ktap_parse(text, ktap);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	igt_ktap_free(&ktap);
	assert_null(ktap);
	return r;
}

/* The next result, as "suite/case code message"; NULL: there must be no more. */
static void expect(const char *expected)
{
	struct igt_ktap_result *result = NULL;
	char text[1024];

	if (igt_list_empty(&results)) {
		assert_null(expected);
		return;
	}
	result = igt_list_first_entry(&results, result, link);
	snprintf(text, sizeof(text), "%s/%s %d %s", result->suite_name, result->case_name ?: "",
		 result->code, result->msg ?: "");
	igt_ktap_result_free(result);
	if (!expected)
		fail_msg("there is one more: %s", text);
	assert_string_equal(text, expected);
}

static void suites(void **state)
{
	assert_int_equal(parse("KTAP version 1\n"
			       "1..2\n"
			       "    KTAP version 1\n"
			       "    # Subtest: first\n"
			       "    # module: some_test\n"
			       "    1..3\n"
			       "    ok 1 good\n"
			       "    # bad: EXPECTATION FAILED at here.c:12\n"
			       "    Expected a == b, but\n"
			       "    not ok 2 bad\n"
			       "    ok 3 left # SKIP not on this machine\n"
			       "# first: pass:1 fail:1 skip:1 total:3\n"
			       "# Totals: pass:1 fail:1 skip:1 total:3\n"
			       "not ok 1 first\n"
			       "    # Subtest: second\n"
			       "    1..1\n"
			       "    ok 1 - dashed\n"
			       "ok 2 second\n"), 0);
	expect("first/good 0 ");
	expect("first/bad 98 bad: EXPECTATION FAILED at here.c:12");
	expect("first/left 77 not on this machine");
	expect("second/dashed 0 ");
	expect(NULL);
}

static void parameters(void **state)
{
	assert_int_equal(parse("1..1\n"
			       "    # Subtest: suite\n"
			       "    1..1\n"
			       "        KTAP version 1\n"
			       "        # Subtest: many\n"
			       "        ok 1 red\n"
			       "        not ok 2 green\n"
			       "    # many: pass:1 fail:1 skip:0 total:2\n"
			       "    not ok 1 many\n"
			       "not ok 1 suite\n"), 0);
	expect("suite/many 98 many: pass:1 fail:1 skip:0 total:2");
	expect(NULL);
}

static void noise(void **state)
{
	/* Other parts of the kernel, and a line that only looks like a result. */
	assert_int_equal(parse("usb 1-1: new device\n"
			       "1..1\n"
			       "    # Subtest: suite\n"
			       "ok\n"
			       "ok computer\n"
			       "not okay\n"
			       "okay 1 suite\n"
			       "    random: ok 1 this\n"
			       "    ok 1 case\n"
			       "WARNING: at mm/slub.c\n"), -EINPROGRESS);
	expect("suite/case 0 ");
	expect(NULL);
}

static void suite_without_cases(void **state)
{
	assert_int_equal(parse("1..3\n"
			       "    # Subtest: broken\n"
			       "    # its beginning failed\n"
			       "not ok 1 broken\n"
			       "ok 2 absent # SKIP no hardware\n"
			       "ok 3 empty\n"
			       "ok 4 behind\n"), 0);
	expect("broken/ 98 its beginning failed");
	expect("absent/ 77 no hardware");
	expect("empty/ 0 ");
	/* What is behind the plan is another module's. */
	expect(NULL);
}

static void unfinished(void **state)
{
	assert_int_equal(parse("1..2\n"
			       "    # Subtest: suite\n"
			       "    ok 1 case\n"
			       "ok 1 suite\n"
			       "    # Subtest: died\n"
			       "    ok 1 start\n"), -EINPROGRESS);
	expect("suite/case 0 ");
	expect("died/start 0 ");
	expect(NULL);
	assert_int_equal(parse("nothing of the kind\n"), -EINPROGRESS);
	expect(NULL);
}

static void endless_message(void **state)
{
	struct igt_ktap_results *ktap;

	IGT_INIT_LIST_HEAD(&results);
	ktap = igt_ktap_alloc(&results);
	igt_ktap_parse("    # Subtest: suite", ktap);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(igt_ktap_parse("    # again and again", ktap), -EINPROGRESS);
	igt_ktap_parse("    ok 1 case", ktap);
	igt_ktap_free(&ktap);
	assert_true(strlen(igt_list_first_entry(&results, (struct igt_ktap_result *)NULL, link)->msg)
		    < 5000);
	igt_ktap_result_free(igt_list_first_entry(&results, (struct igt_ktap_result *)NULL, link));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suites),	      cmocka_unit_test(parameters),
		cmocka_unit_test(noise),	      cmocka_unit_test(suite_without_cases),
		cmocka_unit_test(unfinished),	      cmocka_unit_test(endless_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

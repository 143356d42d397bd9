/* SPDX-License-Identifier: MIT */
/**
 * An input is the kernel log of a job with two subtests, one of them with a dynamic one. The first
 * byte decides what of it counts.
 */
#include "dmesg.h"
#include "fuzz.h"
#include "test_result.h"

static GPtrArray *make_tests(void)
{
	static const char *const names[][2] = {{"a", NULL}, {"a", "d"}, {"b", NULL}};
	GPtrArray *tests = test_result_list_new();

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct test_result *test =
			test_result_new("bin", names[i][0], names[i][1], VERDICT_PASS);

		test->recorded = true;
		g_ptr_array_add(tests, test);
	}
	return tests;
}

static void check(const GPtrArray *tests, size_t size)
{
	for (unsigned i = 0; i < tests->len; i++) {
		const struct test_result *test = g_ptr_array_index(tests, i);

		fuzz_assert(g_utf8_validate(test->dmesg->str, test->dmesg->len, NULL));
		/* A record of nothing is "0,0,0,;" and becomes "<0> [0.000000] ". */
		fuzz_assert(test->dmesg->len <= 8 * size + 32);
		fuzz_assert(test->warnings->len <= test->dmesg->len);
		fuzz_assert((test->warnings->len > 0) == (test->verdict == VERDICT_DMESG_WARN));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings *settings = settings_new();
	struct dmesg_log log = {.text = "", .cut = size > 0 && (data[0] & 2)};
	GPtrArray *tests = make_tests();
	struct dmesg_rules *rules;
	char *text;

	settings->piglit_style_dmesg = size > 0 && (data[0] & 1);
	text = fuzz_string(data + (size > 0), size - (size > 0));
	log.text = text;
	log.len = size - (size > 0);
	rules = dmesg_rules_new(settings);
	dmesg_attribute(&log, rules, tests);
	check(tests, log.len);
	dmesg_rules_free(rules);
	settings_free(settings);
	g_ptr_array_unref(tests);
	free(text);
	return 0;
}

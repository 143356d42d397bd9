/* SPDX-License-Identifier: MIT */
#include "test_result.h"

#include <string.h>

#include "job_list.h"
#include "utf8.h"

static char *utf8_or_null(const char *text)
{
	return text ? utf8_from_bytes(text, strlen(text)) : NULL;
}

struct test_result *test_result_new(const char *binary, const char *subtest, const char *dynamic,
				    enum verdict verdict)
{
	struct test_result *test = g_new0(struct test_result, 1);
	g_autofree char *name = piglit_name(binary, subtest, dynamic);

	test->name = utf8_or_null(name);
	test->subtest = utf8_or_null(subtest);
	test->dynamic = utf8_or_null(dynamic);
	test->out = g_strdup("");
	test->err = g_strdup("");
	test->dmesg = g_string_new(NULL);
	test->warnings = g_string_new(NULL);
	test->verdict = verdict;
	return test;
}

static void test_result_free(void *element)
{
	struct test_result *test = element;

	g_free(test->name);
	g_free(test->subtest);
	g_free(test->dynamic);
	g_free(test->out);
	g_free(test->err);
	g_string_free(test->dmesg, /* free_segment= */ TRUE);
	g_string_free(test->warnings, /* free_segment= */ TRUE);
	g_free(test->igt_version);
	g_free(test);
}

GPtrArray *test_result_list_new(void)
{
	return g_ptr_array_new_with_free_func(test_result_free);
}

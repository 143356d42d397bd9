/* SPDX-License-Identifier: MIT */
/* Self-tests of a module as the descriptions of its parameters tell them. */
#include <stdlib.h>

#include "igt_kselftests.h"
#include "run_tester.h"

static void assert_test(const char *parm, const char *filter, unsigned int number, const char *name)
{
	struct igt_kselftest *test = igt_kselftest_parse(parm, filter);

	if (!name) {
		assert_null(test);
		return;
	}
	assert_non_null(test);
	assert_int_equal(test->number, number);
	assert_string_equal(test->name, name);
	free(test);
}

static void descriptions(void **state)
{
	struct igt_kselftest *test = igt_kselftest_parse("igt__13__dma_fence:bool", NULL);

	assert_string_equal(test->param, "igt__13__dma_fence");
	free(test);
	assert_test("igt__13__dma_fence:bool", NULL, 13, "dma_fence");
	assert_test("igt__13__dma_fence", NULL, 13, "dma_fence");
	assert_test("igt__0__a__b: text: more", NULL, 0, "a__b");
	assert_test("st_filter:charp", NULL, 0, NULL);
	assert_test("", NULL, 0, NULL);
	assert_test("igt__:bool", NULL, 0, NULL);
	assert_test("igt__13:bool", NULL, 0, NULL);
	assert_test("igt__13__:bool", NULL, 0, NULL);
	assert_test("igt__13:__a", NULL, 0, NULL);
	assert_test("igt__x__a:bool", NULL, 0, NULL);
	assert_test("igt__-1__a:bool", NULL, 0, NULL);
	assert_test("igt__99999999999999999999__a:bool", NULL, 0, NULL);
}

static void filters(void **state)
{
	assert_test("igt__1__mock_requests:bool", "mock", 1, "mock_requests");
	assert_test("igt__1__mock_requests:bool", "live", 0, NULL);
	assert_test("igt__1__mockery:bool", "mock", 0, NULL);
	assert_test("igt__1__mock:bool", "mock", 0, NULL);
	assert_test("igt__1__m", "mock", 0, NULL);
}

static void order(void **state)
{
	static const char *const parms[] = {
		"igt__20__last", "igt__3__first", "igt__20__behind", "igt__7__middle:bool",
	};
	static const char *const expected[] = {"first", "middle", "last", "behind"};
	struct igt_kselftest *test, *next;
	IGT_LIST_HEAD(tests);
	int i = 0;

	for (int parm = 0; parm < 4; parm++)
		assert_true(igt_kselftest_insert(&tests, igt_kselftest_parse(parms[parm], NULL)));
	/* modinfo has each twice: with its type, and with its description. */
	test = igt_kselftest_parse("igt__7__middle:the middle (bool)", NULL);
	assert_false(igt_kselftest_insert(&tests, test));
	free(test);
	igt_list_for_each_entry_safe(test, next, &tests, link) {
		assert_string_equal(test->name, expected[i++]);
		free(test);
	}
	assert_int_equal(i, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptions),
		cmocka_unit_test(filters),
		cmocka_unit_test(order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

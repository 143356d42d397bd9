/* SPDX-License-Identifier: MIT */
/**
 * A tester that uses the library wrongly, as TESTER says.
 */
#include <stdlib.h>
#include <string.h>

#include "igt.h"

static bool wish(const char *what)
{
	return strcmp(getenv("TESTER") ?: "", what) == 0;
}

static void nested_fixture(void)
{
	igt_fixture()
		igt_info("not reached\n");
}

static void nested_subtest(void)
{
	igt_subtest("nested")
		igt_info("not reached\n");
}

int igt_main()
{
	if (wish("none"))
		igt_exit();
	if (wish("skip-outside"))
		igt_skip("where am I\n");
	if (wish("name"))
		igt_subtest("no spaces")
			igt_info("not reached\n");

	igt_fixture()
		if (wish("fixture-in-fixture"))
			nested_fixture();

	igt_subtest("subtest") {
		if (wish("fixture-in-subtest"))
			nested_fixture();
		if (wish("subtest-in-subtest"))
			nested_subtest();
	}
}

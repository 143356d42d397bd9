/* SPDX-License-Identifier: MIT */
/**
 * A tester whose subtests are watched: those with "bad" in their names do not succeed.
 */
#include <string.h>

#include "igt.h"
#include "igt_internal.h"

static void begin(void)
{
	igt_info("begins\n");
}

static void success(void)
{
	const char *name = igt_dynamic_subtest_name() ?: igt_subtest_name();

	igt_assert_f(!strstr(name, "bad"), "%s is bad\n", name);
	igt_info("%s is good\n", name);
}

int igt_main()
{
	igt_subtest("before-bad")
		igt_info("not watched\n");

	igt_fixture()
		igt_watch_subtests(begin, success);

	igt_subtest("good")
		;

	igt_subtest("bad")
		;

	igt_subtest("skips-bad")
		igt_skip("skipped\n");

	igt_subtest_with_dynamic("container") {
		igt_dynamic("good")
			;
		igt_dynamic("bad")
			;
	}
}

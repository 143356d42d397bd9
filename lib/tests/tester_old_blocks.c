/* SPDX-License-Identifier: MIT */
/**
 * A tester with the block syntax of IGT 2.2 and before.
 */
#include "igt.h"

IGT_TEST_DESCRIPTION("Blocks as they were");

igt_main
{
	static int prepared;

	igt_fixture {
		prepared = 1;
	}

	igt_describe("Comes first");
	igt_subtest("first")
		igt_assert_eq(prepared, 1);

	igt_subtest_group {
		igt_fixture
			igt_require(!prepared);

		igt_subtest("in-group")
			igt_info("not reached\n");
	}

	igt_subtest_with_dynamic("parts")
		igt_dynamic("one")
			igt_success();

	igt_fixture {
		igt_info("last fixture\n");
	}
}

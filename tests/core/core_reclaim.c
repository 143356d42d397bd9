/* SPDX-License-Identifier: MIT */
/**
 * TEST: core reclaim
 * Description: What docs/reclaim-api.md promises of lib/reclaim, where that takes a kernel.
 *
 * This tests the suite and not the kernel, so it is not in the list of tests: a subtest that fails
 * here makes others doubtful. scripts/tests/guest/reclaim.sh runs it.
 */
#include "core/reclaim.h"
#include "igt.h"

IGT_TEST_DESCRIPTION("The library's ways to reclaim memory, to see it, and to leave no trace");

int igt_main()
{
	igt_subtest_group()
		reclaim_undo();
	igt_subtest_group()
		reclaim_memory();
	igt_subtest_group()
		reclaim_pressure();
	igt_subtest_group()
		reclaim_oracles();
	igt_subtest_group()
		reclaim_fail_nth();
	/* It watches all subtests from there on. */
	igt_subtest_group()
		reclaim_sentinel();
}

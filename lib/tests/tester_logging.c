/* SPDX-License-Identifier: MIT */
/**
 * A tester that logs.
 */
#include "igt.h"

int igt_main()
{
	igt_subtest("levels") {
		igt_debug("debug\n");
		igt_info("info\n");
		igt_warn("warn\n");
		igt_critical("critical\n");
		igt_log("else", IGT_LOG_DEBUG, "other domain\n");
		igt_info("in ");
		igt_info("pieces\n");
	}

	igt_subtest("warn-on") {
		igt_warn_on(1 > 2);
		igt_warn_on(2 > 1);
	}

	igt_subtest("full-ring") {
		for (int i = 0; i < IGT_LOG_RING + 10; i++)
			igt_debug("record %d\n", i);
		igt_fail(IGT_EXIT_FAILURE);
	}

	igt_subtest("empty-ring")
		igt_fail(IGT_EXIT_FAILURE);
}

/* SPDX-License-Identifier: MIT */
#include "reclaim/igt_oom.h"

#include "igt_core.h"

void igt_expect_oom(void)
{
	igt_emit_ignore_more_dmesg_regex(IGT_OOM_REPORT_LINES);
}

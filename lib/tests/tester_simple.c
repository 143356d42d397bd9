/* SPDX-License-Identifier: MIT */
/**
 * A tester without subtests; TESTER says how it ends.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igt.h"

IGT_TEST_DESCRIPTION("A test in one piece");

int igt_simple_main()
{
	const char *wish = getenv("TESTER") ?: "";

	igt_require(strcmp(wish, "skip") != 0);
	igt_assert(strcmp(wish, "fail") != 0);
	if (strcmp(wish, "segv") == 0)
		raise(SIGSEGV);
	if (strcmp(wish, "oom") == 0) {
		char text[16] = "";
		FILE *file = fopen("/proc/self/oom_score_adj", "r");

		igt_assert(file && fgets(text, sizeof(text), file));
		igt_info("oom_score_adj %s", text);
		fclose(file);
	}
}

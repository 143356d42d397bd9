/* SPDX-License-Identifier: MIT */
/**
 * An input is what KUnit writes into the kernel log.
 */
#include <errno.h>

#include "fuzz.h"
#include "igt_ktap.h"
#include "igt_wire.h"

static void check_and_free(struct igt_list_head *results)
{
	struct igt_ktap_result *result, *next;

	igt_list_for_each_entry_safe(result, next, results, link) {
		fuzz_assert(result->suite_name);
		fuzz_assert(result->code == IGT_EXIT_SUCCESS || result->code == IGT_EXIT_SKIP ||
			    result->code == IGT_EXIT_FAILURE);
		fuzz_assert(!result->case_name || result->case_name[0]);
		fuzz_assert(!result->msg || strlen(result->msg) < 2 * 4096);
		igt_ktap_result_free(result);
	}
	fuzz_assert(igt_list_empty(results));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *line = text;
	struct igt_ktap_results *ktap;
	bool over = false;
	IGT_LIST_HEAD(results);

	ktap = igt_ktap_alloc(&results);
	fuzz_assert(ktap);
	while (*line) {
		int length = igt_list_length(&results);
		int r = igt_ktap_parse(line, ktap);

		fuzz_assert(r == 0 || r == -EINPROGRESS);
		/* Behind the end nothing counts any more. */
		fuzz_assert(!over || (r == 0 && igt_list_length(&results) == length));
		over = r == 0;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	igt_ktap_free(&ktap);
	check_and_free(&results);
	free(text);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/**
 * An input is the description of a module's parameters, one a line; the first line is a filter.
 */
#include "fuzz.h"
#include "igt_kselftests.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *save = NULL, *filter, *line;
	struct igt_kselftest *test, *next;
	unsigned int number = 0;
	IGT_LIST_HEAD(tests);

	filter = strtok_r(text, "\n", &save);
	while ((line = strtok_r(NULL, "\n", &save))) {
		test = igt_kselftest_parse(line, *filter == '*' ? NULL : filter);
		if (test && !igt_kselftest_insert(&tests, test))
			free(test);
	}
	igt_list_for_each_entry_safe(test, next, &tests, link) {
		fuzz_assert(test->number >= number);
		fuzz_assert(*test->name && !strchr(test->param, ':'));
		number = test->number;
		free(test);
	}
	free(text);
	return 0;
}

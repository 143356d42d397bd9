/* SPDX-License-Identifier: MIT */
/**
 * The first line of an input is the text, the rest the pattern.
 */
#include "fuzz.h"
#include "igt_wildmat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *pattern = strchr(text, '\n');

	if (pattern) {
		*pattern++ = '\0';
		igt_wildmat(text, pattern);
		fuzz_assert(igt_wildmat(text, "*"));
	}
	free(text);
	return 0;
}

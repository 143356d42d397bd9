/* SPDX-License-Identifier: MIT */
/**
 * What the fuzz targets share.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** Runs the target once. Returns 0. The caller keeps @data. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** A copy of the @size bytes at @data with a NUL behind, to be freed. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/** Stop as a crash does unless @condition holds: what must be true of any input. */
#define fuzz_assert(condition)                                                                 \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

#endif

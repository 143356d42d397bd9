/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: is every page of a buffer still the one that was written?
 *
 * Each page carries a word that names its buffer, the generation of the writing and its index,
 * at its start, and the complement of it at its end. So lost pages (zeros), swapped or stale
 * pages, pages of another buffer and half-written ones all show, for 16 bytes a page.
 */
#ifndef IGT_PATTERN_H
#define IGT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What marks a buffer. */
struct igt_pattern {
	uint16_t bo;	    /**< which buffer */
	uint8_t generation; /**< which writing of it */
};

/** The first page that is not as written. */
struct igt_mismatch {
	uint64_t page;	 /**< from 0 */
	uint64_t offset; /**< of the word, in bytes from the start of the buffer */
	uint64_t found;	 /**< there */
	uint64_t expected; /**< to stand there */
};

/** The word that stands at the start of @page; never 0. */
uint64_t igt_pattern_word(struct igt_pattern pattern, uint64_t page);

/** Mark @pages pages at @map. */
void igt_pattern_write(void *map, uint64_t pages, struct igt_pattern pattern);

/** True when all @pages pages at @map are as written; else the first bad one in @ret_bad. */
bool igt_pattern_check(const void *map, uint64_t pages, struct igt_pattern pattern,
		       struct igt_mismatch *ret_bad);

/** igt_pattern_check() of @pages pages from page @first on, @map being where page 0 is or was. */
bool igt_pattern_check_range(const void *map, uint64_t first, uint64_t pages,
			     struct igt_pattern pattern, struct igt_mismatch *ret_bad);

/** "page 3 of 4096 reads 0x..., expected 0x..." into @text. */
void igt_mismatch_format(const struct igt_mismatch *bad, uint64_t pages, char *text, size_t size);

/**
 * Fill memory with @bytes, a multiple of 8, that do not compress: the same for the same @state,
 * which is not 0. Returns the state to go on with.
 */
uint64_t igt_noise_write(void *memory, uint64_t bytes, uint64_t state);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Writing and checking of the marks in each page.
 */
#include <inttypes.h>
#include <stdio.h>

#include "igt_aux.h"
#include "reclaim/igt_pattern.h"

/* A constant byte at the top keeps every word apart from zeroed and from poisoned memory. */
#define PATTERN_TAG UINT64_C(0x5a)

uint64_t igt_pattern_word(struct igt_pattern pattern, uint64_t page)
{
	return PATTERN_TAG << 56 | (uint64_t)pattern.generation << 48 |
	       (uint64_t)pattern.bo << 32 | (uint32_t)page;
}

void igt_pattern_write(void *map, uint64_t pages, struct igt_pattern pattern)
{
	const uint64_t page_words = igt_page_size() / sizeof(uint64_t);
	volatile uint64_t *word = map;

	for (uint64_t page = 0; page < pages; page++, word += page_words) {
		word[0] = igt_pattern_word(pattern, page);
		word[page_words - 1] = ~igt_pattern_word(pattern, page);
	}
}

bool igt_pattern_check_range(const void *map, uint64_t first, uint64_t pages,
			     struct igt_pattern pattern, struct igt_mismatch *ret_bad)
{
	const uint64_t page_words = igt_page_size() / sizeof(uint64_t);
	const volatile uint64_t *word = (const volatile uint64_t *)map + first * page_words;

	for (uint64_t page = first; page < first + pages; page++, word += page_words) {
		const uint64_t head = igt_pattern_word(pattern, page);
		const uint64_t found_head = word[0], found_tail = word[page_words - 1];
		const bool bad_head = found_head != head;

		if (!bad_head && found_tail == ~head)
			continue;
		*ret_bad = (struct igt_mismatch){
			.page = page,
			.offset = (page * page_words + (bad_head ? 0 : page_words - 1)) *
				  sizeof(uint64_t),
			.found = bad_head ? found_head : found_tail,
			.expected = bad_head ? head : ~head,
		};
		return false;
	}
	return true;
}

bool igt_pattern_check(const void *map, uint64_t pages, struct igt_pattern pattern,
		       struct igt_mismatch *ret_bad)
{
	return igt_pattern_check_range(map, 0, pages, pattern, ret_bad);
}

void igt_mismatch_format(const struct igt_mismatch *bad, uint64_t pages, char *text, size_t size)
{
	snprintf(text, size,
		 "page %" PRIu64 " of %" PRIu64 " reads 0x%016" PRIx64 ", expected 0x%016" PRIx64
		 " (byte %" PRIu64 ")",
		 bad->page, pages, bad->found, bad->expected, bad->offset);
}

uint64_t igt_noise_write(void *memory, uint64_t bytes, uint64_t state)
{
	uint64_t *words = memory;

	for (uint64_t i = 0; i < bytes / sizeof(*words); i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		words[i] = state;
	}
	return state;
}

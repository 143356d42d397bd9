/* SPDX-License-Identifier: MIT */
/**
 * The state of the machine's memory, as far as it decides what a test may expect.
 */
#ifndef IGT_MEMORY_H
#define IGT_MEMORY_H

#include <stdint.h>

/**
 * The value of "@key:" in the text of /proc/meminfo, in bytes. Returns 0, -ENOENT without such a
 * line, -EINVAL when it is no number of kB.
 */
int igt_meminfo_parse(const char *text, const char *key, uint64_t *ret_bytes);

/** The number of active swap areas in the text of /proc/swaps, or -EINVAL for other text. */
int igt_swaps_parse(const char *text);

/** Skip while swap is active: without it the kernel cannot evict, only purge. */
void igt_require_no_swap(void);

/**
 * Skip unless @bytes can be allocated and memory is still plentiful, so that nothing is reclaimed
 * by itself while a test looks on.
 */
void igt_require_free_memory(uint64_t bytes);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The state of the machine's memory, as far as it decides what a test may expect.
 */
#ifndef IGT_MEMORY_H
#define IGT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * The value of "@key:" in the text of /proc/meminfo, in bytes. Returns 0, -ENOENT without such a
 * line, -EINVAL when it is no number of kB.
 */
int igt_meminfo_parse(const char *text, const char *key, uint64_t *ret_bytes);

/** igt_meminfo_parse() of this machine now; fails the test without such a line. */
uint64_t igt_meminfo(const char *key);

/** What the machine has reclaimed since it booted: lines of /proc/vmstat, or sums of them. */
struct igt_vmstat {
	uint64_t pgsteal_kswapd; /**< pages, by kswapd */
	uint64_t pgsteal_direct; /**< pages, by who wanted memory */
	uint64_t allocstall;	/**< times, in all zones */
	uint64_t slabs_scanned; /**< objects */
	uint64_t pswpin;	/**< pages from swap */
	uint64_t pswpout;	/**< pages to swap */
};

/** The text of /proc/vmstat; what it does not tell is 0. */
void igt_vmstat_parse(const char *text, struct igt_vmstat *ret_vmstat);

/** igt_vmstat_parse() of this machine now. */
void igt_vmstat(struct igt_vmstat *ret_vmstat);

/** The counter @key of /proc/vmstat. Skips when the kernel does not count that. */
uint64_t igt_vmstat_counter(const char *key);

/** The number of active swap areas in the text of /proc/swaps, or -EINVAL for other text. */
int igt_swaps_parse(const char *text);

/** Skip while swap is active: without it the kernel cannot evict, only purge. */
void igt_require_no_swap(void);

/**
 * Whether @bytes can be allocated and memory is still plentiful, so that nothing is reclaimed by
 * itself while a test looks on.
 */
bool igt_has_free_memory(uint64_t bytes);

/** Skip unless igt_has_free_memory(). */
void igt_require_free_memory(uint64_t bytes);

#endif

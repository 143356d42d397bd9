/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A memory cgroup for a test alone: what it allocates is counted apart from the machine's, and
 * can be made to go to swap, by the kernel's ordinary reclaim, without disturbing anything else.
 *
 * That is how a BO that was evicted is really swapped: its pages are ordinary shmem then, charged
 * to whom allocated them. The shrinkers of GEM are not called for a cgroup.
 */
#ifndef IGT_MEMCG_H
#define IGT_MEMCG_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Go into a new cgroup; what is allocated from now on is charged there. Skips, with the reason,
 * where that cannot be done. igt_memcg_leave() is called when the subtest ends, however it ends;
 * after a fixture that is left to it, or to the end of the process. One at a time.
 */
void igt_memcg_enter(void);

/** Go back to where the process was, and remove the cgroup. Fine when there is none. */
void igt_memcg_leave(void);

/**
 * Bytes that memory.stat has for @key. The kernel adds them up per processor and may be late by
 * 64 pages each, for up to 2 s: allow for that, and poll.
 */
uint64_t igt_memcg_stat(const char *key);

/** Whether memory.stat has @key: newer kernels tell more. */
bool igt_memcg_has_stat(const char *key);

/**
 * Bytes that the cgroup is charged for: pages that somebody still holds count, also when no file
 * or mapping has them any more. May be late by 64 pages a processor.
 */
uint64_t igt_memcg_current(void);

/** Bytes of the cgroup that are in swap: pages times their size, however well they compress. */
uint64_t igt_memcg_swap(void);

/**
 * Have the kernel reclaim @bytes of the cgroup's pages, its choice which. It may find less, which
 * is no error here. Returns the bytes that it did reclaim.
 */
uint64_t igt_memcg_reclaim(uint64_t bytes);

#endif

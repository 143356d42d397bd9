/* SPDX-License-Identifier: MIT */
/**
 * Reclaim through /proc/sys/vm/drop_caches: every shrinker of the machine is called.
 */
#ifndef IGT_DROP_CACHES_H
#define IGT_DROP_CACHES_H

#include "reclaim/igt_shrinker.h"

/**
 * Have the kernel shrink its slabs until @shrinker has freed @pages, 50 times at most. Each time
 * is slow, and how much of one shrinker it covers is the kernel's affair; the number it took is
 * reported. Returns 0 or a negative errno; freeing less than @pages is no error here.
 */
int igt_drop_caches(const struct igt_shrinker *shrinker, uint64_t pages,
		    struct igt_reclaimed *ret_reclaimed);

#endif

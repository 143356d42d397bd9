/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Reclaim by the kernel's own choice of what to take, while one shrinker's count is watched. For
 * tests igt_reclaim() is the door to these.
 *
 * Each goes on until @shrinker has freed @pages, or until there is no point in going on, and at
 * least once. They return 0 or a negative errno; freeing less than @pages is no error here.
 */
#ifndef IGT_TRIGGER_H
#define IGT_TRIGGER_H

#include "reclaim/igt_pressure.h"
#include "reclaim/igt_shrinker.h"

/** Through /proc/sys/vm/drop_caches: every shrinker of the machine is called. */
int igt_drop_caches(const struct igt_shrinker *shrinker, uint64_t pages,
		    struct igt_reclaimed *ret_reclaimed);

/** Through memory.reclaim of the root cgroup; skips on kernels before 5.19. */
int igt_proactive_reclaim(const struct igt_shrinker *shrinker, uint64_t pages,
			  struct igt_reclaimed *ret_reclaimed);

/** Through pressure of @kind on the machine. */
int igt_press(const struct igt_shrinker *shrinker, enum igt_pressure_kind kind, uint64_t pages,
	      struct igt_reclaimed *ret_reclaimed);

#endif

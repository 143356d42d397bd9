/* SPDX-License-Identifier: MIT */
/**
 * The ways to make the kernel take memory back, behind one function.
 *
 * A way that cannot be used on this machine is a skip with its reason. One that was used and
 * freed nothing is no error here: whether it had to free something is for the test to say.
 */
#ifndef IGT_RECLAIM_H
#define IGT_RECLAIM_H

#include <stdint.h>

#include "gem/gem_device.h"
#include "reclaim/igt_bo_assert.h"
#include "reclaim/igt_shrinker.h"

enum igt_reclaim_trigger {
	RECLAIM_SHRINKER,    /**< the device's own shrinker, by its debugfs file: exact and quick */
	RECLAIM_DROP_CACHES, /**< all shrinkers, by /proc/sys/vm/drop_caches */
};

/**
 * Find the shrinker of @dev; for a fixture. Skips when this machine offers no way to see it;
 * fails when it does, but no shrinker counts the memory that is lent.
 */
void igt_reclaim_require(struct gem_device *dev);

/**
 * Skip unless the kernel evicts, that is, gives pages of BOs that are needed to swap; for a
 * fixture, with swap active. No interface tells, so it is seen: the shrinker of such a kernel
 * counts a BO that was not lent. One that scans it without counting it evicts too, wrongly.
 */
void igt_reclaim_require_eviction(struct gem_device *dev);

/**
 * Reclaim by @trigger. @bytes: what the caller expects to be freed, 0 if nothing; RECLAIM_SHRINKER
 * scans everything in any case, the others stop there. Returns what was freed.
 */
struct igt_reclaimed igt_reclaim(struct gem_device *dev, enum igt_reclaim_trigger trigger,
				 uint64_t bytes);

/** Bytes that the shrinker of @dev says it could free now. */
uint64_t igt_reclaimable(struct gem_device *dev);

#endif

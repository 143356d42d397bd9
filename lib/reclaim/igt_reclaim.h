/* SPDX-License-Identifier: MIT */
/**
 * @file
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

/** A way to make the kernel take memory back. */
enum igt_reclaim_trigger {
	RECLAIM_SHRINKER,      /**< the device's own shrinker, by its debugfs file: exact and quick */
	RECLAIM_DROP_CACHES,   /**< all shrinkers, by /proc/sys/vm/drop_caches */
	RECLAIM_PROACTIVE,     /**< memory.reclaim of the root cgroup: what kswapd would do */
	RECLAIM_PRESSURE_ANON, /**< a process that allocates until the kernel has to reclaim */
	RECLAIM_PRESSURE_FILE, /**< one that reads a disk: page cache goes first, then the rest */
};

/** Of it: "shrinker" and so on, a word without spaces. */
const char *igt_reclaim_name(enum igt_reclaim_trigger trigger);

/**
 * Write "[IGT] reclaim: @trigger freed @pages pages" into the kernel's log, in the midst of what
 * the kernel says of it. Reports show it as a mark on their time line.
 */
void igt_reclaim_mark(const char *trigger, uint64_t pages);

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
 * scans everything in any case, the others stop there. Returns what was freed, which is logged,
 * for people, and for the kernel's log by igt_reclaim_mark().
 */
struct igt_reclaimed igt_reclaim(struct gem_device *dev, enum igt_reclaim_trigger trigger,
				 uint64_t bytes);

/** Bytes that the shrinker of @dev says it could free now. */
uint64_t igt_reclaimable(struct gem_device *dev);

#endif

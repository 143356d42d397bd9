/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of purging: what reclaim takes, what it leaves, and what the owner then sees.
 */
#ifndef RECLAIM_PURGE_H
#define RECLAIM_PURGE_H

#include <stdint.h>

struct gem_bo;
struct gem_device;

/** A mapped BO of @bytes that has been filled, lent and purged. */
struct gem_bo *purged_bo(struct gem_device *dev, uint64_t bytes);

/**
 * Have scans until @bo, which is lent, is told lost, for 3 s at most. A scan passes over a BO that
 * is locked, or not yet seen idle; one of the next takes it.
 */
void purge_lent(struct gem_bo *bo, const char *claim);

void purge_takes_dontneed(struct gem_device *dev);
void purge_spares_willneed(struct gem_device *dev);
void purge_takes_only_dontneed(struct gem_device *dev);
void purge_takes_oldest_first(struct gem_device *dev);
void purge_by_drop_caches(struct gem_device *dev);

void purged_map_is_dead(struct gem_device *dev);
void purged_map_is_dead_in_child(struct gem_device *dev);
void purged_map_is_dead_after_mremap(struct gem_device *dev);
void purged_populated_map_is_dead(struct gem_device *dev);

#endif

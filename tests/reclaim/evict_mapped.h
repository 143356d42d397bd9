/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of eviction of BOs that are mapped many times, in many places, or locked.
 */
#ifndef RECLAIM_EVICT_MAPPED_H
#define RECLAIM_EVICT_MAPPED_H

struct gem_device;

void evict_zaps_every_map(struct gem_device *dev);
void evict_disregards_mlock(struct gem_device *dev);
void evict_keeps_maps_coherent(struct gem_device *dev);

#endif

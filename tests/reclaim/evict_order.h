/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of which BO is evicted, and how much of it.
 */
#ifndef RECLAIM_EVICT_ORDER_H
#define RECLAIM_EVICT_ORDER_H

struct gem_device;

void evict_takes_large_whole(struct gem_device *dev);
void evict_spares_what_is_used(struct gem_device *dev);

#endif

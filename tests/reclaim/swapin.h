/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of evicted BOs that are used again.
 */
#ifndef RECLAIM_SWAPIN_H
#define RECLAIM_SWAPIN_H

struct gem_device;

void swapin_brings_all_back(struct gem_device *dev);
void swapin_keeps_what_was_written(struct gem_device *dev);
void swapin_for_transfer(struct gem_device *dev);
void swapin_through_split_map(struct gem_device *dev);
void swapin_repeats(struct gem_device *dev);

#endif

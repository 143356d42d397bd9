/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of evicted BOs that are used by others than the thread that owns them.
 */
#ifndef RECLAIM_SWAPIN_USE_H
#define RECLAIM_SWAPIN_USE_H

struct gem_device;

void swapin_by_system_calls(struct gem_device *dev);
void swapin_of_parent_and_child(struct gem_device *dev);
void swapin_of_lent_is_consistent(struct gem_device *dev);
void swapin_makes_all_resident(struct gem_device *dev);

#endif

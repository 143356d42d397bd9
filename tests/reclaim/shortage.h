/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of memory that is short for a cgroup, or in swap, and of processes that are killed.
 */
#ifndef RECLAIM_SHORTAGE_H
#define RECLAIM_SHORTAGE_H

struct gem_device;

void shortage_in_cgroup_stays_there(struct gem_device *dev);
void shortage_of_swap_stops_eviction(struct gem_device *dev);
void shortage_killed_in_swapin(struct gem_device *dev);

#endif

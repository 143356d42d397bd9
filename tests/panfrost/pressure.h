/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of reclaim while the GPU, or who uses it, is in trouble.
 */
#ifndef PANFROST_PRESSURE_H
#define PANFROST_PRESSURE_H

#include <stdint.h>

struct gem_device;

/** Have the shrinker of @dev look at what there is, over and over, until the clock is @end_ns. */
void keep_scanning(struct gem_device *dev, uint64_t end_ns);

void pressure_closing_beside_advice_and_scans(struct gem_device *dev);
void pressure_killed_leave_nothing(struct gem_device *dev);
void pressure_killed_as_jobs_start(struct gem_device *dev);
void pressure_closed_leave_nothing(struct gem_device *dev);
void pressure_closed_is_there_for_jobs(struct gem_device *dev);
void pressure_unmappable_leaves_nothing(struct gem_device *dev);
void pressure_shared_leaves_nothing(struct gem_device *dev);
void pressure_fdinfo_follows(struct gem_device *dev);

void pressure_asleep_is_not_woken(struct gem_device *dev);
void pressure_falling_asleep_is_no_matter(struct gem_device *dev);
void pressure_sleep_is_left_to_others(struct gem_device *dev);
void pressure_counters_beside_purges(struct gem_device *dev);
void pressure_counters_leave_nothing(struct gem_device *dev);
void pressure_counters_beside_scans(struct gem_device *dev);
void pressure_hang_is_no_obstacle(struct gem_device *dev);
void pressure_reset_is_no_obstacle(struct gem_device *dev);
void pressure_writes_to_purged_cost_nobody_else(struct gem_device *dev);
void pressure_heap_survives_failures(struct gem_device *dev);

void pressure_late_interrupt_leaves_nothing(struct gem_device *dev);

#endif

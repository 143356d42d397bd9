/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs of all sizes, from before their first use to after their end.
 */
#ifndef RECLAIM_LIVES_H
#define RECLAIM_LIVES_H

struct gem_device;

void lives_unused_is_consistent(struct gem_device *dev);
void lives_of_any_size_are_counted(struct gem_device *dev);
void lives_leave_nothing_to_the_next(struct gem_device *dev);

#endif

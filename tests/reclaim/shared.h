/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs that more than one file has, where only one of them may not speak for all.
 */
#ifndef RECLAIM_SHARED_H
#define RECLAIM_SHARED_H

struct gem_device;

void shared_cannot_be_lent(struct gem_device *dev);
void shared_lent_before_is_quiet(struct gem_device *dev);

#endif

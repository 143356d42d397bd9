/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of a machine that has next to no memory left, which it keeps back itself: so nothing
 * has to be filled, and they take a second or two whatever there is.
 */
#ifndef RECLAIM_SCARCE_H
#define RECLAIM_SCARCE_H

#include <stdint.h>

struct gem_device;

/**
 * Have the kernel keep back all memory that is free but @bytes. From then on it reclaims as on a
 * machine where others have filled the rest. Returns the change, to be undone, at the latest when
 * the subtest ends. Skips where less is free, or the kernel cannot be told so.
 */
int scarce_leave(uint64_t bytes);

void scarce_users_reclaim(struct gem_device *dev);
void scarce_huge_come_whole(struct gem_device *dev);
void scarce_lent_pay_for_new(struct gem_device *dev);
void scarce_closed_are_freed(struct gem_device *dev);
void scarce_overcommitted_are_whole(struct gem_device *dev);

#endif

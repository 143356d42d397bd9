/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of a machine that has next to no memory left, which it keeps back itself: so nothing
 * has to be filled, and they take a second or two whatever there is.
 */
#ifndef RECLAIM_SCARCE_H
#define RECLAIM_SCARCE_H

struct gem_device;

void scarce_users_reclaim(struct gem_device *dev);
void scarce_huge_come_whole(struct gem_device *dev);
void scarce_lent_pay_for_new(struct gem_device *dev);
void scarce_overcommitted_are_whole(struct gem_device *dev);

#endif

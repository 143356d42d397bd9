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
 * machine where others have filled the rest. Skips where less is free. Returns the change, for
 * igt_undo_now(); it is undone at the latest when the subtest ends.
 */
int scarce_leave(uint64_t bytes);

/**
 * Be no more likely to be killed for memory than others, until the subtest ends: tests are the
 * first, and so are their children. To be called before there are any.
 */
void scarce_offer_nobody(void);

/** For one of those: be the first to be killed. */
void scarce_offer_self(void);

/** For one of those: be killed after those who offered themselves as the first, before others. */
void scarce_offer_self_next(void);

void scarce_users_reclaim(struct gem_device *dev);
void scarce_huge_come_whole(struct gem_device *dev);
void scarce_lent_pay_for_new(struct gem_device *dev);
void scarce_closed_are_freed(struct gem_device *dev);
void scarce_overcommitted_are_whole(struct gem_device *dev);

#endif

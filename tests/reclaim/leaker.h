/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of a process that takes all memory there is, beside others who use BOs.
 */
#ifndef RECLAIM_LEAKER_H
#define RECLAIM_LEAKER_H

struct gem_device;

/* Without swap. */
void leaker_is_the_one_killed(struct gem_device *dev);

#endif

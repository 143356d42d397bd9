/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of signals that come while the kernel works for somebody.
 */
#ifndef RECLAIM_INTERRUPTED_H
#define RECLAIM_INTERRUPTED_H

struct gem_device;

void interrupted_advice_is_whole_or_none(struct gem_device *dev);

#endif

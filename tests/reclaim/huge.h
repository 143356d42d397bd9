/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs that have huge pages, because shmem has transparent huge pages.
 *
 * The kernel gives them where it can, never promises them, and splits them when it likes. Who has
 * no memory for them, or has them switched off for good, skips.
 */
#ifndef RECLAIM_HUGE_H
#define RECLAIM_HUGE_H

struct gem_device;

void huge_come_back(struct gem_device *dev);
void huge_are_purged(struct gem_device *dev);

#endif

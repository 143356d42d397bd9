/* SPDX-License-Identifier: MIT */
/**
 * Reclaim itself without memory: what brings BOs back from swap, and what takes them.
 */
#ifndef RECLAIM_INJECT_RECLAIM_H
#define RECLAIM_INJECT_RECLAIM_H

struct gem_device;

void inject_swapin(struct gem_device *dev);
void inject_touch(struct gem_device *dev);
void inject_scans(struct gem_device *dev);
void inject_purges(struct gem_device *dev);

#endif

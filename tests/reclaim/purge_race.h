/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of purges while somebody uses what is purged.
 */
#ifndef RECLAIM_PURGE_RACE_H
#define RECLAIM_PURGE_RACE_H

struct gem_device;

void purge_beside_writers(struct gem_device *dev);
void purge_under_system_calls(struct gem_device *dev);

#endif

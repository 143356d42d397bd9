/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of many fences, failed ones, and ones that come and go, and of waiting for BOs that are
 * not there.
 */
#ifndef RECLAIM_FENCES_H
#define RECLAIM_FENCES_H

struct gem_device;

void fences_failed_allow_eviction(struct gem_device *dev);
void fences_failed_allow_purge(struct gem_device *dev);
void fences_last_allows_eviction(struct gem_device *dev);
void fences_last_allows_purge(struct gem_device *dev);
void fences_come_and_go(struct gem_device *dev);
void fences_come_and_go_on_lent(struct gem_device *dev);
void fences_wait_for_evicted_moves_nothing(struct gem_device *dev);
void fences_wait_for_purged_moves_nothing(struct gem_device *dev);

#endif

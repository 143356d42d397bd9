/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of the madvise ioctl itself, for any driver that has one.
 */
#ifndef RECLAIM_MADVISE_H
#define RECLAIM_MADVISE_H

struct gem_device;

void madvise_works_on_both_nodes(struct gem_device *dev);
void madvise_refuses_unknown_handles(struct gem_device *dev);
void madvise_refuses_unknown_advice(struct gem_device *dev);
void madvise_willneed_retains(struct gem_device *dev);
void madvise_lending_frees_nothing(struct gem_device *dev);
void madvise_is_idempotent(struct gem_device *dev);
void madvise_purged_stays_purged(struct gem_device *dev);
void madvise_twice_is_counted_once(struct gem_device *dev);
void madvise_from_two_threads(struct gem_device *dev);

#endif

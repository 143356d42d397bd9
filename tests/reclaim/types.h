/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs that are made in another way than usual.
 */
#ifndef RECLAIM_TYPES_H
#define RECLAIM_TYPES_H

struct gem_device;

void types_dumb_is_purged(struct gem_device *dev);
void types_imported_is_kept(struct gem_device *dev);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs in use: behind a fence that has not signalled, or shared.
 */
#ifndef RECLAIM_BUSY_H
#define RECLAIM_BUSY_H

struct gem_device;

void busy_reading_is_kept(struct gem_device *dev);
void busy_writing_is_kept(struct gem_device *dev);
void busy_exported_is_kept(struct gem_device *dev);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs that the GPU itself reads and writes, for drivers that can make it.
 */
#ifndef RECLAIM_GPU_USE_H
#define RECLAIM_GPU_USE_H

struct gem_device;

void gpu_use_queued_is_kept(struct gem_device *dev);
void gpu_use_writing_is_kept(struct gem_device *dev);
void gpu_use_of_purged_hits_nobody(struct gem_device *dev);
void gpu_use_of_lent_is_whole_or_refused(struct gem_device *dev);

#endif

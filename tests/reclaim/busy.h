/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs in use: behind a fence that has not signalled, or shared.
 */
#ifndef RECLAIM_BUSY_H
#define RECLAIM_BUSY_H

#include <stdint.h>

#include "gem/gem_device.h"

/**
 * A mapped BO of @bytes that was filled and advised, and has the fences of @count sync_files, which
 * stay the caller's. @usage: DMA_BUF_SYNC_READ or DMA_BUF_SYNC_WRITE. It has no handle any more, so
 * that but for the fences it could be reclaimed.
 */
struct gem_bo *busy_bo(struct gem_device *dev, uint64_t bytes, enum gem_advice advice,
		       uint32_t usage, const int *fences, unsigned int count);

/**
 * Close the handle of a BO that was exported, and with it what the kernel remembers of that; a
 * dma-buf that somebody else has open goes on.
 */
void busy_leave_to_mapping(struct gem_bo *bo);

void busy_reading_is_kept(struct gem_device *dev);
void busy_writing_is_kept(struct gem_device *dev);
void busy_exported_is_kept(struct gem_device *dev);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs that have a dma-buf, and what is done with that by programs alone.
 */
#ifndef RECLAIM_EXPORTED_H
#define RECLAIM_EXPORTED_H

#include <stdint.h>

#include "gem/gem_device.h"

/**
 * A BO of @bytes that was filled and advised, and is mapped by its dma-buf alone. It is exported
 * before it is used, so that a scan that is under way does not get it.
 */
struct gem_bo *exported_bo(struct gem_device *dev, uint64_t bytes, enum gem_advice advice);

void exported_once_is_told(struct gem_device *dev, enum gem_advice advice);
void exported_map_goes_with_pages(struct gem_device *dev, enum gem_advice advice);
void exported_to_itself_is_one(struct gem_device *dev, enum gem_advice advice);
void exported_evicted_takes_fences(struct gem_device *dev);
void exported_evicted_is_accessed(struct gem_device *dev);
void exported_wrongly_is_refused(struct gem_device *dev, enum gem_advice advice);

#endif

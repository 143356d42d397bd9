/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs that another device has attached by their dma-buf.
 *
 * An export protects a BO as long as there is a handle, for with the last one the kernel forgets
 * it; an attachment protects it by itself.
 */
#ifndef RECLAIM_ATTACHED_H
#define RECLAIM_ATTACHED_H

#include "gem/gem_device.h"

void attached_is_kept(struct gem_device *dev, struct gem_device *importer, enum gem_advice advice);
void attached_ends_with_importer(struct gem_device *dev, struct gem_device *importer,
				 enum gem_advice advice);
void attached_twice_is_kept(struct gem_device *dev, struct gem_device *importer,
			    enum gem_advice advice);
void attached_comes_back(struct gem_device *dev, struct gem_device *importer,
			 enum gem_advice advice);
void attached_swapped_is_whole(struct gem_device *dev, struct gem_device *importer);
void attached_purged_is_refused(struct gem_device *dev, struct gem_device *importer);

#endif

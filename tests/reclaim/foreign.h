/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of memory that others made, and the device under test imports.
 */
#ifndef RECLAIM_FOREIGN_H
#define RECLAIM_FOREIGN_H

#include "gem/gem_device.h"

void foreign_of_device_is_kept(struct gem_device *dev, struct gem_device *exporter);
void foreign_of_heap_is_kept(struct gem_device *dev);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Somebody else who has a BO of the device under test by its dma-buf.
 *
 * An importer is a device like any other. One that attaches pins the BO; a BO of its own has the
 * pages of the exporter's. What is here does the same for those that map what they imported and
 * those that do not, and for GPUs that can be made to write and those that cannot.
 */
#ifndef RECLAIM_IMPORTER_H
#define RECLAIM_IMPORTER_H

#include "gem/gem_device.h"

struct gem_bo;

/** Devices that import BOs of others. */
struct importers {
	struct gem_device *devices[2]; /**< open */
	unsigned int count;	       /**< of them */
};

/**
 * Open those there are beside @dev, for a fixture; to be closed with importers_close(). Skips when
 * there is none.
 */
struct importers importers_open(const struct gem_device *dev);

/** Close them. */
void importers_close(struct importers *importers);

/** "vgem" or "panfrost", for dynamic subtests and messages. */
const char *importer_name(const struct gem_device *importer);

/** @bo, exported if it was not, as the importer has it: attached to it, with the same pattern. */
struct gem_bo *importer_take(struct gem_device *importer, struct gem_bo *bo);

/** Map what was imported, by the importer's node, or if it has no way, by what it exports again. */
void importer_map(struct gem_bo *theirs);

/**
 * Have the importer write into the first, the middle and the last page, by its GPU if it has one,
 * and see that it stands in the mapping of @bo, the exporter's. Marks are spared.
 */
void importer_write(struct gem_bo *theirs, struct gem_bo *bo, const char *claim);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of sharing while reclaim scans all the time.
 */
#ifndef RECLAIM_SHARE_RACE_H
#define RECLAIM_SHARE_RACE_H

#include "gem/gem_device.h"

struct importers;

void share_attach_beside_scans(struct gem_device *dev, const struct importers *importers,
			       enum gem_advice advice);
void share_leave_beside_scans(struct gem_device *dev, enum gem_advice advice);
void share_export_while_taken(struct gem_device *dev, enum gem_advice advice);
void share_both_ways_beside_scans(struct gem_device *dev, const struct importers *importers);

#endif

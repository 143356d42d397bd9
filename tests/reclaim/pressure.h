/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of a machine that runs out of memory.
 */
#ifndef RECLAIM_PRESSURE_H
#define RECLAIM_PRESSURE_H

struct gem_device;

/* Without swap. */
void pressure_takes_lent_before_killing(struct gem_device *dev);
void pressure_killing_spares_bos(struct gem_device *dev);
void pressure_without_hope_is_quiet(struct gem_device *dev);
void pressure_bos_end_with_killed(struct gem_device *dev);

/* With swap. */
void pressure_swaps_before_killing(struct gem_device *dev);

#endif

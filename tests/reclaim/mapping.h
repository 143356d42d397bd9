/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of what can be mapped of a BO, in which ways, and how all of it ends.
 */
#ifndef RECLAIM_MAPPING_H
#define RECLAIM_MAPPING_H

struct gem_device;

void mapping_odd_ways_are_refused(struct gem_device *dev);
void mapping_pieces_show_their_part(struct gem_device *dev);
void mapping_pieces_all_die(struct gem_device *dev);

#endif

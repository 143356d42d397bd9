/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of many processes that use BOs beside scans of the shrinker.
 *
 * Each process has a file of its own, and a model of what it must find: what it wrote last, and
 * what the kernel told it. All that is by random comes from IGT_SRANDOM, which every run prints.
 */
#ifndef RECLAIM_STRESS_H
#define RECLAIM_STRESS_H

struct gem_device;

void stress_lenders_find_what_they_left(struct gem_device *dev);
void stress_signals_change_nothing(struct gem_device *dev);
void stress_many_scan_at_once(struct gem_device *dev);
void stress_closed_are_gone(struct gem_device *dev);
void stress_closed_beside_lenders_are_gone(struct gem_device *dev);
void stress_drop_caches_ends(struct gem_device *dev);
void stress_kernel_tells_all_along(struct gem_device *dev);

void stress_pages_keep_their_owners(struct gem_device *dev);
void stress_swapped_keep_their_owners(struct gem_device *dev);
void stress_sent_are_whole(struct gem_device *dev);
void stress_shared_are_whole(struct gem_device *dev);
void stress_mappings_show_their_part(struct gem_device *dev);
void stress_compaction_moves_nothing_wrong(struct gem_device *dev);
void stress_swap_comes_and_goes(struct gem_device *dev);

void stress_frozen_find_what_they_left(struct gem_device *dev);

#endif

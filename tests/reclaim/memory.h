/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of where the memory of a purged BO goes: whether the machine really has it back.
 */
#ifndef RECLAIM_MEMORY_H
#define RECLAIM_MEMORY_H

struct gem_device;

void memory_of_purged_is_free(struct gem_device *dev);
void memory_of_purged_is_free_while_mapped(struct gem_device *dev);
void memory_is_not_taken_again(struct gem_device *dev);
void memory_is_uncharged_by_others(struct gem_device *dev);

#endif

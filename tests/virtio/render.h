/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs that a host renders to and from, and that are reclaimed.
 */
#ifndef VIRTIO_RENDER_H
#define VIRTIO_RENDER_H

struct gem_device;

void render_refuses_purged(struct gem_device *dev);
void render_survives_purge_of_bound(struct gem_device *dev);
void render_keeps_lent_until_done(struct gem_device *dev);
void render_forgets_purged_once(struct gem_device *dev);

void render_to_bo_survives_swap(struct gem_device *dev);
void render_brings_swapped_back(struct gem_device *dev);
void render_behind_iommu(struct gem_device *dev);
void render_into_evicted(struct gem_device *dev);
void render_takes_mixed_lists(struct gem_device *dev);
void render_waits_with_evicted(struct gem_device *dev);
void render_survives_broken_context(struct gem_device *dev);

#endif

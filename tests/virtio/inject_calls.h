/* SPDX-License-Identifier: MIT */
/**
 * The calls of virtio-gpu with allocations that fail.
 */
#ifndef VIRTIO_INJECT_CALLS_H
#define VIRTIO_INJECT_CALLS_H

struct gem_device;

void virtio_calls(struct gem_device *dev);
void virtio_jobs(struct gem_device *dev);
void virtio_job_keeps_descriptors(struct gem_device *dev);
void virtio_nothing_is_lost(struct gem_device *dev);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What virtio-gpu has and other drivers have not, for tests of its own. All of it takes BOs of a
 * device that was opened with DRIVER_VIRTIO.
 */
#ifndef GEM_VIRTGPU_H
#define GEM_VIRTGPU_H

#include <stdint.h>

struct gem_bo;

/** A part of the image that a BO of gem_bo_create() is, in pixels of 4 bytes. */
struct virtgpu_box {
	uint32_t x;	 /**< first column */
	uint32_t y;	 /**< first row */
	uint32_t width;	 /**< columns */
	uint32_t height; /**< rows */
};

/** Pixels in a row, and rows: all of the BO. */
struct virtgpu_box virtgpu_whole(const struct gem_bo *bo);

/**
 * Queue the host's reading of @box from the BO. Returns 0 or the negative errno with which the
 * kernel refuses; what the host thinks of it nobody is told.
 */
int virtgpu_transfer_to_host(const struct gem_bo *bo, struct virtgpu_box box);

/** Queue the host's writing of @box into the BO. -ENOSYS where the host renders nothing. */
int virtgpu_transfer_from_host(const struct gem_bo *bo, struct virtgpu_box box);

#endif

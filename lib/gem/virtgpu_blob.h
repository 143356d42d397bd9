/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Blob resources of virtio-gpu: memory without a format, which guest and host share.
 *
 * Where the memory is makes three kinds. Of the guest: its pages, which the host reads. Of the
 * host (host3d): memory that a renderer has allocated, which the guest maps through a window of
 * the GPU's; no page of the guest is behind it. Of both (host3d_guest): each has its own, and
 * transfers make them alike.
 */
#ifndef VIRTGPU_BLOB_H
#define VIRTGPU_BLOB_H

#include "gem/gem_bo.h"

/** Whose memory a blob has (BLOB_MEM_ in virtgpu_drm.h). */
enum virtgpu_blob {
	VIRTGPU_BLOB_GUEST = 1,	       /**< the guest's */
	VIRTGPU_BLOB_HOST3D = 2,       /**< the host's */
	VIRTGPU_BLOB_HOST3D_GUEST = 3, /**< of both */
};

/** What a kind is called in messages. */
const char *virtgpu_blob_name(enum virtgpu_blob kind);

/**
 * A blob of @bytes, a multiple of the page size, that can be mapped. Skips when this device has no
 * such blobs: those of the host, wholly or in part, take one that renders and a window on its
 * memory.
 */
struct gem_bo *virtgpu_blob_create(struct gem_device *dev, enum virtgpu_blob kind, uint64_t bytes);

#endif

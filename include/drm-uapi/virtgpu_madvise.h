/* SPDX-License-Identifier: MIT */
/**
 * The ioctl by which user space lends the memory of a virtio-gpu BO back to the kernel.
 *
 * No released kernel or libdrm has it. The numbers are those of the patch "drm/virtio: Support
 * shmem shrinking" of the series "Add generic memory shrinker to VirtIO-GPU and Panfrost DRM
 * drivers", version 19 of January 2024.
 */
#ifndef DRM_UAPI_VIRTGPU_MADVISE_H
#define DRM_UAPI_VIRTGPU_MADVISE_H

#include <virtgpu_drm.h>

#ifndef DRM_IOCTL_VIRTGPU_MADVISE

#define DRM_VIRTGPU_MADVISE 0x0c

#define VIRTGPU_MADV_WILLNEED 0
#define VIRTGPU_MADV_DONTNEED 1

struct drm_virtgpu_madvise {
	__u32 bo_handle; /* in */
	__u32 retained;	 /* out: non-zero while the contents are usable */
	__u32 madv;	 /* in: VIRTGPU_MADV_* */
	__u32 pad;	 /* must be 0 */
};

#define DRM_IOCTL_VIRTGPU_MADVISE                                                              \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VIRTGPU_MADVISE, struct drm_virtgpu_madvise)

#endif

#endif

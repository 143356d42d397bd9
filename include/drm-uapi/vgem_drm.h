/* SPDX-License-Identifier: MIT */
/**
 * The two ioctls of vgem, which libdrm has no header for: a BO is given a fence that ends when
 * user space says so. The numbers are those of include/uapi/drm/vgem_drm.h, since Linux 4.8.
 */
#ifndef DRM_UAPI_VGEM_DRM_H
#define DRM_UAPI_VGEM_DRM_H

#include <drm.h>

#define DRM_VGEM_FENCE_ATTACH 0x1
#define DRM_VGEM_FENCE_SIGNAL 0x2

#define VGEM_FENCE_WRITE 0x1

struct drm_vgem_fence_attach {
	__u32 handle;
	__u32 flags;	 /* VGEM_FENCE_WRITE: a writer's fence, else a reader's */
	__u32 out_fence; /* to be signalled */
	__u32 pad;
};

struct drm_vgem_fence_signal {
	__u32 fence;
	__u32 flags; /* must be 0 */
};

#define DRM_IOCTL_VGEM_FENCE_ATTACH                                                            \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VGEM_FENCE_ATTACH, struct drm_vgem_fence_attach)
#define DRM_IOCTL_VGEM_FENCE_SIGNAL                                                            \
	DRM_IOW(DRM_COMMAND_BASE + DRM_VGEM_FENCE_SIGNAL, struct drm_vgem_fence_signal)

#endif

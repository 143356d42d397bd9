/* SPDX-License-Identifier: MIT */
/**
 * The arguments of EXECBUFFER of virtio-gpu as they are since Linux 6.6, with syncobjs, and those
 * of transfers since 5.11, with strides, which older copies of libdrm have not.
 */
#ifndef DRM_UAPI_VIRTGPU_EXECBUFFER_H
#define DRM_UAPI_VIRTGPU_EXECBUFFER_H

#include <virtgpu_drm.h>

#ifndef VIRTGPU_EXECBUF_RING_IDX
#define VIRTGPU_EXECBUF_RING_IDX 0x04
#endif

/** A syncobj of a job: to wait for, or to be signalled. */
struct igt_virtgpu_syncobj {
	__u32 handle; /**< of the file */
	__u32 flags;  /**< 1 in one to wait for: take its fence away */
	__u64 point;  /**< of a timeline, or 0 */
};

/** IGT_VIRTGPU_SYNCOBJ_RESET of igt_virtgpu_syncobj. */
#define IGT_VIRTGPU_SYNCOBJ_RESET 1

/** The whole of the arguments. */
struct igt_virtgpu_execbuffer {
	__u32 flags;		 /**< VIRTGPU_EXECBUF_* */
	__u32 size;		 /**< of the stream, in bytes */
	__u64 command;		 /**< the stream */
	__u64 bo_handles;	 /**< of __u32 */
	__u32 num_bo_handles;	 /**< how many */
	__s32 fence_fd;		 /**< in and out */
	__u32 ring_idx;		 /**< with VIRTGPU_EXECBUF_RING_IDX */
	__u32 syncobj_stride;	 /**< the size of a struct igt_virtgpu_syncobj */
	__u32 num_in_syncobjs;	 /**< to wait for */
	__u32 num_out_syncobjs;	 /**< to be signalled */
	__u64 in_syncobjs;	 /**< of struct igt_virtgpu_syncobj */
	__u64 out_syncobjs;	 /**< likewise */
};

/** EXECBUFFER with the whole of them. */
#define IGT_IOCTL_VIRTGPU_EXECBUFFER                                                           \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VIRTGPU_EXECBUFFER, struct igt_virtgpu_execbuffer)

/** The whole of the arguments of a transfer, either way. */
struct igt_virtgpu_transfer {
	__u32 bo_handle;	       /**< of the file */
	struct drm_virtgpu_3d_box box; /**< part of the image */
	__u32 level;		       /**< of a mipmap */
	__u32 offset;		       /**< in the BO */
	__u32 stride;		       /**< of a blob; else 0 */
	__u32 layer_stride;	       /**< likewise */
};

/** TRANSFER_TO_HOST with the whole of them. */
#define IGT_IOCTL_VIRTGPU_TRANSFER_TO_HOST                                                     \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VIRTGPU_TRANSFER_TO_HOST, struct igt_virtgpu_transfer)
/** TRANSFER_FROM_HOST with the whole of them. */
#define IGT_IOCTL_VIRTGPU_TRANSFER_FROM_HOST                                                   \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VIRTGPU_TRANSFER_FROM_HOST, struct igt_virtgpu_transfer)

#endif

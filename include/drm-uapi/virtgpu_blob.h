/* SPDX-License-Identifier: MIT */
/**
 * What the uAPI of virtio-gpu has had since Linux 5.11 (blob resources) and 5.16 (kinds of
 * context), and older copies of libdrm have not.
 */
#ifndef DRM_UAPI_VIRTGPU_BLOB_H
#define DRM_UAPI_VIRTGPU_BLOB_H

#include <virtgpu_drm.h>

#ifndef VIRTGPU_PARAM_RESOURCE_BLOB
#define VIRTGPU_PARAM_RESOURCE_BLOB 3
#define VIRTGPU_PARAM_HOST_VISIBLE 4
#endif
#ifndef VIRTGPU_PARAM_CONTEXT_INIT
#define VIRTGPU_PARAM_CONTEXT_INIT 6
#define VIRTGPU_PARAM_SUPPORTED_CAPSET_IDs 7 /* a mask of 1 << id */
#endif

#ifndef DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB

#define DRM_VIRTGPU_RESOURCE_CREATE_BLOB 0x0a

#define VIRTGPU_BLOB_MEM_GUEST 1
#define VIRTGPU_BLOB_MEM_HOST3D 2
#define VIRTGPU_BLOB_MEM_HOST3D_GUEST 3

#define VIRTGPU_BLOB_FLAG_USE_MAPPABLE 1
#define VIRTGPU_BLOB_FLAG_USE_SHAREABLE 2

struct drm_virtgpu_resource_create_blob {
	__u32 blob_mem;
	__u32 blob_flags;
	__u32 bo_handle;  /* out */
	__u32 res_handle; /* out */
	__u64 size;
	__u32 pad;
	__u32 cmd_size; /* bytes; commands that make what blob_id names */
	__u64 cmd;
	__u64 blob_id;
};

#define DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB                                                 \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VIRTGPU_RESOURCE_CREATE_BLOB,                          \
		 struct drm_virtgpu_resource_create_blob)

#endif

#ifndef DRM_IOCTL_VIRTGPU_CONTEXT_INIT

#define DRM_VIRTGPU_CONTEXT_INIT 0x0b

#define VIRTGPU_CONTEXT_PARAM_CAPSET_ID 1

struct drm_virtgpu_context_set_param {
	__u64 param;
	__u64 value;
};

struct drm_virtgpu_context_init {
	__u32 num_params;
	__u32 pad;
	__u64 ctx_set_params; /* of struct drm_virtgpu_context_set_param */
};

#define DRM_IOCTL_VIRTGPU_CONTEXT_INIT                                                         \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VIRTGPU_CONTEXT_INIT, struct drm_virtgpu_context_init)

#endif

#endif

/* SPDX-License-Identifier: MIT */
/**
 * The ioctls of panfrost. libdrm does not ship its header, and the kernel's own is not installed
 * everywhere, nor new enough for all of them. Numbers and layouts are those of Linux 6.12, and of
 * 6.16 for SET_LABEL_BO.
 */
#ifndef DRM_UAPI_PANFROST_DRM_H
#define DRM_UAPI_PANFROST_DRM_H

#include <drm.h>

#define DRM_PANFROST_SUBMIT 0x00
#define DRM_PANFROST_WAIT_BO 0x01
#define DRM_PANFROST_CREATE_BO 0x02
#define DRM_PANFROST_MMAP_BO 0x03
#define DRM_PANFROST_GET_PARAM 0x04
#define DRM_PANFROST_GET_BO_OFFSET 0x05
/** This and the next only with the module's parameter unstable_ioctls. */
#define DRM_PANFROST_PERFCNT_ENABLE 0x06
#define DRM_PANFROST_PERFCNT_DUMP 0x07
#define DRM_PANFROST_MADVISE 0x08
#define DRM_PANFROST_SET_LABEL_BO 0x09

/** For the slot of fragment jobs; all others go to that of vertex and tiler jobs. */
#define PANFROST_JD_REQ_FS (1 << 0)

struct drm_panfrost_submit {
	__u64 jc;	       /* GPU address of the first job descriptor, 0 is refused */
	__u64 in_syncs;	       /* array of __u32 syncobj handles */
	__u32 in_sync_count;
	__u32 out_sync;	       /* syncobj handle, 0: none */
	__u64 bo_handles;      /* array of __u32 */
	__u32 bo_handle_count;
	__u32 requirements;    /* PANFROST_JD_REQ_* */
};

struct drm_panfrost_wait_bo {
	__u32 handle;
	__u32 pad;
	__s64 timeout_ns; /* when, by CLOCK_MONOTONIC; what is past: do not wait */
};

#define PANFROST_BO_NOEXEC 1
/** Pages come by faults of the GPU, 2 MiB at a time. Only with NOEXEC. */
#define PANFROST_BO_HEAP 2

struct drm_panfrost_create_bo {
	__u32 size;
	__u32 flags; /* PANFROST_BO_* */
	__u32 handle; /* out */
	__u32 pad;
	__u64 offset; /* out: GPU address in this file's address space, never 0 */
};

struct drm_panfrost_mmap_bo {
	__u32 handle;
	__u32 flags;  /* none exists */
	__u64 offset; /* out: for mmap() */
};

/* Those that the suite asks for; the kernel has some forty. */
enum drm_panfrost_param {
	DRM_PANFROST_PARAM_GPU_PROD_ID,
	DRM_PANFROST_PARAM_GPU_REVISION,
	DRM_PANFROST_PARAM_SHADER_PRESENT,
	DRM_PANFROST_PARAM_TILER_PRESENT,
	DRM_PANFROST_PARAM_L2_PRESENT,
	DRM_PANFROST_PARAM_STACK_PRESENT,
	DRM_PANFROST_PARAM_AS_PRESENT,
	DRM_PANFROST_PARAM_JS_PRESENT,
	DRM_PANFROST_PARAM_MMU_FEATURES = 12,
};

struct drm_panfrost_get_param {
	__u32 param;
	__u32 pad;
	__u64 value;
};

struct drm_panfrost_get_bo_offset {
	__u32 handle;
	__u32 pad;
	__u64 offset; /* out: as of drm_panfrost_create_bo */
};

#define PANFROST_MADV_WILLNEED 0
#define PANFROST_MADV_DONTNEED 1

struct drm_panfrost_madvise {
	__u32 handle;
	__u32 madv;	/* PANFROST_MADV_* */
	__u32 retained; /* out: non-zero while the contents are usable */
};

struct drm_panfrost_perfcnt_enable {
	__u32 enable;	  /* 0: take the counters from this file again */
	__u32 counterset; /* Bifrost has two */
};

struct drm_panfrost_perfcnt_dump {
	__u64 buf_ptr; /* as large as this GPU's counters are, which nobody tells */
};

struct drm_panfrost_set_label_bo {
	__u32 handle;
	__u32 pad;
	__u64 label; /* pointer to a string, or 0 for none */
};

#define DRM_IOCTL_PANFROST_SUBMIT                                                              \
	DRM_IOW(DRM_COMMAND_BASE + DRM_PANFROST_SUBMIT, struct drm_panfrost_submit)
#define DRM_IOCTL_PANFROST_WAIT_BO                                                             \
	DRM_IOW(DRM_COMMAND_BASE + DRM_PANFROST_WAIT_BO, struct drm_panfrost_wait_bo)
#define DRM_IOCTL_PANFROST_CREATE_BO                                                           \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_PANFROST_CREATE_BO, struct drm_panfrost_create_bo)
#define DRM_IOCTL_PANFROST_MMAP_BO                                                             \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_PANFROST_MMAP_BO, struct drm_panfrost_mmap_bo)
#define DRM_IOCTL_PANFROST_GET_PARAM                                                           \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_PANFROST_GET_PARAM, struct drm_panfrost_get_param)
#define DRM_IOCTL_PANFROST_GET_BO_OFFSET                                                       \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_PANFROST_GET_BO_OFFSET,                                \
		 struct drm_panfrost_get_bo_offset)
#define DRM_IOCTL_PANFROST_PERFCNT_ENABLE                                                      \
	DRM_IOW(DRM_COMMAND_BASE + DRM_PANFROST_PERFCNT_ENABLE,                                \
		struct drm_panfrost_perfcnt_enable)
#define DRM_IOCTL_PANFROST_PERFCNT_DUMP                                                        \
	DRM_IOW(DRM_COMMAND_BASE + DRM_PANFROST_PERFCNT_DUMP, struct drm_panfrost_perfcnt_dump)
#define DRM_IOCTL_PANFROST_MADVISE                                                             \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_PANFROST_MADVISE, struct drm_panfrost_madvise)
#define DRM_IOCTL_PANFROST_SET_LABEL_BO                                                        \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_PANFROST_SET_LABEL_BO,                                 \
		 struct drm_panfrost_set_label_bo)

#endif

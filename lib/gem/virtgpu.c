/* SPDX-License-Identifier: MIT */
/**
 * virtio-gpu: all that the suite knows about this driver.
 *
 * BOs are 2D resources made with RESOURCE_CREATE, which every host takes, also one that renders
 * nothing. A row of the image is 4 KiB, so n rows are n pages of backing, exactly. What a host
 * that renders can do with them is in virgl/virgl.h.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <xf86drm.h>

#include "drm-uapi/virtgpu_madvise.h"
#include "drmtest.h"
#include "gem/gem_bo.h"
#include "gem/virtgpu.h"
#include "igt_aux.h"
#include "virgl/virgl_cmd.h"

#define WIDTH 1024u
#define ROW_BYTES (WIDTH * 4)

/*
 * QEMU refuses a backing of more than 16384 pieces, and memory may be in pieces of one page; GPUs
 * behind virgl may refuse more than 16384 rows. Its 2D device keeps a copy of each image on the
 * host and refuses more than max_hostmem, 256 MiB by default, in which others have a share.
 */
#define MAX_ROWS 16384u
#define MAX_ALL_BYTES MiB(200)

static int virtgpu_madvise(int fd, uint32_t handle, uint32_t advice, uint32_t *retained)
{
	struct drm_virtgpu_madvise args = {
		.bo_handle = handle,
		.retained = *retained,
		.madv = advice,
	};
	int r = ioctl(fd, DRM_IOCTL_VIRTGPU_MADVISE, &args) < 0 ? -errno : 0;

	*retained = args.retained;
	return r;
}

static const struct gem_madvise_ioctl virtgpu_madvise_ioctl = {
	.request = DRM_IOCTL_VIRTGPU_MADVISE,
	.bytes = sizeof(struct drm_virtgpu_madvise),
	.handle = offsetof(struct drm_virtgpu_madvise, bo_handle),
	.advice = offsetof(struct drm_virtgpu_madvise, madv),
	.retained = offsetof(struct drm_virtgpu_madvise, retained),
	.pad = offsetof(struct drm_virtgpu_madvise, pad),
};

/*
 * There is no GETPARAM for madvise, on purpose: handle 0 never exists, so a kernel that has the
 * ioctl answers ENOENT, and one that has not EINVAL, as for any unknown ioctl. A kernel with some
 * other answer has the ioctl too, and is for the tests to judge.
 */
static bool has_madvise(int fd)
{
	uint32_t retained = 0;

	return virtgpu_madvise(fd, 0, VIRTGPU_MADV_WILLNEED, &retained) != -EINVAL;
}

static void virtgpu_get_caps(int fd, struct gem_caps *ret_caps)
{
	/* The kernel stores an int, whatever the field's width. */
	int has_3d = 0;
	struct drm_virtgpu_getparam param = {
		.param = VIRTGPU_PARAM_3D_FEATURES,
		.value = (uintptr_t)&has_3d,
	};

	if (drmIoctl(fd, DRM_IOCTL_VIRTGPU_GETPARAM, &param) < 0)
		has_3d = 0;
	*ret_caps = (struct gem_caps){
		.madvise = has_madvise(fd),
		.gpu_3d = has_3d,
		.max_bo_bytes = (uint64_t)MAX_ROWS * ROW_BYTES,
		.max_all_bytes = MAX_ALL_BYTES,
	};
}

static int virtgpu_bo_create(int fd, uint64_t bytes, uint32_t *ret_handle)
{
	struct drm_virtgpu_resource_create args = {
		.target = VIRGL_TARGET_2D,
		.format = VIRGL_FORMAT_B8G8R8A8_UNORM,
		.bind = VIRGL_BIND_RENDER_TARGET | VIRGL_BIND_SAMPLER_VIEW,
		.width = WIDTH,
		.height = bytes / ROW_BYTES,
		.depth = 1,
		.array_size = 1,
		.size = bytes,
		.stride = ROW_BYTES,
	};

	if (bytes == 0 || bytes % ROW_BYTES || bytes > (uint64_t)MAX_ROWS * ROW_BYTES)
		return -EINVAL;
	if (drmIoctl(fd, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE, &args) < 0)
		return -errno;
	*ret_handle = args.bo_handle;
	return 0;
}

static int virtgpu_bo_map_offset(int fd, uint32_t handle, uint64_t *ret_offset)
{
	struct drm_virtgpu_map args = {.handle = handle};

	if (drmIoctl(fd, DRM_IOCTL_VIRTGPU_MAP, &args) < 0)
		return -errno;
	*ret_offset = args.offset;
	return 0;
}

/* The kernel blocks for 15 s at most, then returns EBUSY. */
static int virtgpu_bo_wait(int fd, uint32_t handle, bool block)
{
	struct drm_virtgpu_3d_wait args = {
		.handle = handle,
		.flags = block ? 0 : VIRTGPU_WAIT_NOWAIT,
	};

	return drmIoctl(fd, DRM_IOCTL_VIRTGPU_WAIT, &args) < 0 ? -errno : 0;
}

static struct virtgpu_box rows_of(uint64_t bytes)
{
	return (struct virtgpu_box){.width = WIDTH, .height = bytes / ROW_BYTES};
}

static int transfer_to_host(int fd, uint32_t handle, struct virtgpu_box box)
{
	struct drm_virtgpu_3d_transfer_to_host args = {
		.bo_handle = handle,
		.box = {.x = box.x, .y = box.y, .w = box.width, .h = box.height, .d = 1},
		.offset = box.y * ROW_BYTES + box.x * (ROW_BYTES / WIDTH),
	};

	return drmIoctl(fd, DRM_IOCTL_VIRTGPU_TRANSFER_TO_HOST, &args) < 0 ? -errno : 0;
}

static int virtgpu_bo_flush(int fd, uint32_t handle, uint64_t bytes)
{
	return transfer_to_host(fd, handle, rows_of(bytes));
}

struct virtgpu_box virtgpu_whole(const struct gem_bo *bo)
{
	return rows_of(bo->bytes);
}

int virtgpu_transfer_to_host(const struct gem_bo *bo, struct virtgpu_box box)
{
	return transfer_to_host(bo->dev->fd, bo->handle, box);
}

int virtgpu_transfer_from_host(const struct gem_bo *bo, struct virtgpu_box box)
{
	struct drm_virtgpu_3d_transfer_from_host args = {
		.bo_handle = bo->handle,
		.box = {.x = box.x, .y = box.y, .w = box.width, .h = box.height, .d = 1},
		.offset = box.y * ROW_BYTES + box.x * (ROW_BYTES / WIDTH),
	};

	return drmIoctl(bo->dev->fd, DRM_IOCTL_VIRTGPU_TRANSFER_FROM_HOST, &args) < 0 ? -errno : 0;
}

const struct gem_ops gem_virtgpu_ops = {
	.chipset = DRIVER_VIRTIO,
	.no_madvise = "virtio-gpu has no MADVISE ioctl: this kernel lacks the generic DRM shmem "
		      "shrinker series (kernel/build makes one that has it)",
	.get_caps = virtgpu_get_caps,
	.bo_create = virtgpu_bo_create,
	.bo_map_offset = virtgpu_bo_map_offset,
	.bo_madvise = virtgpu_madvise,
	.madvise_ioctl = &virtgpu_madvise_ioctl,
	.bo_wait = virtgpu_bo_wait,
	.bo_flush = virtgpu_bo_flush,
};

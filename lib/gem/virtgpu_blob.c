/* SPDX-License-Identifier: MIT */
/**
 * The making of blobs.
 */
#define IGT_LOG_DOMAIN "virtgpu_blob"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <xf86drm.h>

#include "drm-uapi/virtgpu_blob.h"
#include "gem/virtgpu_blob.h"
#include "igt_core.h"
#include "virgl/virgl_cmd.h"

const char *virtgpu_blob_name(enum virtgpu_blob kind)
{
	static const char *const names[] = {
		[VIRTGPU_BLOB_GUEST] = "guest",
		[VIRTGPU_BLOB_HOST3D] = "host3d",
		[VIRTGPU_BLOB_HOST3D_GUEST] = "host3d-guest",
	};

	return names[kind];
}

static bool has(const struct gem_device *dev, uint64_t what)
{
	/* The kernel stores an int, whatever the field's width. */
	int value = 0;
	struct drm_virtgpu_getparam param = {.param = what, .value = (uintptr_t)&value};

	return drmIoctl(dev->fd, DRM_IOCTL_VIRTGPU_GETPARAM, &param) == 0 && value;
}

struct gem_bo *virtgpu_blob_create(struct gem_device *dev, enum virtgpu_blob kind, uint64_t bytes)
{
	/* The context's name for what is to become a blob. */
	static uint32_t next_id = 1;
	const bool host = kind != VIRTGPU_BLOB_GUEST;
	struct drm_virtgpu_resource_create_blob args = {
		.blob_mem = kind,
		.blob_flags = VIRTGPU_BLOB_FLAG_USE_MAPPABLE,
		.size = bytes,
		.blob_id = host ? next_id++ : 0,
	};
	struct virgl_cmds cmds = {0};
	struct gem_bo *bo;
	int r;

	errno = 0;
	igt_require_f(has(dev, VIRTGPU_PARAM_RESOURCE_BLOB),
		      "This virtio-gpu has no blob resources (igt_guest --gpu blob)\n");
	igt_require_f(!host || (dev->caps.gpu_3d && has(dev, VIRTGPU_PARAM_HOST_VISIBLE)),
		      "The host of this virtio-gpu renders nothing, or shows no memory of its own: "
		      "it has no %s blobs\n", virtgpu_blob_name(kind));
	if (host) {
		virgl_cmd_create_buffer(&cmds, (uint32_t)bytes, (uint32_t)args.blob_id);
		args.cmd = (uintptr_t)cmds.words;
		args.cmd_size = (uint32_t)(cmds.count * sizeof(uint32_t));
	}
	r = drmIoctl(dev->fd, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB, &args) < 0 ? -errno : 0;
	virgl_cmds_clear(&cmds);
	errno = 0;
	igt_require_f(r != -ENOMEM, "No memory for a blob of %" PRIu64 " bytes\n", bytes);
	igt_assert_f(r == 0, "creating a %s blob of %" PRIu64 " bytes: %s\n",
		     virtgpu_blob_name(kind), bytes, strerror(-r));
	bo = gem_bo_adopt(dev, args.bo_handle, bytes);
	gem_bo_label(bo, "%s blob %u", virtgpu_blob_name(kind), bo->pattern.bo);
	return bo;
}

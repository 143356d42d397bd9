/* SPDX-License-Identifier: MIT */
/**
 * The ioctls of panfrost.
 */
#define IGT_LOG_DOMAIN "igt_panfrost"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xf86drm.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "igt_panfrost.h"

int __igt_panfrost_create_bo(int fd, uint32_t size, uint32_t flags, uint32_t pad,
			     struct drm_panfrost_create_bo *ret_created)
{
	struct drm_panfrost_create_bo args = {.size = size, .flags = flags, .pad = pad};

	if (drmIoctl(fd, DRM_IOCTL_PANFROST_CREATE_BO, &args) < 0)
		return -errno;
	*ret_created = args;
	return 0;
}

struct panfrost_bo *igt_panfrost_bo_new(int fd, size_t size, uint32_t flags)
{
	struct drm_panfrost_create_bo created = {0};
	struct panfrost_bo *bo;
	int r;

	r = __igt_panfrost_create_bo(fd, (uint32_t)size, flags, 0, &created);
	errno = 0;
	igt_require_f(r != -ENOMEM, "No memory for a BO of %zu bytes\n", size);
	igt_assert_f(r == 0, "creating a BO of %zu bytes, flags %#x: %s\n", size, flags,
		     strerror(-r));
	bo = calloc(1, sizeof(*bo));
	igt_assert(bo);
	*bo = (struct panfrost_bo){
		.handle = created.handle,
		.offset = created.offset,
		.size = (uint32_t)size,
	};
	return bo;
}

struct panfrost_bo *igt_panfrost_gem_new(int fd, size_t size)
{
	return igt_panfrost_bo_new(fd, size, 0);
}

void igt_panfrost_free_bo(int fd, struct panfrost_bo *bo)
{
	struct drm_gem_close args;

	if (!bo)
		return;
	if (bo->map)
		munmap(bo->map, bo->size);
	args = (struct drm_gem_close){.handle = bo->handle};
	if (drmIoctl(fd, DRM_IOCTL_GEM_CLOSE, &args) < 0)
		igt_warn("closing handle %u: %m\n", bo->handle);
	free(bo);
}

int __igt_panfrost_mmap_offset(int fd, uint32_t handle, uint32_t flags, uint64_t *ret_offset)
{
	struct drm_panfrost_mmap_bo args = {.handle = handle, .flags = flags};

	if (drmIoctl(fd, DRM_IOCTL_PANFROST_MMAP_BO, &args) < 0)
		return -errno;
	*ret_offset = args.offset;
	return 0;
}

void *igt_panfrost_mmap_bo(int fd, uint32_t handle, uint32_t size, unsigned int prot)
{
	uint64_t offset = 0;
	void *map;
	int r;

	r = __igt_panfrost_mmap_offset(fd, handle, 0, &offset);
	igt_assert_f(r == 0, "MMAP_BO of handle %u: %s\n", handle, strerror(-r));
	map = mmap(NULL, size, (int)prot, MAP_SHARED, fd, (off_t)offset);
	igt_assert_f(map != MAP_FAILED, "mmap of handle %u: %s\n", handle, strerror(errno));
	return map;
}

void igt_panfrost_bo_mmap(int fd, struct panfrost_bo *bo)
{
	if (!bo->map)
		bo->map = igt_panfrost_mmap_bo(fd, bo->handle, bo->size, PROT_READ | PROT_WRITE);
}

int __igt_panfrost_get_param(int fd, uint32_t param, uint64_t *ret_value)
{
	struct drm_panfrost_get_param args = {.param = param};

	if (drmIoctl(fd, DRM_IOCTL_PANFROST_GET_PARAM, &args) < 0)
		return -errno;
	*ret_value = args.value;
	return 0;
}

uint64_t igt_panfrost_get_param(int fd, uint32_t param)
{
	uint64_t value = 0;
	int r = __igt_panfrost_get_param(fd, param, &value);

	igt_assert_f(r == 0, "GET_PARAM %u: %s\n", param, strerror(-r));
	return value;
}

int __igt_panfrost_get_bo_offset(int fd, uint32_t handle, uint64_t *ret_offset)
{
	struct drm_panfrost_get_bo_offset args = {.handle = handle};

	if (drmIoctl(fd, DRM_IOCTL_PANFROST_GET_BO_OFFSET, &args) < 0)
		return -errno;
	*ret_offset = args.offset;
	return 0;
}

uint64_t igt_panfrost_get_bo_offset(int fd, uint32_t handle)
{
	uint64_t offset = 0;
	int r = __igt_panfrost_get_bo_offset(fd, handle, &offset);

	igt_assert_f(r == 0, "GET_BO_OFFSET of handle %u: %s\n", handle, strerror(-r));
	return offset;
}

int __igt_panfrost_set_label(int fd, uint32_t handle, const char *label)
{
	struct drm_panfrost_set_label_bo args = {.handle = handle, .label = (uintptr_t)label};

	return drmIoctl(fd, DRM_IOCTL_PANFROST_SET_LABEL_BO, &args) < 0 ? -errno : 0;
}

int __igt_panfrost_wait_bo(int fd, uint32_t handle, unsigned int timeout_ms)
{
	struct drm_panfrost_wait_bo args = {
		.handle = handle,
		.timeout_ns = timeout_ms ? (int64_t)igt_now_ns() + timeout_ms * INT64_C(1000000)
					 : 0,
	};

	return drmIoctl(fd, DRM_IOCTL_PANFROST_WAIT_BO, &args) < 0 ? -errno : 0;
}

int __igt_panfrost_submit(int fd, const struct panfrost_submission *submit)
{
	const uint32_t wait_for = submit->wait_for;
	struct drm_panfrost_submit args = {
		.jc = submit->jobs,
		.in_syncs = (uintptr_t)&wait_for,
		.in_sync_count = wait_for ? 1 : 0,
		.out_sync = submit->signals,
		.bo_handles = (uintptr_t)submit->handles,
		.bo_handle_count = submit->handle_count,
		.requirements = submit->requirements,
	};

	return drmIoctl(fd, DRM_IOCTL_PANFROST_SUBMIT, &args) < 0 ? -errno : 0;
}

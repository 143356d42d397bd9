/* SPDX-License-Identifier: MIT */
/**
 * vgem: dumb buffers and the two ioctls for fences.
 */
#include <drm-uapi/vgem_drm.h>
#include <drm_mode.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "igt_core.h"
#include "igt_ioctl.h"
#include "igt_kms.h"
#include "igt_vgem.h"
#include "ioctl_wrappers.h"

static int call(int fd, unsigned long request, void *args)
{
	int r = igt_ioctl(fd, request, args) < 0 ? -errno : 0;

	errno = 0;
	return r;
}

int __vgem_create(int fd, struct vgem_bo *bo)
{
	unsigned int pitch;
	int r;

	r = __kmstest_dumb_create(fd, (int)bo->width, (int)bo->height, (int)bo->bpp, &pitch,
				  &bo->size, &bo->handle);
	if (r == 0)
		bo->pitch = pitch;
	return r;
}

void vgem_create(int fd, struct vgem_bo *bo)
{
	int r = __vgem_create(fd, bo);

	igt_assert_f(r == 0, "creating a vgem BO of %ux%u pixels: %s\n", bo->width, bo->height,
		     strerror(-r));
}

void *__vgem_mmap(int fd, struct vgem_bo *bo, unsigned int prot)
{
	struct drm_mode_map_dumb args = {.handle = bo->handle};
	void *map;

	if (igt_ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &args) < 0)
		return NULL;
	map = mmap(NULL, bo->size, (int)prot, MAP_SHARED, fd, (off_t)args.offset);
	return map == MAP_FAILED ? NULL : map;
}

void *vgem_mmap(int fd, struct vgem_bo *bo, unsigned int prot)
{
	void *map = __vgem_mmap(fd, bo, prot);

	igt_assert_f(map, "mapping a vgem BO: %s\n", strerror(errno));
	return map;
}

int __vgem_fence_attach(int fd, struct vgem_bo *bo, unsigned int flags, uint32_t *ret_fence)
{
	struct drm_vgem_fence_attach args = {.handle = bo->handle, .flags = flags};
	int r = call(fd, DRM_IOCTL_VGEM_FENCE_ATTACH, &args);

	if (r == 0)
		*ret_fence = args.out_fence;
	return r;
}

uint32_t vgem_fence_attach(int fd, struct vgem_bo *bo, unsigned int flags)
{
	uint32_t fence = 0;
	int r = __vgem_fence_attach(fd, bo, flags, &fence);

	igt_assert_f(r == 0, "putting a fence on a vgem BO: %s\n", strerror(-r));
	igt_assert_neq_u32(fence, 0);
	return fence;
}

int __vgem_fence_signal(int fd, uint32_t fence)
{
	struct drm_vgem_fence_signal args = {.fence = fence};

	return call(fd, DRM_IOCTL_VGEM_FENCE_SIGNAL, &args);
}

void vgem_fence_signal(int fd, uint32_t fence)
{
	int r = __vgem_fence_signal(fd, fence);

	igt_assert_f(r == 0, "signalling a fence of vgem's: %s\n", strerror(-r));
}

bool vgem_has_fences(int fd)
{
	/* 0 is no fence: a kernel that has fences says so, an older one knows no such ioctl. */
	return __vgem_fence_signal(fd, 0) == -ENOENT;
}

bool vgem_fence_has_flag(int fd, unsigned int flags)
{
	struct vgem_bo bo = {.width = 1, .height = 1, .bpp = 32};
	uint32_t fence;
	bool taken;

	if (__vgem_create(fd, &bo) < 0)
		return false;
	taken = __vgem_fence_attach(fd, &bo, flags, &fence) == 0;
	if (taken)
		vgem_fence_signal(fd, fence);
	gem_close(fd, bo.handle);
	return taken;
}

/* SPDX-License-Identifier: MIT */
/**
 * vgem, the driver without hardware: somebody who makes BOs and takes those of others.
 *
 * It has no shrinker and takes no advice, so its BOs are what a test shares with, not what it is
 * about. What it has imported it maps for nobody: that is done through the dma-buf.
 */
#include <errno.h>
#include <limits.h>
#include <xf86drm.h>

#include "drmtest.h"
#include "gem/gem_device.h"
#include "igt_aux.h"
#include "igt_kms.h"

/* A row of the dumb buffer is as long as a page. */
#define ROW_BYTES KiB(4)
#define MAX_BO_BYTES MiB(256)

static void vgem_get_caps(int fd, struct gem_caps *ret_caps)
{
	(void)fd;
	*ret_caps = (struct gem_caps){.max_bo_bytes = MAX_BO_BYTES, .max_all_bytes = UINT64_MAX};
}

static int vgem_bo_create(int fd, uint64_t bytes, uint32_t *ret_handle)
{
	if (bytes == 0 || bytes % ROW_BYTES || bytes > MAX_BO_BYTES)
		return -EINVAL;
	return __kmstest_dumb_create(fd, ROW_BYTES / 4, (int)(bytes / ROW_BYTES), 32, NULL, NULL,
				     ret_handle);
}

static int vgem_bo_map_offset(int fd, uint32_t handle, uint64_t *ret_offset)
{
	struct drm_mode_map_dumb args = {.handle = handle};

	if (drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &args) < 0)
		return -errno;
	*ret_offset = args.offset;
	return 0;
}

static int vgem_bo_madvise(int fd, uint32_t handle, uint32_t advice, uint32_t *retained)
{
	(void)fd;
	(void)handle;
	(void)advice;
	(void)retained;
	return -ENOTTY;
}

/* There is nobody who could use it. */
static int vgem_bo_wait(int fd, uint32_t handle, bool block)
{
	(void)fd;
	(void)handle;
	(void)block;
	return 0;
}

const struct gem_ops gem_vgem_ops = {
	.chipset = DRIVER_VGEM,
	.no_madvise = "vgem has no MADVISE ioctl",
	.get_caps = vgem_get_caps,
	.bo_create = vgem_bo_create,
	.bo_map_offset = vgem_bo_map_offset,
	.bo_madvise = vgem_bo_madvise,
	.bo_wait = vgem_bo_wait,
};

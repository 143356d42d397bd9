/* SPDX-License-Identifier: MIT */
/**
 * BO handles, dma-bufs and framebuffers.
 */
#include <drm.h>
#include <drm_mode.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <unistd.h>

#include "igt_core.h"
#include "ioctl_wrappers.h"

void gem_close(int fd, uint32_t handle)
{
	struct drm_gem_close args = {.handle = handle};

	igt_assert_neq_u32(handle, 0);
	do_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &args);
}

uint32_t gem_flink(int fd, uint32_t handle)
{
	struct drm_gem_flink args = {.handle = handle};

	do_ioctl(fd, DRM_IOCTL_GEM_FLINK, &args);
	return args.name;
}

uint32_t gem_open(int fd, uint32_t name)
{
	struct drm_gem_open args = {.name = name};

	do_ioctl(fd, DRM_IOCTL_GEM_OPEN, &args);
	igt_assert_neq_u32(args.handle, 0);
	return args.handle;
}

int prime_handle_to_fd(int fd, uint32_t handle)
{
	struct drm_prime_handle args = {.handle = handle, .flags = DRM_CLOEXEC, .fd = -1};

	do_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);
	return args.fd;
}

int prime_handle_to_fd_for_mmap(int fd, uint32_t handle)
{
	struct drm_prime_handle args = {
		.handle = handle,
		.flags = DRM_CLOEXEC | DRM_RDWR,
		.fd = -1,
	};

	return igt_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args) < 0 ? -1 : args.fd;
}

uint32_t prime_fd_to_handle(int fd, int dma_buf_fd)
{
	struct drm_prime_handle args = {.fd = dma_buf_fd};

	do_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);
	return args.handle;
}

off_t prime_get_size(int dma_buf_fd)
{
	off_t bytes = lseek(dma_buf_fd, 0, SEEK_END);

	igt_assert_f(bytes >= 0, "size of a dma-buf: %s\n", strerror(errno));
	return bytes;
}

static void sync_dma_buf(int dma_buf_fd, uint64_t phase, bool write)
{
	struct dma_buf_sync args = {
		.flags = phase | DMA_BUF_SYNC_READ | (write ? DMA_BUF_SYNC_WRITE : 0),
	};

	do_ioctl(dma_buf_fd, DMA_BUF_IOCTL_SYNC, &args);
}

void prime_sync_start(int dma_buf_fd, bool write)
{
	sync_dma_buf(dma_buf_fd, DMA_BUF_SYNC_START, write);
}

void prime_sync_end(int dma_buf_fd, bool write)
{
	sync_dma_buf(dma_buf_fd, DMA_BUF_SYNC_END, write);
}

int __kms_addfb(int fd, uint32_t handle, uint32_t width, uint32_t height, uint32_t pixel_format,
		uint64_t modifier, uint32_t strides[4], uint32_t offsets[4], int num_planes,
		uint32_t flags, uint32_t *buf_id)
{
	struct drm_mode_fb_cmd2 args = {
		.width = width,
		.height = height,
		.pixel_format = pixel_format,
		.flags = flags,
	};
	int r;

	for (int plane = 0; plane < num_planes; plane++) {
		args.handles[plane] = handle;
		args.pitches[plane] = strides[plane];
		args.offsets[plane] = offsets ? offsets[plane] : 0;
		args.modifier[plane] = flags & DRM_MODE_FB_MODIFIERS ? modifier : 0;
	}
	r = igt_ioctl(fd, DRM_IOCTL_MODE_ADDFB2, &args) < 0 ? -errno : 0;
	errno = 0;
	if (r == 0)
		*buf_id = args.fb_id;
	return r;
}

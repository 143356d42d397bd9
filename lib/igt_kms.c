/* SPDX-License-Identifier: MIT */
/**
 * Dumb buffers, and the mode of the console.
 */
#define IGT_LOG_DOMAIN "igt_kms"
#include <drm.h>
#include <drm_mode.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_ioctl.h"
#include "igt_kms.h"

#define CONSOLE "/dev/tty0"

int __kmstest_dumb_create(int fd, int width, int height, int bpp, unsigned int *stride,
			  uint64_t *size, uint32_t *handle)
{
	struct drm_mode_create_dumb args = {
		.width = (uint32_t)width,
		.height = (uint32_t)height,
		.bpp = (uint32_t)bpp,
	};
	int r = igt_ioctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &args) < 0 ? -errno : 0;

	errno = 0;
	if (r < 0)
		return r;
	*handle = args.handle;
	if (stride)
		*stride = args.pitch;
	if (size)
		*size = args.size;
	return 0;
}

uint32_t kmstest_dumb_create(int fd, int width, int height, int bpp, unsigned int *stride,
			     uint64_t *size)
{
	uint32_t handle = 0;
	int r = __kmstest_dumb_create(fd, width, height, bpp, stride, size, &handle);

	igt_assert_f(r == 0, "creating a dumb buffer of %dx%d pixels: %s\n", width, height,
		     strerror(-r));
	igt_assert_neq_u32(handle, 0);
	return handle;
}

void *kmstest_dumb_map_buffer(int fd, uint32_t handle, uint64_t size, unsigned int prot)
{
	struct drm_mode_map_dumb args = {.handle = handle};
	void *map;

	do_ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &args);
	map = mmap(NULL, size, (int)prot, MAP_SHARED, fd, (off_t)args.offset);
	igt_assert_f(map != MAP_FAILED, "mapping a dumb buffer: %s\n", strerror(errno));
	return map;
}

void kmstest_dumb_destroy(int fd, uint32_t handle)
{
	struct drm_mode_destroy_dumb args = {.handle = handle};

	do_ioctl(fd, DRM_IOCTL_MODE_DESTROY_DUMB, &args);
}

/* What the console was in before, or -1 while it is in that. */
static long mode_before = -1;

static int set_mode(long mode, long *ret_before)
{
	_cleanup_close_ int fd = open(CONSOLE, O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || (ret_before && ioctl(fd, KDGETMODE, ret_before) < 0) ||
	    ioctl(fd, KDSETMODE, mode) < 0)
		return -errno;
	return 0;
}

void kmstest_restore_vt_mode(void)
{
	if (mode_before != -1)
		set_mode(mode_before, NULL);
	mode_before = -1;
}

static void restore_at_exit(int sig)
{
	kmstest_restore_vt_mode();
}

void kmstest_set_vt_graphics_mode(void)
{
	/* As wide as a long: the kernel writes an int into it. */
	long before = 0;
	int r;

	if (mode_before != -1)
		return;
	igt_install_exit_handler(restore_at_exit);
	r = set_mode(KD_GRAPHICS, &before);
	if (r == 0)
		mode_before = before;
	else
		igt_debug(CONSOLE ": %s\n", strerror(-r));
	errno = 0;
}

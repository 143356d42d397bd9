/* SPDX-License-Identifier: MIT */
/**
 * DRM master.
 */
#include <drm.h>
#include <errno.h>
#include <string.h>

#include "igt_core.h"
#include "igt_device.h"
#include "igt_ioctl.h"

static int call(int fd, unsigned long request)
{
	int r = igt_ioctl(fd, request, NULL) < 0 ? -errno : 0;

	errno = 0;
	return r;
}

int __igt_device_set_master(int fd)
{
	return call(fd, DRM_IOCTL_SET_MASTER);
}

int __igt_device_drop_master(int fd)
{
	return call(fd, DRM_IOCTL_DROP_MASTER);
}

void igt_device_set_master(int fd)
{
	int r = __igt_device_set_master(fd);

	igt_assert_f(r == 0, "becoming DRM master: %s; another process may be it\n",
		     strerror(-r));
}

void igt_device_drop_master(int fd)
{
	int r = __igt_device_drop_master(fd);

	igt_assert_f(r == 0, "stopping to be DRM master: %s\n", strerror(-r));
}

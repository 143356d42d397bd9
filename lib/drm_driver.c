/* SPDX-License-Identifier: MIT */
/**
 * Names of drivers, and DRM master.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drm_driver.h"
#include "drmtest.h"
#include "igt_core.h"
#include "igt_device.h"
#include "igt_wire.h"

int drm_open_driver_master(unsigned int chipset)
{
	int fd = drm_open_driver(chipset), r = __igt_device_set_master(fd);

	if (r < 0)
		__drm_close_driver(fd);
	igt_require_f(r == 0, "becoming DRM master: %s; another process may be it\n", strerror(-r));
	return fd;
}

int __drm_close_driver(int fd)
{
	return close(fd);
}

int __get_drm_device_name(int fd, char *name, int name_size)
{
	drmVersionPtr version = drmGetVersion(fd);

	errno = 0;
	if (!version)
		return -1;
	snprintf(name, (size_t)name_size, "%s", version->name);
	drmFreeVersion(version);
	return 0;
}

int drm_get_chipset(int fd)
{
	return (int)drm_driver_of(fd);
}

bool is_i915_device(int fd)
{
	return drm_driver_of(fd) == DRIVER_INTEL;
}

void __set_forced_driver(const char *name)
{
	if (name)
		setenv(IGT_ENV_FORCE_DRIVER, name, /* overwrite= */ 1);
	else
		unsetenv(IGT_ENV_FORCE_DRIVER);
}

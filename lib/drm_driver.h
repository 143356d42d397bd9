/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Which driver an open device has, and opening one as its master: the part of drmtest.h that
 * nothing else of the library needs. Names are those of IGT GPU Tools.
 */
#ifndef DRM_DRIVER_H
#define DRM_DRIVER_H

#include <stdbool.h>

/** Round @value up to a multiple of @to, a power of two. */
#define ALIGN(value, to) (((value) + (to) - 1) & ~((to) - 1))

/** drm_open_driver() as DRM master; skips when that is another process. */
int drm_open_driver_master(unsigned int chipset);

/** close() and nothing else. Returns what that does. */
int __drm_close_driver(int fd);

/** Name of the driver behind @fd into @name. Returns 0, or -1 when it is no DRM device. */
int __get_drm_device_name(int fd, char *name, int name_size);

/** The driver's bit, 0 when it is none that drmtest.h has. */
int drm_get_chipset(int fd);
/** Whether @fd is a device of i915. */
bool is_i915_device(int fd);

/** From now on DRIVER_ANY is this driver, as with IGT_FORCE_DRIVER; NULL: any again. */
void __set_forced_driver(const char *name);

#endif

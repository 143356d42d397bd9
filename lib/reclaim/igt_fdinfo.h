/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: what does the driver itself say of the memory of a file's BOs?
 */
#ifndef IGT_FDINFO_H
#define IGT_FDINFO_H

#include "igt_drm_fdinfo.h"

struct gem_device;

/**
 * The memory of @dev in /proc/self/fdinfo, all regions together, in bytes. Skips where the driver
 * tells none, as virtio-gpu up to Linux 6.12.
 */
struct drm_client_meminfo igt_fdinfo_memory(const struct gem_device *dev);

#endif

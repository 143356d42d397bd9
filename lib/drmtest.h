/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Opening of DRM devices by driver.
 *
 * A filter given with --device, IGT_DEVICE or the configuration file decides which device it is;
 * without one it is the first whose driver fits. Nodes are found by name in /dev/dri, no udevd is
 * needed. If there is none, the modules of the drivers asked for are loaded; of DRIVER_ANY these
 * would be all, so then none is.
 *
 * As in IGT GPU Tools a test that includes this needs nothing else for a test of ioctls: the test
 * core and what a device is asked come with it, and libdrm.
 */
#ifndef DRMTEST_H
#define DRMTEST_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <xf86drm.h>

#include "drm_driver.h"
#include "igt_aux.h"
#include "igt_core.h"
#include "igt_ioctl.h"

/** @name Drivers */
/** @{ */
/** A driver, as a bit of a mask. The values are those of IGT GPU Tools. */
#define DRIVER_INTEL (1u << 0)
#define DRIVER_VC4 (1u << 1)
#define DRIVER_VGEM (1u << 2)
#define DRIVER_AMDGPU (1u << 3)
#define DRIVER_V3D (1u << 4)
#define DRIVER_PANFROST (1u << 5)
#define DRIVER_MSM (1u << 6)
#define DRIVER_XE (1u << 7)
#define DRIVER_VMWGFX (1u << 8)
#define DRIVER_VKMS (1u << 9)
#define DRIVER_VIRTIO (1u << 10)
#define DRIVER_PANTHOR (1u << 11)
/** @} */
/** Any driver for real hardware; IGT_FORCE_DRIVER narrows it to one driver, whichever. */
#define DRIVER_ANY (~(DRIVER_VGEM | DRIVER_VKMS | DRIVER_VIRTIO))

/** Open the primary node of the first fitting device. Returns a file descriptor or -1. */
int __drm_open_driver(unsigned int chipset);
/** __drm_open_driver() for a test's (@index + 1)th device. */
int __drm_open_driver_another(unsigned int index, unsigned int chipset);
/** __drm_open_driver() for the render node. */
int __drm_open_driver_render(unsigned int chipset);

/** Open the primary node of the first fitting device, or skip. */
int drm_open_driver(unsigned int chipset);
/** Open the render node of the first fitting device, or skip. */
int drm_open_driver_render(unsigned int chipset);

/** Load the modules of the drivers in @chipset. Returns 0, or -1 if none could be loaded. */
int drm_load_module(unsigned int chipset);

/**
 * Open @path if its driver is one of @chipset. Returns a file descriptor, -ENODEV when it is
 * another driver's, or what open() failed with. *@ret_driver becomes the driver's bit.
 */
int drm_open_node(const char *path, unsigned int chipset, unsigned int *ret_driver);

/**
 * Open a node of the device that @fd belongs to once more: @render chooses which of its two.
 * Returns a file descriptor or a negative errno, -ENODEV when there is no such node.
 */
int drm_reopen(int fd, bool render);

/** The bit of the driver behind @fd, 0 when it is none we know or no DRM device. */
unsigned int drm_driver_of(int fd);

/** Close what one of the functions above opened. Returns 0 or a negative errno. */
int drm_close_driver(int fd);

#endif

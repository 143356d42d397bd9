/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Taking a driver off its device and putting it on again, through sysfs.
 */
#ifndef IGT_BINDING_H
#define IGT_BINDING_H

#include <stdbool.h>

/** A device and its driver, as sysfs knows them. */
struct igt_binding {
	char device[64];   /**< the name by which it is bound */
	char driver[128];  /**< the driver's directory */
	char module[64];   /**< the driver's module; "" when it is built in */
};

/**
 * Find the device of the DRM file @fd that the driver called @driver is bound to: the parent of
 * the DRM device, or, as with virtio, one below it. Skips when there is none.
 */
struct igt_binding igt_binding_find(int fd, const char *driver);

/** Whether the driver is bound now. */
bool igt_is_bound(const struct igt_binding *binding);

/**
 * Take the driver off the device. From then on, and however the subtest ends, it is put on again
 * at that end. Skips where that cannot be done.
 */
void igt_unbind(const struct igt_binding *binding);

/** Put the driver on the device; fails the test when the driver does not take it. */
void igt_bind(const struct igt_binding *binding);

/**
 * @name One system call each
 * For who has allocations fail in it.
 */
/** @{ */
/** Open the driver's file @name, "bind" or "unbind". Fails the test if it cannot be opened. */
int igt_binding_open(const struct igt_binding *binding, const char *name);
/** Write the device's name to that file. Returns 0, or a negative errno. */
int igt_binding_write(int file, const struct igt_binding *binding);
/** @} */

/**
 * How many files and others use the driver's module, or -1 when the kernel does not tell. Zero is
 * what unloading needs, and a driver that does not stand it when its device goes.
 */
int igt_binding_users(const struct igt_binding *binding);

#endif

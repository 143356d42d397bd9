/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Being the DRM master of a device. Names are those of IGT GPU Tools.
 */
#ifndef IGT_DEVICE_H
#define IGT_DEVICE_H

/** Become master. Returns 0 or a negative errno. */
int __igt_device_set_master(int fd);
/** Stop being master. Returns 0 or a negative errno. */
int __igt_device_drop_master(int fd);

/** Become master, failing the test when the kernel refuses. */
void igt_device_set_master(int fd);
/** Stop being master, failing the test when the kernel refuses. */
void igt_device_drop_master(int fd);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Being the DRM master of a device. Names are those of IGT GPU Tools.
 */
#ifndef IGT_DEVICE_H
#define IGT_DEVICE_H

/** Become master, or stop being it. Returns 0 or a negative errno. */
int __igt_device_set_master(int fd);
int __igt_device_drop_master(int fd);

/** The same, failing the test when the kernel refuses. */
void igt_device_set_master(int fd);
void igt_device_drop_master(int fd);

#endif

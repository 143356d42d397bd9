/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What tests without a display need of mode setting: dumb buffers, and a console that leaves the
 * screen alone. Names are those of IGT GPU Tools.
 */
#ifndef IGT_KMS_H
#define IGT_KMS_H

#include <stdint.h>

/**
 * A dumb buffer of @width x @height pixels of @bpp bits. Returns 0 and *@handle, which is to be
 * destroyed, or a negative errno. *@stride and *@size, in bytes, may be NULL.
 */
int __kmstest_dumb_create(int fd, int width, int height, int bpp, unsigned int *stride,
			  uint64_t *size, uint32_t *handle);
/** __kmstest_dumb_create() that fails the test, and returns the handle. */
uint32_t kmstest_dumb_create(int fd, int width, int height, int bpp, unsigned int *stride,
			     uint64_t *size);
/** Map @size bytes of a dumb buffer, shared, with @prot of mmap(); to be unmapped. */
void *kmstest_dumb_map_buffer(int fd, uint32_t handle, uint64_t size, unsigned int prot);
/** Destroy a dumb buffer; its memory lives as long as something maps it. */
void kmstest_dumb_destroy(int fd, uint32_t handle);

/**
 * Have the console leave the screen to us until the process ends, or until
 * kmstest_restore_vt_mode(). Does nothing where there is no console.
 */
void kmstest_set_vt_graphics_mode(void);
/** Give the screen back to the console. */
void kmstest_restore_vt_mode(void);

#endif

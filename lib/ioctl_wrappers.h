/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Ioctls that every DRM driver has, for tests that work with handles and not with BOs (those use
 * gem/gem_bo.h). Names are those of IGT GPU Tools. What does not begin with "__" fails the test
 * when the kernel refuses.
 */
#ifndef IOCTL_WRAPPERS_H
#define IOCTL_WRAPPERS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "igt_ioctl.h"

/** A pointer in the form that ioctls take it. */
#define to_user_pointer(pointer) ((uint64_t)(uintptr_t)(pointer))
/** And back. */
#define from_user_pointer(number) ((void *)(uintptr_t)(number))

#ifndef DRM_RDWR
/** A dma-buf that may be mapped for writing. Since Linux 4.6, and in older headers nowhere. */
#define DRM_RDWR O_RDWR
#endif

/** Give the handle back; 0 is none. */
void gem_close(int fd, uint32_t handle);

/** A name by which other files open the BO; on primary nodes only. */
uint32_t gem_flink(int fd, uint32_t handle);
/** A handle for the BO of that name, to be closed; on primary nodes only. */
uint32_t gem_open(int fd, uint32_t name);

/** A dma-buf for the BO, to be closed. */
int prime_handle_to_fd(int fd, uint32_t handle);
/** The same that may be mapped for writing; -1 and errno where the driver cannot do that. */
int prime_handle_to_fd_for_mmap(int fd, uint32_t handle);
/** A handle for the dma-buf: the one this file has already, or a new one to be closed. */
uint32_t prime_fd_to_handle(int fd, int dma_buf_fd);
/** Size of a dma-buf in bytes. */
off_t prime_get_size(int dma_buf_fd);
/** Before the CPU accesses a mapped dma-buf: to read, or with @write to read and write. */
void prime_sync_start(int dma_buf_fd, bool write);
/** Behind that access. */
void prime_sync_end(int dma_buf_fd, bool write);

/**
 * Make a framebuffer of @num_planes planes, all of them in the BO @handle. @modifier counts if
 * DRM_MODE_FB_MODIFIERS is in @flags. Returns 0 and *@buf_id, or a negative errno.
 */
int __kms_addfb(int fd, uint32_t handle, uint32_t width, uint32_t height, uint32_t pixel_format,
		uint64_t modifier, uint32_t strides[4], uint32_t offsets[4], int num_planes,
		uint32_t flags, uint32_t *buf_id);

#endif

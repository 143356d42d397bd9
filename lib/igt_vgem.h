/* SPDX-License-Identifier: MIT */
/**
 * @file
 * BOs of vgem, the driver without hardware, and fences on them. Names are those of IGT GPU Tools.
 * What does not begin with "__" or "vgem_has" fails the test when the kernel refuses.
 */
#ifndef IGT_VGEM_H
#define IGT_VGEM_H

#include <stdbool.h>
#include <stdint.h>

/** A dumb buffer. The caller sets width, height and bpp, vgem_create() the rest. */
struct vgem_bo {
	uint32_t handle; /**< of the file that made it */
	uint32_t width;	 /**< in pixels */
	uint32_t height; /**< in pixels */
	uint32_t bpp;	 /**< bits per pixel */
	uint32_t pitch;	 /**< bytes from a line to the next */
	uint64_t size;	 /**< in bytes */
};

/** vgem_create() that returns 0 or a negative errno. */
int __vgem_create(int fd, struct vgem_bo *bo);
/** Create @bo after its width, height and bpp; its handle is to be closed with gem_close(). */
void vgem_create(int fd, struct vgem_bo *bo);

/** vgem_mmap() that returns NULL, with errno set, on failure. */
void *__vgem_mmap(int fd, struct vgem_bo *bo, unsigned int prot);
/** Map all of @bo, shared, with @prot of mmap(); to be unmapped. */
void *vgem_mmap(int fd, struct vgem_bo *bo, unsigned int prot);

/** A flag of fences that never expire, which no released kernel knows. */
#define WIP_VGEM_FENCE_NOTIMEOUT 0x2

/** Whether vgem has fences at all. */
bool vgem_has_fences(int fd);
/** Whether it takes this flag for one. */
bool vgem_fence_has_flag(int fd, unsigned int flags);

/**
 * vgem_fence_attach() that returns 0 or a negative errno, -EBUSY when a fence is there that this
 * one would have to wait for.
 */
int __vgem_fence_attach(int fd, struct vgem_bo *bo, unsigned int flags, uint32_t *ret_fence);
/**
 * Put a fence on @bo, as a reader or with VGEM_FENCE_WRITE in @flags as a writer. It expires after
 * 10 seconds. Returns its number, never 0, to be signalled.
 */
uint32_t vgem_fence_attach(int fd, struct vgem_bo *bo, unsigned int flags);

/** vgem_fence_signal() that returns 0 or a negative errno, -ETIMEDOUT for one that expired. */
int __vgem_fence_signal(int fd, uint32_t fence);
/** Signal a fence, once. */
void vgem_fence_signal(int fd, uint32_t fence);

#endif

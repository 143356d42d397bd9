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

struct vgem_bo {
	uint32_t handle;
	uint32_t width, height;	 /**< in pixels; set by the caller, with bpp */
	uint32_t bpp, pitch;	 /**< bits per pixel; bytes from a line to the next */
	uint64_t size;		 /**< in bytes */
};

/** Create @bo after its width, height and bpp; its handle is to be closed with gem_close(). */
int __vgem_create(int fd, struct vgem_bo *bo);
void vgem_create(int fd, struct vgem_bo *bo);

/** Map all of @bo, shared, with @prot of mmap(); to be unmapped. NULL and errno on failure. */
void *__vgem_mmap(int fd, struct vgem_bo *bo, unsigned int prot);
void *vgem_mmap(int fd, struct vgem_bo *bo, unsigned int prot);

/** A flag of fences that never expire, which no released kernel knows. */
#define WIP_VGEM_FENCE_NOTIMEOUT 0x2

/** Whether vgem has fences at all, and whether it takes this flag for one. */
bool vgem_has_fences(int fd);
bool vgem_fence_has_flag(int fd, unsigned int flags);

/**
 * Put a fence on @bo, as a reader or with VGEM_FENCE_WRITE in @flags as a writer. It expires after
 * 10 seconds. Returns its number, never 0, to be signalled; the "__" form a negative errno, -EBUSY
 * when a fence is there that this one would have to wait for.
 */
int __vgem_fence_attach(int fd, struct vgem_bo *bo, unsigned int flags, uint32_t *ret_fence);
uint32_t vgem_fence_attach(int fd, struct vgem_bo *bo, unsigned int flags);

/** Signal a fence, once. The "__" form returns -ETIMEDOUT for one that expired before. */
int __vgem_fence_signal(int fd, uint32_t fence);
void vgem_fence_signal(int fd, uint32_t fence);

#endif

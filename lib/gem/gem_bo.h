/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Buffer objects, with the operations every driver has.
 *
 * Functions here assert: a test is about what the kernel does with BOs, so one that cannot be
 * made or mapped ends it. A BO made inside a subtest is freed when that subtest ends, however it
 * ends; one made in a fixture lives until gem_bo_free() or gem_device_close().
 */
#ifndef GEM_BO_H
#define GEM_BO_H

#include <stdbool.h>
#include <stdint.h>

#include "gem/gem_device.h"
#include "reclaim/igt_pattern.h"

/** A buffer object of an open device. */
struct gem_bo {
	struct gem_device *dev;	    /**< whose handle it has */
	struct gem_bo *next;	    /**< of that device, an older one */
	uint32_t handle;	    /**< 0 after gem_bo_close_handle() */
	int dmabuf;		    /**< of gem_bo_export(), or -1 */
	uint64_t bytes;		    /**< its size */
	uint64_t pages;		    /**< of the machine's page size */
	void *map;		    /**< of the CPU, or NULL */
	struct igt_pattern pattern; /**< what gem_bo_fill() last wrote */
	bool filled;		    /**< and that it did */
	enum gem_advice advice;	    /**< last given */
	bool of_subtest;	    /**< to be freed when the subtest ends */
	char label[32];		    /**< in messages; "BO <n>" unless changed */
};

/**
 * Create a BO of @bytes, a multiple of the page size. Skips when memory does not suffice, or when
 * the device does not take a BO as large, or as many.
 */
struct gem_bo *gem_bo_create(struct gem_device *dev, uint64_t bytes);

/**
 * Make a BO of @handle of @dev and @bytes, which the caller made in a way that not every driver
 * has. The handle is closed with the BO.
 */
struct gem_bo *gem_bo_adopt(struct gem_device *dev, uint32_t handle, uint64_t bytes);

/** A BO that has its pages: mapped, and written to in one place, which allocates them all. */
struct gem_bo *gem_bo_touched(struct gem_device *dev, uint64_t bytes);

/** A BO that is mapped, has the test pattern in every page, and is idle. */
struct gem_bo *gem_bo_filled(struct gem_device *dev, uint64_t bytes);

/** gem_bo_filled() that the GPU, or the host, has read: gem_bo_flush(). */
struct gem_bo *gem_bo_sent(struct gem_device *dev, uint64_t bytes);

/** Unmap and close a BO, also what it was exported as. NULL is fine. */
void gem_bo_free(struct gem_bo *bo);

/** Free the BOs of a device: those of the running subtest, or @all. */
void gem_device_free_bos(struct gem_device *dev, bool all);

/** Name a BO for messages. */
__attribute__((format(printf, 2, 3)))
void gem_bo_label(struct gem_bo *bo, const char *format, ...);

/** Map all of the BO for the CPU, shared, readable and writable; returns bo->map. */
void *gem_bo_map(struct gem_bo *bo);
/** gem_bo_map() with further MAP_ @flags. */
void *gem_bo_map_flags(struct gem_bo *bo, int flags);
/** gem_bo_map() through the dma-buf that gem_bo_export() made; the mapping outlives its file. */
void *gem_bo_map_dmabuf(struct gem_bo *bo);
/** Take the mapping away; the BO stays. */
void gem_bo_unmap(struct gem_bo *bo);

/** Where to mmap() the device for this BO. Returns 0 or a negative errno. */
int gem_bo_map_offset(struct gem_bo *bo, uint64_t *ret_offset);

/** Write the pattern into every page, of a new generation each time. Maps the BO if need be. */
void gem_bo_fill(struct gem_bo *bo);

/** Have the GPU, or the host, read all that the CPU wrote, and wait until it has. */
void gem_bo_flush(struct gem_bo *bo);

/**
 * Queue the GPU's writing of @value at byte @offset, a multiple of 8, which begins when the fence
 * of the sync_file @after signals; -1: at once. The BO is busy until it is done. Returns 0, or
 * the negative errno with which the kernel refuses. Whether it was done the BO's contents tell:
 * the GPU's faults are not reported. Only after gem_require_gpu_write().
 */
int gem_bo_gpu_write(struct gem_bo *bo, uint64_t offset, uint64_t value, int after);

/** Wait until the GPU has finished with the BO. */
void gem_bo_wait_idle(struct gem_bo *bo);

/**
 * Wait until a virtual GPU's host has answered all that it was asked up to now, which it does in
 * order: BOs that were freed before are gone for good.
 */
void gem_settle(struct gem_device *dev);

/** Whether the kernel says that the GPU, or whoever put a fence there, uses the BO now. */
bool gem_bo_is_busy(struct gem_bo *bo);

/** Export the BO; returns bo->dmabuf, which is closed with the BO or its handle. */
int gem_bo_export(struct gem_bo *bo);

/** The BO behind @dmabuf in another file, @dev; its mapping and advice are its own. */
struct gem_bo *gem_bo_import(struct gem_device *dev, int dmabuf, uint64_t bytes);

/** gem_bo_import() of another device's memory. Skips when the driver imports none. */
struct gem_bo *gem_bo_import_foreign(struct gem_device *dev, int dmabuf, uint64_t bytes);

/**
 * The same BO in another file, @dev, by a name that the kernel gives it ("flink"), which exports
 * nothing; @dev and the file of @bo must be of primary nodes. It has the same pattern, and advice
 * of its own. Skips where the driver or the kernel has no such names.
 */
struct gem_bo *gem_bo_open_name(struct gem_device *dev, const struct gem_bo *bo);

/**
 * Close the handle, and what it was exported as: from now on only the mapping keeps the BO. What
 * needs a handle cannot be done any more, advice included.
 */
void gem_bo_close_handle(struct gem_bo *bo);

/**
 * Advise the kernel about the contents. Returns whether it still has them ("retained"); false
 * says that they are lost for good.
 */
bool gem_bo_madvise(struct gem_bo *bo, enum gem_advice advice);

#endif

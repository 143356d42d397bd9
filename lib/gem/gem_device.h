/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A GPU whose buffer objects are tested, whatever driver it has.
 *
 * All that a driver does differently is in one table of operations; the scenarios see a device
 * and its BOs (gem_bo.h) and never name a driver.
 */
#ifndef GEM_DEVICE_H
#define GEM_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct gem_bo;
struct igt_shrinker;

/** What a user may say about the contents of a BO. The values are the same in all drivers. */
enum gem_advice {
	GEM_WILLNEED = 0,
	GEM_DONTNEED = 1,
};

/** What this device can do, found out when it is opened. */
struct gem_caps {
	bool madvise;		/**< the kernel takes advice for BOs */
	bool gpu_3d;		/**< the GPU renders: command submission and fenced transfers */
	uint64_t max_bo_bytes;	/**< largest BO that is sure to be accepted */
	uint64_t max_all_bytes; /**< all BOs together */
};

/**
 * The madvise ioctl as it is in memory: the fields, which are of 32 bits, by where they are in
 * the struct, for tests of what the kernel does with arguments that are not as they should be.
 */
struct gem_madvise_ioctl {
	unsigned long request; /**< DRM_IOCTL_* */
	unsigned int bytes;    /**< of the struct */
	unsigned int handle;   /**< offsets in bytes */
	unsigned int advice;   /**< offset in bytes */
	unsigned int retained; /**< offset in bytes */
	unsigned int pad;      /**< that has to be zero; 0: there is none */
};

/** The largest struct of any driver, and room behind it for tests that tell of a larger one. */
#define GEM_MADVISE_WORDS 8

/**
 * What a driver must be able to do. All functions return 0 or the negative errno of the ioctl,
 * with ret_ parameters untouched on failure.
 */
struct gem_ops {
	unsigned int chipset;	/**< DRIVER_* */
	const char *no_madvise; /**< reason to skip when caps.madvise is false */

	/** Find out what the device can do. */
	void (*get_caps)(int fd, struct gem_caps *ret_caps);
	/** Create a BO of @bytes, a multiple of the page size. */
	int (*bo_create)(int fd, uint64_t bytes, uint32_t *ret_handle);
	/** Offset for mmap() of the device. */
	int (*bo_map_offset)(int fd, uint32_t handle, uint64_t *ret_offset);
	/**
	 * The madvise ioctl once, with any advice; interrupted, it is not restarted. @retained is
	 * given to the kernel as it is, and is afterwards what the kernel made of it.
	 */
	int (*bo_madvise)(int fd, uint32_t handle, uint32_t advice, uint32_t *retained);
	/** The same as it is in memory. */
	const struct gem_madvise_ioctl *madvise_ioctl;
	/** Wait until no job uses the BO; -EBUSY if it is used, at once unless @block is set. */
	int (*bo_wait)(int fd, uint32_t handle, bool block);
	/** Queue the GPU's (or host's) reading of all @bytes the CPU wrote. NULL: not needed. */
	int (*bo_flush)(int fd, uint32_t handle, uint64_t bytes);
	/**
	 * Queue the GPU's writing of the 64-bit @value at byte @offset of the BO, when the fence
	 * of the sync_file @after signals (-1: now). From now on the BO is in use. A fault of the
	 * GPU is no error here. NULL: this GPU cannot be made to.
	 */
	int (*bo_gpu_write)(int fd, uint32_t handle, uint64_t offset, uint64_t value, int after);
	/** Name the BO for the kernel's own listings; -EOPNOTSUPP on a kernel without. NULL: none. */
	int (*bo_set_label)(int fd, uint32_t handle, const char *label);
};

/** An open file of a device, with the BOs created through it. */
struct gem_device {
	int fd;				/**< of the node */
	const struct gem_ops *ops;	/**< of its driver */
	struct gem_caps caps;		/**< of the two together */
	struct gem_bo *bos;		/**< all that exist, newest first */
	uint64_t bo_bytes;		/**< of all of them */
	unsigned int next_id;		/**< of the next BO, from 1 */
	bool frees_at_subtest_end;	/**< a hook for that is registered */
	bool of_subtest;		/**< one that closes the device and frees this is, too */
	struct igt_shrinker *shrinker;	/**< igt_reclaim_require() sets it; freed at close */
};

/**
 * Open the render node of the first device of @chipset (see drmtest.h); skips when there is none.
 * To be closed with gem_device_close().
 */
struct gem_device *gem_device_open(unsigned int chipset);

/** Open the primary node of the first device of @chipset; NULL when there is none. */
struct gem_device *gem_device_find(unsigned int chipset);

/**
 * Open the first device of @chipset that is another GPU than @dev, by its primary node; skips when
 * there is none.
 */
struct gem_device *gem_device_open_another(const struct gem_device *dev, unsigned int chipset);

/**
 * Open a node of the same GPU once more: its own file, handles and BOs. @render chooses the
 * render or the primary node. Skips when there is no such node.
 */
struct gem_device *gem_device_reopen(const struct gem_device *dev, bool render);

/**
 * Free all BOs of the device, and close it. NULL is fine. One that a subtest opened is closed when
 * that ends, at the latest.
 */
void gem_device_close(struct gem_device *dev);

/** Skip, saying which kernel is needed, unless the device takes advice for BOs. */
void gem_require_madvise(const struct gem_device *dev);

/**
 * The madvise ioctl for any @handle and @advice, for tests of the interface itself. Returns 0 or
 * a negative errno; @retained is passed in and out as it is.
 */
int gem_madvise_raw(const struct gem_device *dev, uint32_t handle, uint32_t advice,
		    uint32_t *retained);

/**
 * The madvise ioctl with @args wherever they are, there or not, telling the kernel that they are
 * @bytes long. Interrupted, it is not restarted. Returns 0 or a negative errno.
 */
int gem_madvise_at(const struct gem_device *dev, void *args, unsigned int bytes);

/** Fill in @args for gem_madvise_at(), with "retained" holding @retained. */
void gem_madvise_fill(const struct gem_device *dev, uint32_t args[GEM_MADVISE_WORDS],
		      uint32_t handle, uint32_t advice, uint32_t retained);

/** Skip unless the GPU itself can be made to write into BOs. */
void gem_require_gpu_write(const struct gem_device *dev);

/** What panfrost does in its own way. */
extern const struct gem_ops gem_panfrost_ops;
/** What vgem, which has no GPU, does in its own way. */
extern const struct gem_ops gem_vgem_ops;
/** What virtio-gpu does in its own way. */
extern const struct gem_ops gem_virtgpu_ops;

#endif

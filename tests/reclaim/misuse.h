/* SPDX-License-Identifier: MIT */
/**
 * Calls that a driver must refuse, whoever makes them, with an errno and nothing else.
 *
 * After each of the functions here the kernel must have nothing to complain of, no descriptor,
 * handle or syncobj may be kept, and the BO that the calls were about must be as it was, usable,
 * and not locked.
 */
#ifndef RECLAIM_MISUSE_H
#define RECLAIM_MISUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gem/gem_bo.h"

/** An ioctl of a driver. */
struct misuse_ioctl {
	const char *name;      /**< in messages */
	unsigned long request; /**< DRM_IOCTL_* */
	bool if_advised;       /**< only drivers that take advice have it */
	bool no_junk;	       /**< arguments of nothing but ones would be done, or take memory */
};

/** What calls are made with. */
struct misuse {
	struct gem_device *dev;	    /**< a file of their own */
	struct gem_bo *bo;	    /**< of it; filled, and the GPU has read it */
	uint32_t syncobj;	    /**< of it; 0 where the driver has none */
	char *edge;		    /**< a page ends here, and nothing is behind it */
};

/** A driver: its ioctls, and what it has to refuse. */
struct misuse_driver {
	const struct misuse_ioctl *ioctls;
	unsigned int count;
	/** Calls with arguments that are wrong in some way. */
	void (*arguments)(struct misuse *m);
	/** Lists longer than there can be. */
	void (*counts)(struct misuse *m);
	/**
	 * Make a job that has to be refused as its last argument is looked at, after the kernel has
	 * found @bo and @syncobj, which is to be signalled.
	 */
	void (*refused_job)(struct misuse *m, struct gem_bo *bo, uint32_t syncobj);
};

/** The ioctl must be refused, with @error (0: any errno). What it was is logged. */
void misuse_refused(struct misuse *m, unsigned long request, void *args, int error,
		    const char *what);
/** The ioctl may be refused or not; what became of it is logged, and returned. */
int misuse_told(struct misuse *m, unsigned long request, void *args, const char *what);

/** How long misuse_list() is: the allocator's largest block has room for it, not for pointers. */
#define MISUSE_LIST (1u << 20)
/** A list with @handle MISUSE_LIST times. Owned by the caller, to be unmapped. */
uint32_t *misuse_list(uint32_t handle);

/** Fail if @bo, which a call that was refused was about, is locked. */
void misuse_assert_unlocked(struct misuse *m, const struct gem_bo *bo);

/** @name Scenarios */
/** @{ */
void misuse_pointers(struct gem_device *dev, const struct misuse_driver *driver);
void misuse_sizes(struct gem_device *dev, const struct misuse_driver *driver);
void misuse_handles(struct gem_device *dev, const struct misuse_driver *driver);
void misuse_arguments(struct gem_device *dev, const struct misuse_driver *driver);
void misuse_counts(struct gem_device *dev, const struct misuse_driver *driver);
void misuse_core_counts(struct gem_device *dev, const struct misuse_driver *driver);
void misuse_leaves_nothing(struct gem_device *dev, const struct misuse_driver *driver);
void misuse_by_nobody(struct gem_device *dev, const struct misuse_driver *driver);
/** @} */

#endif

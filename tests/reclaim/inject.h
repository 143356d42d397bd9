/* SPDX-License-Identifier: MIT */
/**
 * Calls of the kernel in which one allocation after the other fails.
 *
 * Each is made again and again (igt_fail_nth.h). Whether it fails or not, afterwards the kernel
 * must have nothing to complain of; a call that failed must have kept no handle, descriptor or
 * syncobj; and the BO that it was about must not be locked, and be usable and whole. When a call
 * was made all over some times there must not be more objects in the kernel than before.
 */
#ifndef RECLAIM_INJECT_H
#define RECLAIM_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "gem/gem_bo.h"

/** The size of the BOs here: few pages, each of which is some allocations that can fail. */
#define INJECT_BYTES (4 * igt_page_size())

/** What calls work on. What is set at the end of a call is put away after it, but for BOs. */
struct inject {
	struct gem_device *dev;	  /**< a file of the call's own */
	struct gem_device *other; /**< another one */
	struct gem_bo *bo;	  /**< of dev; filled, and the GPU has read it; needed */
	struct gem_bo *dies;	  /**< of dev, or NULL: freed when the call has succeeded */
	bool keeps;		  /**< dies is freed at the very end only */
	uint32_t handle;	  /**< of a BO of dev */
	uint32_t other_handle;	  /**< of a BO of the file other_fd, or of other */
	int other_fd;		  /**< another device's file, or -1: that of other */
	uint32_t syncobj;	  /**< of dev */
	int fd;			  /**< what the call makes */
	int given;		  /**< what it takes; also put away when it fails */
	void *map;		  /**< of INJECT_BYTES */
	uint64_t offset;	  /**< to map something at */
	void *data;		  /**< the call's own */
};

/** A call. */
struct inject_call {
	const char *name; /**< of its dynamic subtest */
	const char *what; /**< it is, in messages: "creating a BO" */
	/** Why there is no such call here, or NULL. May change what it works on. May be NULL. */
	const char *(*lacks)(struct inject *in);
	/** Before each time; after one that failed it finds what it had made. May be NULL. */
	void (*prepare)(struct inject *in);
	/** How often more the whole is done, with the same BO. */
	unsigned int again;
	/** Make it: one system call or a few. Returns 0 or a negative errno. */
	int (*call)(struct inject *in);
	/** An errno that tells no memory beside ENOMEM, and ENOSPC as shmem says. 0: none. */
	int also;
	/** It has succeeded: see that it did what it says. May be NULL. */
	void (*done)(struct inject *in);
};

/** Make each of @calls a dynamic subtest; each has files of its own of the device of @dev. */
void inject_calls(struct gem_device *dev, const struct inject_call *calls, unsigned int count);

/** Drivers, faults and kmemleak say so when they get no memory; from here on that may be logged. */
void inject_expect_refusals(void);

/** A BO of in->dev into in->dies, if there is none, of which nobody has used anything yet. */
void inject_new_bo(struct inject *in);

/** Fail unless the GPU, or the host, can read @bo, and its owner write to it. Maps it. */
void inject_assert_works(struct gem_bo *bo, const char *claim);

/** @name What every driver has */
/** @{ */
void inject_bos(struct gem_device *dev);
void inject_sharing(struct gem_device *dev);
void inject_syncobjs(struct gem_device *dev);
/** @} */

/** @name Memory that is lost, as kmemleak tells */
/** @{ */
/** Whether kmemleak is there. */
bool inject_leaks_are_told(void);
/** Forget what was lost before. Skips without kmemleak. */
void inject_leaks_begin(void);
/** Fail, @claim, if memory that this program had the kernel allocate meanwhile is lost. Slow. */
void inject_leaks_end(const char *claim);
/** @} */

/** Each of @calls that there is here once more, without a look at anything. */
void inject_again(struct gem_device *dev, const struct inject_call *calls, unsigned int count);
/** The same with what every driver has. */
void inject_common_again(struct gem_device *dev);

#endif

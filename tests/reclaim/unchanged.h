/* SPDX-License-Identifier: MIT */
/**
 * Calls that fail must keep nothing: what a file would be given next tells, and the lock of a BO.
 */
#ifndef RECLAIM_UNCHANGED_H
#define RECLAIM_UNCHANGED_H

#include <stdbool.h>
#include <stdint.h>

struct gem_bo;
struct gem_device;

/** The lowest numbers that are free. */
struct unchanged {
	int fd;		  /**< of the process */
	uint32_t handle;  /**< of the file's BOs */
	uint32_t syncobj; /**< of the file; 0 where the driver has none */
};

/** Ask for each, and give it back. */
struct unchanged unchanged_look(struct gem_device *dev);

/** Fail unless the numbers free now are those of before: "@what fails, and ...". */
void unchanged_assert(struct unchanged before, struct unchanged after, const char *what);

/**
 * Whether who asks for the lock of @bo does not get it within seconds. Always false where the
 * driver takes no advice, which is what takes the lock and waits for nothing else.
 */
bool unchanged_is_locked(const struct gem_bo *bo);

/**
 * Leave the file and its BOs to the end of the process: what is locked for ever nobody can close,
 * and there is to be a verdict all the same.
 */
void unchanged_abandon(struct gem_device *dev);

#endif

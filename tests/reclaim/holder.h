/* SPDX-License-Identifier: MIT */
/**
 * Somebody who holds a BO's lock in the kernel, for others to wait for.
 *
 * A BO that gets its pages when it is mapped first is locked meanwhile, the longer the larger it
 * is. Drivers that allocate pages with the BO have nothing as long.
 */
#ifndef RECLAIM_HOLDER_H
#define RECLAIM_HOLDER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct gem_bo;

struct holder {
	struct gem_bo *bo;
	uint64_t offset;     /**< for mmap() */
	void *map;
	uint64_t begun_ns;   /**< when it was about to take the lock; on the clock of igt_now_ns() */
	uint64_t ended_ns;   /**< when it had let go, once it is done */
	atomic_bool done;
	pthread_t thread;
};

/** Have a thread map @bo, which was never used. No signal of the process will go to it. */
void holder_start(struct holder *holder, struct gem_bo *bo);

/** Wait for the thread's end; the BO is mapped then. */
void holder_join(struct holder *holder);

#endif

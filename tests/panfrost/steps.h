/* SPDX-License-Identifier: MIT */
/**
 * Steps that scenarios of panfrost have in common.
 */
#ifndef PANFROST_STEPS_H
#define PANFROST_STEPS_H

#include <stdint.h>
#include <sys/types.h>

#include "mali/panfrost_job.h"

struct gem_bo;
struct gem_device;

/** What jobs write. */
#define VALUE UINT64_C(0x1122334455667788)

/** A job that writes VALUE to the GPU address @address. */
struct panfrost_job *job_writing(struct gem_device *dev, uint64_t address);

/** A chain that leads back to itself: only to be stopped. */
struct panfrost_job *endless_job(struct gem_device *dev);

/** A write of the GPU to byte @at of @bo, which must be done, at once. */
void write_promptly(struct gem_bo *bo, uint64_t at, const char *claim);

/** Reclaim until @bo, which is lent, is purged; the driver may be a moment late to see it idle. */
void assert_purged_soon(struct gem_bo *bo, const char *claim);

/**
 * The thread in which the driver handles the GPU's interrupts of @line, "job" or "mmu"; 0 if there
 * is none of that name (in whole since Linux 5.17), with errno 0 for a skip to say so.
 */
pid_t interrupt_thread(const char *line);

/**
 * Run @scenario on a GPU that no earlier fault has left in a state of its own, and see that it has
 * not touched memory that is somebody else's by then. Only the software Mali can tell; a board can
 * just be damaged by it. What the driver logs of jobs that fail is no complaint.
 */
void watched(struct gem_device *dev, void (*scenario)(struct gem_device *dev));

#endif

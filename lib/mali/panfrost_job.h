/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Jobs of a test: built, submitted, waited for, and asked what became of them.
 *
 * A fence signals for a job that failed or was killed as well. So whether it ran is told by its
 * descriptor, into which the GPU writes, and by the data.
 */
#ifndef PANFROST_JOB_H
#define PANFROST_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "gem/gem_bo.h"
#include "mali/mali_job.h"

/** After this long the driver takes a job for hung. */
#define PANFROST_HANG_MS 500

/**
 * What ends by itself and not by that timeout, on a machine that has nothing else to do: a job on
 * a processor that is emulated takes a few milliseconds, a fault that brings 2 MiB some thirty.
 */
#define PANFROST_PROMPT_MS 250

/** A chain of jobs, and its fence. Freed when the subtest ends, its BO too. */
struct panfrost_job {
	struct gem_device *dev;	 /**< that runs it */
	struct gem_bo *bo;	 /**< which the descriptors are in */
	struct mali_chain chain; /**< to be filled by mali_chain_*() before it is submitted */
	uint32_t fence;		 /**< syncobj; signals when the kernel has done with the chain */
	uint64_t submitted_ns;	 /**< of the clock of igt_now_ns() */
	int klog;		 /**< the kernel log since then, or -1 */
};

/** Where and when a job is to run. */
struct panfrost_how {
	struct gem_bo *uses[4]; /**< BOs it uses, up to the first NULL; its own need not be named */
	bool fragment;		/**< in the slot of fragment jobs */
	int after;		/**< a sync_file to wait for; 0: none */
	struct panfrost_job *after_job; /**< whose fence to wait for, or NULL */
};

/** The BO's address for the GPU, in the address space of the BO's device file. */
uint64_t panfrost_address(const struct gem_bo *bo);

/** A heap of @bytes, a multiple of 2 MiB: a BO whose pages come by the GPU's faults. */
struct gem_bo *panfrost_heap(struct gem_device *dev, uint64_t bytes);

/** An empty chain in a BO of its own, with room for 64 jobs. */
struct panfrost_job *panfrost_job_new(struct gem_device *dev);
/** An empty chain in a mapped BO of the test's, all its jobs from byte @offset on. */
struct panfrost_job *panfrost_job_in(struct gem_bo *bo, uint64_t offset);

/** The SUBMIT ioctl. Returns 0 or a negative errno. */
int __panfrost_submit(struct panfrost_job *job, struct panfrost_how how);
/** The same, asserting. */
void panfrost_submit(struct panfrost_job *job, struct panfrost_how how);
/** Submit to the slot of vertex and tiler jobs, at once, using only the job's own BO. */
void panfrost_start(struct panfrost_job *job);

/** Whether the fence signals within @ms. */
bool panfrost_ends_within(struct panfrost_job *job, unsigned int ms);

/** Wait until the job has ended somehow; fails when that is not within 5 s. Returns ms it took. */
unsigned int panfrost_await(struct panfrost_job *job);

/** Wait; all jobs of the chain must be DONE. */
void panfrost_assert_done(struct panfrost_job *job, const char *claim);
/**
 * Wait; the last job of the chain must not be DONE, while those before it are. What it is instead
 * cannot be said: the GPU writes it through the same page tables, which the driver has taken away
 * by then when it was a page fault.
 */
void panfrost_assert_faults(struct panfrost_job *job, const char *claim);
/** panfrost_assert_done() and panfrost_assert_in_time(). */
void panfrost_assert_done_promptly(struct panfrost_job *job, const char *claim);
/** panfrost_assert_faults() and panfrost_assert_in_time(). */
void panfrost_assert_faults_promptly(struct panfrost_job *job, const char *claim);

/**
 * Fail if the driver took a job for hung since @job was submitted. It logs that; where the log may
 * not be read, what took longer than PANFROST_PROMPT_MS is too late, whatever else the machine did.
 */
void panfrost_assert_in_time(struct panfrost_job *job, const char *claim);

/**
 * Let the GPU go to sleep, and by that the driver forget what earlier faults left behind: it sets
 * the GPU up anew when it wakes. Returns whether it sleeps; without CONFIG_PM it never does.
 */
bool panfrost_rest(const struct gem_device *dev);

/** Whether the GPU sleeps now. */
bool panfrost_is_asleep(const struct gem_device *dev);

/** Keep the GPU awake until the subtest ends, so that it forgets nothing. Needs root. */
void panfrost_stay_awake(const struct gem_device *dev);

/**
 * Let the GPU go to sleep only after so long without a job, until the subtest ends. Without
 * CONFIG_PM it never sleeps, and this does nothing. Needs root.
 */
void panfrost_sleep_after(const struct gem_device *dev, unsigned int ms);

/** An address where the address space of @dev has nothing: behind the last BO there can be. */
#define PANFROST_NOWHERE 0xfe000000ull

#endif

/* SPDX-License-Identifier: MIT */
/**
 * The memory time line of each job, memory.txt: a row every 50 ms, less often where a row costs
 * more than 0.5 ms, so that it stays below 1% of a processor.
 *
 *	# igt-reclaim memory 1
 *	time	MemAvailable	Shmem	Unevictable	SwapUsed	shrinker	resident ...
 *
 * Columns are separated by tabs. `time` is in seconds, on the clock of the kernel log; the memory
 * is in KiB; `shrinker` is what the shrinkers of DRM devices count, in objects as they do, which
 * are mostly pages; `resident`, `purgeable` and `active` are what fdinfo tells of the DRM files of
 * the job's processes. `-` is what this kernel does not tell.
 *
 * Rows are taken by a process of its own: shrinkers and fdinfo take locks of the driver under
 * test, and a driver that never gives them back must not hold up the runner.
 */
#ifndef RUNNER_SAMPLER_H
#define RUNNER_SAMPLER_H

#include <sys/types.h>

#include "cgroup.h"
#include "cleanup.h"

struct sampler;

/**
 * Starts the process, which is no child to be waited for. @results_fd is the results directory,
 * @cgroups tells which processes a job has, or is NULL; both must live as long as the sampler.
 * Negative errno, not logged.
 */
int sampler_start(int results_fd, const struct cgroups *cgroups, struct sampler **ret);

/** Ends the process, with a last row if it is not stuck. NULL is fine. */
void sampler_stop(struct sampler *sampler);

DEFINE_CLEANUP(struct sampler *, sampler_stop);

/** The process, 0 for a NULL sampler. */
pid_t sampler_pid(const struct sampler *sampler);

/**
 * Job @index runs, process @pid first. @clock_offset is how far the clock of the kernel log is
 * ahead of CLOCK_MONOTONIC, in seconds. A process that got stuck over an earlier job is replaced.
 */
void sampler_begin(struct sampler *sampler, unsigned index, pid_t pid, double clock_offset);

/** The job is over. Does not wait for its last row. */
void sampler_end(struct sampler *sampler);

#endif

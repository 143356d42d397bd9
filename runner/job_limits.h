/* SPDX-License-Identifier: MIT */
/** What a job may use up before the runner ends it. */
#ifndef RUNNER_JOB_LIMITS_H
#define RUNNER_JOB_LIMITS_H

#include <stddef.h>

#include "settings.h"

enum job_limit {
	LIMIT_NONE,
	/** Of a subtest, or a part of one. */
	LIMIT_PER_TEST,
	LIMIT_INACTIVITY,
	LIMIT_DISK_USAGE,
	/** Not one of its own: the others are tighter on a kernel that is damaged. */
	LIMIT_TAINT,
};

/** Times are in seconds of CLOCK_MONOTONIC. */
struct job_limits {
	const struct settings *settings;
	double subtest_started;
	double last_activity;
	/** Bytes recorded since the subtest started. */
	size_t used;
	/** Bits of a damaged kernel, see machine_taint(); 0: it is whole, or nobody wants to know.
	 */
	unsigned long taint;
};

/** A subtest, or a part of one, starts: what counts per subtest counts anew. */
void job_limits_restart(struct job_limits *limits, double now);

/** @bytes were recorded, which is a sign of life. */
void job_limits_use(struct job_limits *limits, double now, size_t bytes);

/** When the next limit is exceeded if nothing happens; infinity if none is. */
double job_limits_deadline(const struct job_limits *limits);

/** What is exceeded. */
enum job_limit job_limits_exceeded(const struct job_limits *limits, double now);

/** The line that tells of it in the test's stderr, or NULL for none. Caller frees. */
char *job_limits_note(const struct job_limits *limits, enum job_limit exceeded);

#endif

/* SPDX-License-Identifier: MIT */
/** Runs the jobs of a list one after the other, until the end or until something stops it. */
#ifndef RUNNER_EXECUTOR_H
#define RUNNER_EXECUTOR_H

#include <glib.h>

#include "resume.h"
#include "settings.h"

enum execute_end {
	/** Every job ran. */
	EXECUTE_DONE,
	/** A signal, an abort of a test, or a process that will not die: the rest was not run. */
	EXECUTE_STOPPED,
	/** The overall timeout was used up: the rest was not run. */
	EXECUTE_OUT_OF_TIME,
};

/** The exit status of a tool for this end: 0, 1, 2. Errors end with 1, too. */
int execute_end_status(enum execute_end end);

/**
 * Runs @jobs from @from on (NULL: all of them) and records them in @results_fd. The
 * process becomes the parent of its orphans, blocks its signals and keeps them blocked.
 * Logs, then returns a negative errno, if a job cannot be started or recorded.
 */
int execute_jobs(const struct settings *settings, const GPtrArray *jobs,
		 const struct resume_point *from, int results_fd, enum execute_end *ret);

#endif

/* SPDX-License-Identifier: MIT */
/** Runs the jobs of a list one after the other, until the end or until something stops it. */
#ifndef RUNNER_EXECUTOR_H
#define RUNNER_EXECUTOR_H

#include <glib.h>

#include "settings.h"

enum execute_end {
	/** Every job ran. */
	EXECUTE_DONE,
	/** A signal, an abort of a test, or a process that will not die: the rest was not run. */
	EXECUTE_STOPPED,
	/** The overall timeout was used up: the rest was not run. */
	EXECUTE_OUT_OF_TIME,
};

/**
 * Runs @jobs from @first on and records them in @results_fd. The process
 * becomes the parent of its orphans, blocks its signals and keeps them blocked.
 * Logs, then returns a negative errno, if a job cannot be started or recorded.
 */
int execute_jobs(const struct settings *settings, const GPtrArray *jobs, unsigned first,
		 int results_fd, enum execute_end *ret);

#endif

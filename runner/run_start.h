/* SPDX-License-Identifier: MIT */
/** How the runner gets ready for a run, and what it writes down of its beginning and end. */
#ifndef RUNNER_RUN_START_H
#define RUNNER_RUN_START_H

#include "cgroup.h"
#include "sampler.h"
#include "settings.h"
#include "watchdog.h"

/** What it has for all jobs. NULL and -1 where it has not. */
struct run_start {
	/** signalfds of what stops the runner, and of SIGCHLD; all of it is blocked. */
	int stop_fd;
	int child_fd;
	struct cgroups *cgroups;
	struct sampler *sampler;
	struct watchdogs *watchdogs;
	/** The beginning, by the clock of dates and by one that nobody sets, in seconds. */
	double date, boottime;
};

#define RUN_START_INIT ((struct run_start){.stop_fd = -1, .child_fd = -1})

/**
 * Blocks signals, adopts orphans, protects the runner, starts its helpers, and writes uname.txt,
 * machine-facts.txt and starttime.txt. Logs, then returns a negative errno, if the run cannot
 * begin.
 */
int run_start(const struct settings *settings, int results_fd, struct run_start *ret);

/** Lets go of all of it. Signals stay blocked. */
void run_start_clear(struct run_start *start);

/** Writes endtime.txt. Logs, then returns a negative errno, if it cannot. */
int run_start_write_end(const struct run_start *start, const struct settings *settings,
			int results_fd);

#endif

/* SPDX-License-Identifier: MIT */
/** Runs one job: starts it, streams what it says to disk, kills it if it must die. */
#ifndef RUNNER_JOB_RUN_H
#define RUNNER_JOB_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "job_list.h"
#include "settings.h"

/** What to run and where its record goes. Nothing is owned. */
struct job_request {
	const struct settings *settings;
	const struct job *job;
	/** The directory of this job, empty. */
	int dirfd;
	/** signalfd of the runner: SIGCHLD and the signals that stop it, all blocked. */
	int signal_fd;
};

/** How it ended. */
struct job_outcome {
	/** As in the journal; JOURNAL_EXIT_UNKNOWN if nobody saw the end. */
	int exit_code;
	bool timed_out;
	double seconds;
	/** A signal told the runner to stop, and who sent it; else 0. */
	int stop_signal;
	pid_t stop_sender;
	/** The job, or something that it forked, survived SIGKILL. */
	bool unkillable;
};

/**
 * Runs the job to its end. Afterwards nothing of it is left: not its group, not
 * its orphans (unless `unkillable`). Needs process_tree_adopt_orphans().
 * Returns 0 whatever the job did; a negative errno, logged, if the runner could
 * not start or record it.
 */
int job_run(const struct job_request *request, struct job_outcome *ret);

#endif

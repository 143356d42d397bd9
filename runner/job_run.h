/* SPDX-License-Identifier: MIT */
/** Runs one job: starts it, streams what it says to disk, kills it if it must die. */
#ifndef RUNNER_JOB_RUN_H
#define RUNNER_JOB_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"
#include "job_files.h"
#include "job_list.h"
#include "sampler.h"
#include "settings.h"
#include "watchdog.h"

/** What to run and where its record goes. Nothing is owned. */
struct job_request {
	const struct settings *settings;
	const struct job *job;
	unsigned index;
	/** The directory of this job, empty, or with the record of its first part. */
	int dirfd;
	/** signalfds of the runner, all blocked: those that stop it, and SIGCHLD. */
	int stop_fd;
	int child_fd;
	/** NULL: the job has no control group of its own. */
	const struct cgroups *cgroups;
	/** NULL: there is no memory time line. */
	struct sampler *sampler;
	/** NULL: nobody waits for a sign of life. */
	struct watchdogs *watchdogs;
};

/** How it ended. Cleared with job_outcome_clear(). */
struct job_outcome {
	/** As in the journal; JOURNAL_EXIT_UNKNOWN if nobody saw the end. */
	int exit_code;
	bool timed_out;
	/** It did not end by itself: the runner killed it, or a signal that somebody else sent. */
	bool cut_short;
	double seconds;
	/** char *, the subtests that have a result or began, in order. */
	GPtrArray *subtests;
	/** A signal told the runner to stop, and who sent it; else 0. */
	int stop_signal;
	pid_t stop_sender;
	/** The job, or something that it forked, survived SIGKILL. */
	bool unkillable;
	/** Why no other job may follow, or NULL; and whether the job's record says so already. */
	char *abort_reason;
	bool abort_recorded;
	/** What its record says, of all its processes; there only with @sealed. */
	struct job_files files;
	bool sealed;
};

void job_outcome_clear(struct job_outcome *outcome);

/**
 * Runs the job to its end. Afterwards nothing of it is left: not its group, not
 * its orphans (unless `unkillable`). Needs process_tree_adopt_orphans().
 * Returns 0 whatever the job did; a negative errno, logged, if the runner could
 * not start or record it.
 */
int job_run(const struct job_request *request, struct job_outcome *ret);

#endif

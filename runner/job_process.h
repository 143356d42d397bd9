/* SPDX-License-Identifier: MIT */
/** The processes of a job, from the start of the test to the end of the last of them. */
#ifndef RUNNER_JOB_PROCESS_H
#define RUNNER_JOB_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

enum job_stage {
	/** By itself. */
	JOB_RUNS,
	/** SIGQUIT was sent to the test's process group. */
	JOB_QUIT_SENT,
	/** SIGKILL was sent to the test. */
	JOB_KILL_SENT,
	/** The test has ended, and something that it forked has not: SIGTERM was sent to that. */
	JOB_ORPHANS,
	/** All that is left was killed, but for what undoes the test: see IGT_UNDO_PROCESS. */
	JOB_ORPHANS_KILLED,
	/** That, too. */
	JOB_UNDO_KILLED,
	/** Nothing is left. */
	JOB_ENDED,
	/** Something survived SIGKILL. */
	JOB_ABANDONED,
};

/** One job's. Initialised with JOB_PROCESS_INIT; the first three are set by who starts it. */
struct job_process {
	pid_t pid;
	/** The job's own control group, or -1. The caller's. */
	int cgroup_fd;
	/** A child of the runner that is none of the job's, or 0. */
	pid_t bystander;
	enum job_stage stage;
	/** When patience with this stage ends; CLOCK_MONOTONIC seconds. */
	double deadline;
	/** It did not end by itself. */
	bool killed;
};

#define JOB_PROCESS_INIT ((struct job_process){.cgroup_fd = -1, .stage = JOB_RUNS})

/** Tells the test to end, with time to undo what it did to the machine. */
void job_process_quit(struct job_process *process);

/** Ends the test now; what it forked gets its own time. */
void job_process_kill(struct job_process *process);

/** The test was reaped. */
void job_process_exited(struct job_process *process);

/** SIGCHLD came: reaps what ended, but the test. */
void job_process_child_ended(struct job_process *process);

/** Goes on to the next stage if this one's deadline has passed; not from JOB_RUNS. */
void job_process_check_deadline(struct job_process *process);

/** True in the last two stages. */
bool job_process_is_over(const struct job_process *process);

#endif

/* SPDX-License-Identifier: MIT */
#include "job_process.h"

#include <signal.h>
#include <time.h>

#include "cgroup.h"
#include "fileio.h"
#include "process_tree.h"

/*
 * From SIGQUIT to SIGKILL. SIGQUIT lets the test undo what it changed on the
 * machine, which takes milliseconds if it can do so at all; a test that sits
 * in the kernel can not. Longer grace only stretches runs in which tests hang,
 * and those are the ones with a budget.
 */
#define QUIT_GRACE_S 5
/* From SIGTERM to SIGKILL for what a test leaves behind. */
#define ORPHAN_GRACE_S 2
/* To bring back what a test had in swap may take as long as that on an emulated machine. */
#define UNDO_GRACE_S 30
/* From SIGKILL to giving up: a process that does not die then is stuck in the kernel. */
#define KILL_GRACE_S 20

static void enter(struct job_process *process, enum job_stage stage, double grace)
{
	process->stage = stage;
	process->deadline = clock_seconds(CLOCK_MONOTONIC) + grace;
}

void job_process_quit(struct job_process *process)
{
	/* A test that left its own group is still the test. */
	if (kill(-process->pid, SIGQUIT) < 0)
		kill(process->pid, SIGQUIT);
	process->killed = true;
	enter(process, JOB_QUIT_SENT, QUIT_GRACE_S);
}

void job_process_kill(struct job_process *process)
{
	kill(process->pid, SIGKILL);
	process->killed = true;
	enter(process, JOB_KILL_SENT, KILL_GRACE_S);
}

static void kill_orphans(struct job_process *process, bool spare_undo)
{
	/* Also those that moved to another group. */
	bool spared = process_tree_signal(SIGKILL, process->bystander, spare_undo);

	if (!spared && process->cgroup_fd >= 0)
		cgroup_kill(process->cgroup_fd);
}

/* The test itself has ended: is there anything else? */
static void look_for_orphans(struct job_process *process)
{
	if (!process_tree_reap(/* except= */ 0)) {
		process->stage = JOB_ENDED;
	} else if (process->stage == JOB_ORPHANS_KILLED || process->stage == JOB_UNDO_KILLED) {
		/* Each death may have handed us the children of the dead. */
		kill_orphans(process, /* spare_undo= */ process->stage == JOB_ORPHANS_KILLED);
	} else if (process->stage != JOB_ORPHANS) {
		enter(process, JOB_ORPHANS, ORPHAN_GRACE_S);
		process_tree_signal(SIGTERM, process->bystander, /* spare_undo= */ true);
	}
}

void job_process_exited(struct job_process *process)
{
	look_for_orphans(process);
}

void job_process_child_ended(struct job_process *process)
{
	if (process->stage >= JOB_ORPHANS)
		look_for_orphans(process);
	else
		process_tree_reap(process->pid);
}

void job_process_check_deadline(struct job_process *process)
{
	if (process->stage == JOB_RUNS || clock_seconds(CLOCK_MONOTONIC) < process->deadline)
		return;
	switch (process->stage) {
	case JOB_QUIT_SENT:
		job_process_kill(process);
		break;
	case JOB_ORPHANS:
		enter(process, JOB_ORPHANS_KILLED, UNDO_GRACE_S);
		kill_orphans(process, /* spare_undo= */ true);
		break;
	case JOB_ORPHANS_KILLED:
		enter(process, JOB_UNDO_KILLED, KILL_GRACE_S);
		kill_orphans(process, /* spare_undo= */ false);
		break;
	case JOB_KILL_SENT:
	case JOB_UNDO_KILLED:
		process->stage = JOB_ABANDONED;
		break;
	case JOB_RUNS:
	case JOB_ENDED:
	case JOB_ABANDONED:
		break;
	}
}

bool job_process_is_over(const struct job_process *process)
{
	return process->stage == JOB_ENDED || process->stage == JOB_ABANDONED;
}

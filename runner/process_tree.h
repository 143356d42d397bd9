/* SPDX-License-Identifier: MIT */
/** Everything a test forks belongs to the runner, and goes when the test goes. */
#ifndef RUNNER_PROCESS_TREE_H
#define RUNNER_PROCESS_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Makes the runner the parent of every orphan below it, so that a process
 * which left its group and session still can be found. Negative errno.
 */
int process_tree_adopt_orphans(void);

/**
 * Takes the runner off the OOM killer's list (oom_score_adj -1000), and keeps its pages in memory
 * if it may. Negative errno if it stays on the list.
 */
int process_tree_protect_self(void);

/**
 * Reaps all children that ended, up to @except, who has somebody else to do that. False if there
 * are no children. Those that were not made to be waited for (see clone(2), exit signal) are none.
 */
bool process_tree_reap(pid_t except);

/**
 * Sends @signal to all children of this process but @except and, with @spare_undo, those called
 * IGT_UNDO_PROCESS, which put the machine back in order after a test and end by themselves. Who
 * kills with it does so again after each child that was reaped: the children of the dead are this
 * process's then. True if one was spared.
 */
bool process_tree_signal(int signal, pid_t except, bool spare_undo);

#endif

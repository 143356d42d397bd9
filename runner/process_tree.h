/* SPDX-License-Identifier: MIT */
/** Everything a test forks belongs to the runner, and goes when the test goes. */
#ifndef RUNNER_PROCESS_TREE_H
#define RUNNER_PROCESS_TREE_H

/**
 * Makes the runner the parent of every orphan below it, so that a process
 * which left its group and session still can be found. Negative errno.
 */
int process_tree_adopt_orphans(void);

/** Takes the runner off the OOM killer's list (oom_score_adj -1000). Negative errno. */
int process_tree_protect_self(void);

/**
 * Ends and reaps all children of this process, and theirs, until there are
 * none: SIGTERM, and SIGKILL for what is left 2 seconds later. A guard process
 * that puts the machine back in order after its test has that time for it.
 * The caller has reaped whatever it wants a wait status of; SIGCHLD is blocked.
 * -EBUSY if something survives SIGKILL for 20 seconds.
 */
int process_tree_kill_children(void);

#endif

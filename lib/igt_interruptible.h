/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Ioctls that a signal interrupts, over and over, at ever later moments: what the kernel has to
 * undo halfway it must undo right. Names are those of IGT GPU Tools.
 */
#ifndef IGT_INTERRUPTIBLE_H
#define IGT_INTERRUPTIBLE_H

#include <stdbool.h>

/**
 * The statement that follows runs once as it is and then, with @enable, several times while its
 * calls through igt_ioctl are interrupted by a signal and called again. The time until the signal
 * grows from run to run; the last run is one in which none came in time, or the eighth. Affects
 * the calling thread. Do not leave the statement with break or goto.
 */
#define igt_while_interruptible(enable)                                                        \
	for (int igt__round = 0; igt__interruptible(igt__round, (enable)); igt__round++)
bool igt__interruptible(int round, bool enable);

/** Ioctls of this thread that a signal came during or just before, since the thread's start. */
unsigned long igt_interruptions(void);

/**
 * Start a process that sends us SIGCONT all the time: system calls return early, with EINTR where
 * they can. It ends with the subtest at the latest.
 */
void igt_fork_signal_helper(void);
/** End the process of igt_fork_signal_helper(). */
void igt_stop_signal_helper(void);

#endif

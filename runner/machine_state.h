/* SPDX-License-Identifier: MIT */
/** What the kernel says of its own health. */
#ifndef RUNNER_MACHINE_STATE_H
#define RUNNER_MACHINE_STATE_H

#include <stdbool.h>

/** Bits of /proc/sys/kernel/tainted after which nothing that the kernel does can be trusted. */
enum taint {
	TAINT_MACHINE_CHECK = 1 << 4,
	TAINT_BAD_PAGE = 1 << 5,
	TAINT_DIE = 1 << 7,
	TAINT_WARN = 1 << 9,
	TAINT_ALL_BAD = TAINT_MACHINE_CHECK | TAINT_BAD_PAGE | TAINT_DIE | TAINT_WARN,
	/** Not bad by itself: work got stuck, and may go on. */
	TAINT_SOFT_LOCKUP = 1 << 14,
};

/** A snapshot. */
struct machine_state {
	/** 0 also if it cannot be read. */
	unsigned long taint;
	/** 1: lockdep is at work; 0: it found something and gave up; -1: not in this kernel. */
	int debug_locks;
	/** Processes that the OOM killer ended since boot; -1 if the kernel does not count. */
	long long oom_kills;
};

/** The bits of /proc/sys/kernel/tainted; 0 if it cannot be read. */
unsigned long machine_taint(void);

/** As in struct machine_state. */
int machine_debug_locks(void);

/** Reads everything. Takes no lock that a driver could hold. */
void machine_state_read(struct machine_state *ret);

#endif

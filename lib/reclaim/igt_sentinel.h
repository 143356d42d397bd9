/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: is the kernel as well as it was?
 *
 * It is not when it has warned of itself, when a taint was set that says so, or when lockdep has
 * turned itself off; each of these fails what runs then, with the first lines of the first report
 * in the reason. Only what the kernel itself logs counts.
 *
 *	igt_watch_kernel("eviction under a reader's lock is clean")
 *		evict_and_read(dev);
 */
#ifndef IGT_SENTINEL_H
#define IGT_SENTINEL_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Check the kernel after each subtest and dynamic subtest from now on that would succeed; for a
 * fixture. One that fails or skips does that for its own reason, and what happened in it is not
 * held against the next.
 */
void igt_sentinel_every_subtest(void);

/** The state of the kernel at one moment, to be compared with a later one. Nothing to be freed. */
struct igt_health {
	unsigned long taints; /**< the bad ones */
	int lockdep;	      /**< see igt_lockdep_parse(); negative: it is not looked at */
	unsigned int reports; /**< seen in the log up to then */
	bool goes_on;	      /**< for igt_watch_kernel() */
};

/** The statement that follows is checked when it is over. @claim begins the reason. */
#define igt_watch_kernel(claim)                                                                \
	for (struct igt_health igt__health = igt_health_now(); igt__health.goes_on;            \
	     igt_health_check(&igt__health, claim), igt__health.goes_on = false)

/** The state of the kernel now. */
struct igt_health igt_health_now(void);

/**
 * What the kernel has complained of since @health was taken, into @text; @health becomes that of
 * now. Returns whether it has.
 */
bool igt_health_complaint(struct igt_health *health, char *text, size_t size);

/** Fail, "@claim: the kernel complains: ...", if it has since @health was taken. */
void igt_health_check(struct igt_health *health, const char *claim);

/** What /proc/lockdep_stats says of lockdep in @text: 1: at work, 0: off, -ENOENT: nothing. */
int igt_lockdep_parse(const char *text);

/** A report in the making: the first lines of the first one among records of the kernel's log. */
struct igt_report {
	char text[768];	    /**< its lines */
	unsigned int lines; /**< how many these are */
};

/**
 * Add a record of /dev/kmsg to @report, if it is the first line of a report, or belongs to the one
 * that has begun. Returns false when no more lines are needed.
 */
bool igt_report_add(struct igt_report *report, const char *record);

#endif

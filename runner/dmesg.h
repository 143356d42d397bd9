/* SPDX-License-Identifier: MIT */
/** The kernel log of one job: which subtest a record belongs to, and whether it counts. */
#ifndef RUNNER_DMESG_H
#define RUNNER_DMESG_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"
#include "settings.h"

/** Which records count against a test. */
struct dmesg_rules;

/** The rules of a run's settings. */
struct dmesg_rules *dmesg_rules_new(const struct settings *settings);
void dmesg_rules_free(struct dmesg_rules *rules);

DEFINE_CLEANUP(struct dmesg_rules *, dmesg_rules_free);

/** The raw records of one job: dmesg.txt. Nothing is owned. */
struct dmesg_log {
	const char *text;
	size_t len;
	/** There was more of it, which is lost. */
	bool cut;
};

/**
 * Hands the records out to @tests (struct test_result * of one job), by the
 * markers in them, and lets warnings change the verdicts: pass and warn become
 * dmesg-warn, fail becomes dmesg-fail. A pass of which a lost part of the log
 * may tell more is incomplete. Time and space are linear in the log.
 */
void dmesg_attribute(const struct dmesg_log *log, const struct dmesg_rules *rules,
		     const GPtrArray *tests);

#endif

/* SPDX-License-Identifier: MIT */
/** Results by binary, and in a binary by subtest. */
#ifndef RUNNER_REPORT_GROUPS_H
#define RUNNER_REPORT_GROUPS_H

#include <glib.h>

#include "report.h"

/** One binary. The entries are the report's. */
struct report_group {
	char *binary;
	/** The result of a binary without subtests; NULL if there are any. */
	struct report_entry *simple;
	/** GPtrArray * of struct report_entry *: a subtest's own result and its dynamic ones. */
	GPtrArray *subtests;
};

/**
 * struct report_group *, in the order in which their first results appear. A
 * binary that has a result of its own beside subtests gives two. Caller unrefs.
 */
GPtrArray *report_groups(const struct report *report);

#endif

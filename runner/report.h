/* SPDX-License-Identifier: MIT */
/** A results.json, read back for reporting. */
#ifndef RUNNER_REPORT_H
#define RUNNER_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "cleanup.h"
#include "reason.h"
#include "verdict.h"

struct json_object;

/** One test. Strings belong to the JSON that the report owns. */
struct report_entry {
	const char *name;
	enum verdict verdict;
	double seconds;
	struct reason_texts texts;
};

struct report {
	/** struct report_entry *, in the order of the file. */
	GPtrArray *entries;
	unsigned counts[_VERDICT_MAX];
	/**
	 * Results of which the file has only the count: a test that ran twice has
	 * one entry, and its other result must not be forgotten over it.
	 */
	unsigned hidden[_VERDICT_MAX];
	struct json_object *root;
};

/** Reads @path/results.json. Logs, then returns a negative errno. */
int report_read(const char *path, struct report **ret);
void report_free(struct report *report);

/** True if test @name (without `igt@`, any case) has a result and is not a skip. */
bool report_has_run(const struct report *report, const char *name);

DEFINE_CLEANUP(struct report *, report_free);

#endif

/* SPDX-License-Identifier: MIT */
/** What a page shows of one test beside its result: logs, memory, events, the machine's health. */
#ifndef RUNNER_REPORT_HTML_DETAIL_H
#define RUNNER_REPORT_HTML_DETAIL_H

#include <stdbool.h>

#include "cleanup.h"
#include "report.h"
#include "report/folder.h"
#include "report/timeline.h"

/** The line in a log that stands for its middle begins with this. */
#define HTML_CUT_MARK "[... "

/** Remembers the job that was read last, for its next test. Zero it at first. */
struct detail_reader {
	const struct folder *folder;
	/** Number of the job plus one. */
	int job;
	struct timeline *timeline;
	/** Of machine_changes_parse(); NULL without the file. */
	GHashTable *machine;
};

/**
 * JSON of @entry, which comes from job @job (-1: unknown); @alone if it is all that the
 * job did. Times are seconds from the subtest's start. Caller puts.
 */
struct json_object *detail_json(struct detail_reader *reader, const struct report_entry *entry,
				int job, bool alone);

void detail_reader_clear(struct detail_reader *reader);

#endif

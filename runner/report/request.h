/* SPDX-License-Identifier: MIT */
/** The command line of igt_report. */
#ifndef RUNNER_REPORT_REQUEST_H
#define RUNNER_REPORT_REQUEST_H

#include <glib.h>
#include <stdbool.h>

#include "expectations.h"
#include "report/kcidb.h"

enum report_format {
	REPORT_SUMMARY,
	REPORT_EXPECTATIONS,
	REPORT_HTML,
	REPORT_JUNIT,
	REPORT_KTAP,
	REPORT_LAVA,
	REPORT_KCIDB,
	REPORT_CSV,
	REPORT_COMPARE,
	_REPORT_FORMAT_MAX,
};

/** Strings point into argv. Release with report_request_clear(). */
struct report_request {
	enum report_format format;
	/** Results folders; one, but for REPORT_COMPARE. Ends with NULL. */
	const char *const *paths;
	unsigned path_count;
	/** NULL if no option has to do with them. */
	struct expectations *expectations;
	/** File to be written instead of stdout, or NULL. */
	const char *output;
	/** The exit status tells how the run went, not only that the report was written. */
	bool strict;
	/** Of REPORT_COMPARE: a page instead of text. */
	bool html;
	struct kcidb_ids kcidb;
};

/** 0; 1 if help was asked for; or logs and returns a negative errno. */
int report_request_parse(struct report_request *request, int argc, char **argv);
void report_request_clear(struct report_request *request);

/** The usage text. */
extern const char report_request_usage[];

#endif

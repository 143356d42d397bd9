/* SPDX-License-Identifier: MIT */
/**
 * The marker lines of the text protocol (see igt_wire.h), read from a stream or a file; and what
 * stands in their place where a test spoke in packets.
 */
#ifndef RUNNER_MARKERS_H
#define RUNNER_MARKERS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "verdict.h"

enum marker_kind {
	MARKER_START,
	MARKER_RESULT,
	MARKER_DYNAMIC_START,
	MARKER_DYNAMIC_RESULT,
	/** The runner's last word on a subtest or dynamic subtest, in packets only. */
	MARKER_OVERRIDE,
	MARKER_DYNAMIC_OVERRIDE,
	/** What follows is another process of the same job. Has no name. */
	MARKER_PROCESS,
};

/** The line of MARKER_PROCESS, which the runner writes to both streams. */
#define MARKER_PROCESS_LINE "runner: the job goes on without the subtests above"

/** One marker line. Filled by marker_parse(), released by marker_clear(). */
struct marker {
	enum marker_kind kind;
	char *name;
	/** Of results and overrides; a line cut off inside its word is VERDICT_INCOMPLETE. */
	enum verdict verdict;
	double seconds;
	/** Offsets in the scanned text: start of the line, first byte after its newline. */
	size_t begin, end;
};

/** Parses one line (@len without newline). False if it is no marker; *ret is untouched then. */
bool marker_parse(const char *line, size_t len, struct marker *ret);

void marker_clear(struct marker *marker);

/** Told of each marker of a running test, in order; offsets have no meaning then. */
typedef void (*marker_handler)(void *user, const struct marker *marker);

/** An empty array of struct marker that owns their names. Caller unrefs. */
GArray *markers_new(void);

/** All markers in @text, in order. Caller unrefs. */
GArray *markers_scan(const char *text, size_t len);

/** True for names that a test may have: letters, digits, `-`, `_`; not empty. */
bool test_name_is_valid(const char *name, size_t len);

#endif

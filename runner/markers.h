/* SPDX-License-Identifier: MIT */
/** The marker lines of the text protocol (see igt_wire.h), read from a stream or a file. */
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
};

/** One marker line. Filled by marker_parse(), released by marker_clear(). */
struct marker {
	enum marker_kind kind;
	char *name;
	/** Results only; a line cut off inside its word is VERDICT_INCOMPLETE. */
	enum verdict verdict;
	double seconds;
	/** Offsets in the scanned text: start of the line, first byte after its newline. */
	size_t begin, end;
};

/** Parses one line (@len without newline). False if it is no marker; *ret is untouched then. */
bool marker_parse(const char *line, size_t len, struct marker *ret);

void marker_clear(struct marker *marker);

/** All markers in @text[@begin..@end), in order, offsets relative to @text. Caller unrefs. */
GArray *markers_scan(const char *text, size_t begin, size_t end);

/** True for names that a test may have: letters, digits, `-`, `_`; not empty. */
bool test_name_is_valid(const char *name, size_t len);

#endif

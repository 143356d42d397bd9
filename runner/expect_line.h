/* SPDX-License-Identifier: MIT */
/** How a result that expectations speak about is put into the line of a report. */
#ifndef RUNNER_EXPECT_LINE_H
#define RUNNER_EXPECT_LINE_H

#include "expectations.h"

/** The first column: XFAIL, XPASS or FLAKE if it was judged so, else the result. Caller frees. */
char *expect_word(const struct judged *judged, enum verdict verdict);

/**
 * The test's own @reason (NULL: none) after what was expected and why. "" if
 * there is nothing to say. Caller frees.
 */
char *expect_reason(const struct judged *judged, enum verdict verdict, const char *reason);

/**
 * What report_line() gives with expect_word() and expect_reason(). Caller
 * frees.
 */
char *expect_line(const struct judged *judged, enum verdict verdict, const char *name,
		  double seconds, const char *reason);

/**
 * The same for a line that report_line() made elsewhere, as it comes out of
 * `igt_runner --report text`. NULL if @line is none. Caller frees.
 */
char *expect_line_annotate(const struct expectations *expectations, const char *line);

#endif

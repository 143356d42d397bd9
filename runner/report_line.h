/* SPDX-License-Identifier: MIT */
/** One test, one line, for people and for log windows. */
#ifndef RUNNER_REPORT_LINE_H
#define RUNNER_REPORT_LINE_H

#include "verdict.h"

/**
 * `FAIL  binary@subtest  0.301s  reason`, without newline; columns are two
 * blanks apart. @name may begin with `igt@`, which is left out. An empty or NULL
 * @reason has no column. Caller frees.
 */
char *report_line(enum verdict verdict, const char *name, double seconds, const char *reason);

/** The same with another word in the first column, in capitals. */
char *report_line_as(const char *word, const char *name, double seconds, const char *reason);

#endif

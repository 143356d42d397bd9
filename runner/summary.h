/* SPDX-License-Identifier: MIT */
/** A run on one screen, and as one number. */
#ifndef RUNNER_SUMMARY_H
#define RUNNER_SUMMARY_H

#include <stdio.h>

#include "expectations.h"
#include "report.h"

/**
 * Prints the totals, all that did not pass (worst first) with its reason, the
 * slowest three tests, and a headline as last line. With @expectations (NULL if
 * there are none) known failures stand apart from the others, behind them, and
 * passes that should have been failures among the lines too.
 */
void summary_print(const struct report *report, const struct expectations *expectations,
		   FILE *stream);

/** The last line of summary_print(), without newline. Caller frees with free(). */
char *summary_headline(const struct report *report, const struct expectations *expectations);

/**
 * The exit status of a run: 0 something passed and the rest passed, was skipped,
 * or went as expected; 1 something did not go well, or not as badly as expected;
 * 77 nothing was verified.
 */
int summary_exit_status(const struct report *report, const struct expectations *expectations);

#endif

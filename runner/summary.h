/* SPDX-License-Identifier: MIT */
/** A run on one screen, and as one number. */
#ifndef RUNNER_SUMMARY_H
#define RUNNER_SUMMARY_H

#include <stdio.h>

#include "report.h"

/**
 * Prints the totals, all that did not pass (worst first) with its reason, the
 * slowest three tests, and a headline as last line.
 */
void summary_print(const struct report *report, FILE *stream);

/**
 * The exit status of a run: 0 something passed and the rest passed or was
 * skipped; 1 something did not go well; 77 nothing was verified.
 */
int summary_exit_status(const struct report *report);

#endif

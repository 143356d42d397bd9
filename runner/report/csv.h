/* SPDX-License-Identifier: MIT */
/** deqp-runner's results.csv: `name,Status,seconds`, no header, sorted by name. */
#ifndef RUNNER_REPORT_CSV_H
#define RUNNER_REPORT_CSV_H

#include <stdio.h>

#include "expectations.h"
#include "report.h"

/** Prints the file. @expectations may be NULL. The format has no quoting: a comma becomes `-`. */
void csv_print(const struct report *report, const struct expectations *expectations, FILE *stream);

#endif

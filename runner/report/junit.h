/* SPDX-License-Identifier: MIT */
/**
 * JUnit XML as GitLab and Jenkins show it: a suite for each binary, and what a
 * reader needs in the text of a failure, since attributes are not shown.
 */
#ifndef RUNNER_REPORT_JUNIT_H
#define RUNNER_REPORT_JUNIT_H

#include <stdio.h>

#include "expectations.h"
#include "report.h"
#include "report/folder.h"

/** Prints the document. @expectations may be NULL. */
void junit_print(const struct report *report, const struct folder *folder,
		 const struct expectations *expectations, FILE *stream);

#endif

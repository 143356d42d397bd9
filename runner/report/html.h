/* SPDX-License-Identifier: MIT */
/** A run as one HTML file; see page.h. */
#ifndef RUNNER_REPORT_HTML_H
#define RUNNER_REPORT_HTML_H

#include <stdio.h>

#include "expectations.h"
#include "report.h"
#include "report/folder.h"

/**
 * Prints the page of the run in folder @path. Very long logs lose their middle. Of a run
 * whose logs would make the page too large for a mail, those that matter least are
 * left out; the page says so at each such test.
 */
void html_print(const struct report *report, const struct folder *folder, const char *path,
		const struct expectations *expectations, FILE *stream);

#endif

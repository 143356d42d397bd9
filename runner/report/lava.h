/* SPDX-License-Identifier: MIT */
/**
 * The signals that LAVA's dispatcher reads from a console. A binary is a test set,
 * a subtest a case; a dynamic subtest is the case `subtest.dynamic`. Before each
 * result stands, for people who read the log, the line of report_line().
 */
#ifndef RUNNER_REPORT_LAVA_H
#define RUNNER_REPORT_LAVA_H

#include <glib.h>
#include <stdio.h>

#include "expectations.h"
#include "report.h"

/** Opens and closes the test set of a binary. */
void lava_set_begin(GString *out, const char *binary);
void lava_set_end(GString *out);

/** Marks in the console's log where a case begins and ends. @subtest NULL: the binary is one. */
void lava_case_begin(GString *out, const char *binary, const char *subtest);
void lava_case_end(GString *out, const char *binary, const char *subtest);

/** The result of a case. @expectations may be NULL. */
void lava_result(GString *out, const struct report_entry *entry,
		 const struct expectations *expectations);

/** A whole report. */
void lava_print(const struct report *report, const struct expectations *expectations, FILE *stream);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * KTAP version 1, as the kernel's documentation has it: a level for binaries, one
 * for their subtests, one for dynamic subtests. A parent's result follows its
 * children. What a directive cannot say stands as text behind the `#`.
 *
 * Written piece by piece, so that a run can be told while it runs.
 */
#ifndef RUNNER_REPORT_KTAP_H
#define RUNNER_REPORT_KTAP_H

#include <glib.h>
#include <stdio.h>

#include "expectations.h"
#include "report.h"

/** A run on its way into text; zero it before ktap_begin(). */
struct ktap {
	/** What was written since the owner last took it away. Not owned. */
	GString *out;
	/** NULL if there are none. Not owned. */
	const struct expectations *expectations;
	/** Results so far: of binaries, and of the subtests of the open one. */
	unsigned binaries, subtests;
	/** Of the open binary: some result was not fine, some verified something. */
	bool bad, good;
};

/** The header, for a run of @binaries, each counted as often as ktap_binary_end() will be called.
 */
void ktap_begin(struct ktap *ktap, unsigned binaries);

/** Opens a binary that has @subtests of them. */
void ktap_binary_begin(struct ktap *ktap, const char *binary, unsigned subtests);

/**
 * One subtest of the open binary: @entries (@count of struct report_entry *) are
 * its own and those of its dynamic subtests, in any order.
 */
void ktap_subtest(struct ktap *ktap, struct report_entry *const *entries, unsigned count);

void ktap_binary_end(struct ktap *ktap, const char *binary);

/** A binary that is one test. */
void ktap_simple(struct ktap *ktap, const struct report_entry *entry);

/** A whole report. */
void ktap_print(const struct report *report, const struct expectations *expectations, FILE *stream);

#endif

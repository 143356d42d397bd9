/* SPDX-License-Identifier: MIT */
/** What to change in expectation files, so that they say what a run showed. */
#ifndef RUNNER_EXPECT_UPDATE_H
#define RUNNER_EXPECT_UPDATE_H

#include <stdio.h>

#include "expectations.h"
#include "report.h"

/**
 * Prints what is to be added, changed and removed, a line each, for a person to
 * judge; @expectations may be NULL. What the run did not show is no reason for a
 * change: tests that did not run, or during which the machine was lost.
 */
void expect_update_print(const struct report *report, const struct expectations *expectations,
			 FILE *stream);

/** 0 nothing is to be changed; 1 something is. */
int expect_update_exit_status(const struct report *report, const struct expectations *expectations);

#endif

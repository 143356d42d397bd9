/* SPDX-License-Identifier: MIT */
/** results.json of a whole run. */
#ifndef RUNNER_RESULTS_H
#define RUNNER_RESULTS_H

/**
 * Reads results directory @path and replaces its results.json, as a whole or
 * not at all. Works for a run that is going on, was cut off, or never started.
 * Logs, then returns a negative errno.
 */
int results_generate(const char *path);

#endif

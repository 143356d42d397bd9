/* SPDX-License-Identifier: MIT */
/** What is looked at before the first job, after each, and after the last one, if asked for. */
#ifndef RUNNER_BETWEEN_JOBS_H
#define RUNNER_BETWEEN_JOBS_H

#include "cleanup.h"
#include "settings.h"

struct between_jobs;

/**
 * Nothing is looked at yet. @settings, @results_fd, which is the results directory, and @stop_fd,
 * readable when the runner is to stop, stay the caller's and must live as long.
 */
struct between_jobs *between_jobs_new(const struct settings *settings, int results_fd, int stop_fd);
void between_jobs_free(struct between_jobs *between);

DEFINE_CLEANUP(struct between_jobs *, between_jobs_free);

/**
 * Before the first job; after the one that is called @title; after the last one. Tells facts that
 * changed, looks for leaks of memory, collects code coverage. Returns a reason to end the run, some
 * lines, or NULL. Caller frees.
 */
char *between_jobs_begin(struct between_jobs *between);
char *between_jobs_after(struct between_jobs *between, const char *title);
char *between_jobs_end(struct between_jobs *between);

#endif

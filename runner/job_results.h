/* SPDX-License-Identifier: MIT */
/** All that one job directory says. */
#ifndef RUNNER_JOB_RESULTS_H
#define RUNNER_JOB_RESULTS_H

#include <glib.h>
#include <stdbool.h>

#include "cleanup.h"
#include "dmesg.h"
#include "job_files.h"
#include "job_list.h"
#include "settings.h"

struct job_results {
	/** struct test_result *, see transcript_results(). May be empty. */
	GPtrArray *tests;
	/** True if the end of the process is on record; then its seconds. */
	bool ended;
	double seconds;
};

/**
 * Reads directory <index> of the results directory @results_fd. A job that was
 * never run gives `notrun` entries. Whatever is cut short in there gives the
 * verdict that is left without it, never a better one. Logs, then returns a
 * negative errno, if the record is there but cannot be read.
 */
int job_results_load(int results_fd, unsigned index, const struct job *job,
		     const struct settings *settings, const struct dmesg_rules *rules,
		     struct job_results **ret);
/** The same of @files, which are the record; data may be taken out of them. Never NULL. */
struct job_results *job_results_of(int results_fd, unsigned index, const struct job *job,
				   const struct settings *settings,
				   const struct dmesg_rules *rules, struct job_files *files);
void job_results_free(struct job_results *results);

DEFINE_CLEANUP(struct job_results *, job_results_free);

#endif

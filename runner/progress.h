/* SPDX-License-Identifier: MIT */
/** What a run says on stdout while it runs. */
#ifndef RUNNER_PROGRESS_H
#define RUNNER_PROGRESS_H

#include <glib.h>
#include <stdbool.h>

#include "dmesg.h"
#include "job_files.h"
#include "job_list.h"
#include "live_report.h"
#include "settings.h"

/** Where in the run it is. Nothing is owned. */
struct progress {
	const struct settings *settings;
	const GPtrArray *jobs;
	int results_fd;
	struct dmesg_rules *rules;
	/** NULL if none was asked for. */
	struct live_report *live;
};

/** Job @index starts. @left: seconds of the overall timeout, negative if there is none. */
void progress_job_started(const struct progress *progress, unsigned index, double left);

/**
 * Job @index is over, or will not be run: with `--report`, its results. @files is its record, or
 * NULL to have it read; data may be taken out of it.
 */
void progress_job_ended(const struct progress *progress, unsigned index, struct job_files *files);

/** True if stdout belongs to a report. */
bool progress_stdout_is_report(const struct settings *settings);

/**
 * Says something about the run. On stdout, or on stderr where stdout is the
 * report. No newline at the end of @format. Nothing with `--log-level quiet`.
 */
void progress_say(const struct settings *settings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** progress_say() with the time before it, `[seconds since boot] `. */
void progress_say_stamped(const struct settings *settings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif

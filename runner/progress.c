/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "job_list.h"
#include "job_results.h"
#include "live_report.h"

bool progress_stdout_is_report(const struct settings *settings)
{
	return settings->report != LIVE_NONE && !settings->report_to_kmsg;
}

/* @stamp stands before it. */
static void say(const struct settings *settings, const char *stamp, const char *format,
		va_list args)
{
	FILE *stream = progress_stdout_is_report(settings) ? stderr : stdout;
	g_autofree char *text = NULL;

	if (settings->log_level <= LOG_LEVEL_QUIET)
		return;
	text = g_strdup_vprintf(format, args);
	fprintf(stream, "%s%s\n", stamp, text);
	fflush(stream);
}

void progress_say(const struct settings *settings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(settings, "", format, args);
	va_end(args);
}

void progress_say_stamped(const struct settings *settings, const char *format, ...)
{
	char stamp[64];
	struct timespec now;
	va_list args;

	clock_gettime(CLOCK_BOOTTIME, &now);
	g_snprintf(stamp, sizeof(stamp), "[%lld.%06ld] ", (long long)now.tv_sec,
		   now.tv_nsec / 1000);
	va_start(args, format);
	say(settings, stamp, format, args);
	va_end(args);
}

void progress_job_started(const struct progress *progress, unsigned index, double left)
{
	g_autofree char *title = job_title(g_ptr_array_index(progress->jobs, index));
	char budget[32] = "";

	live_report_started(progress->live, index);
	if (progress_stdout_is_report(progress->settings))
		return;
	if (left >= 0)
		g_snprintf(budget, sizeof(budget), "(%.0fs left) ", left);
	progress_say_stamped(progress->settings, "[%u/%u] %s%s", index + 1, progress->jobs->len,
			     budget, title);
}

void progress_job_ended(const struct progress *progress, unsigned index, struct job_files *files)
{
	_cleanup_(job_results_freep) struct job_results *results = NULL;
	const struct job *job = g_ptr_array_index(progress->jobs, index);

	if (!progress->live)
		return;
	/* Out of the record, so that the report says what results.json will say. */
	if (files)
		results = job_results_of(progress->results_fd, index, job, progress->settings,
					 progress->rules, files);
	else if (job_results_load(progress->results_fd, index, job, progress->settings,
				  progress->rules, &results) < 0)
		return;
	live_report_ended(progress->live, index, results);
}

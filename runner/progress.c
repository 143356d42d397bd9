/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "job_results.h"
#include "reason.h"
#include "report_line.h"
#include "test_result.h"

void progress_say(const struct settings *settings, const char *format, ...)
{
	FILE *stream = settings->report_text ? stderr : stdout;
	g_autofree char *text = NULL;
	va_list args;

	if (settings->log_level <= LOG_LEVEL_QUIET)
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	fprintf(stream, "%s\n", text);
	fflush(stream);
}

void progress_job_started(const struct progress *progress, unsigned index, double left)
{
	g_autofree char *title = job_title(g_ptr_array_index(progress->jobs, index));
	char budget[32] = "";
	struct timespec now;

	if (progress->settings->report_text)
		return;
	clock_gettime(CLOCK_BOOTTIME, &now);
	if (left >= 0)
		g_snprintf(budget, sizeof(budget), "(%.0fs left) ", left);
	progress_say(progress->settings, "[%lld.%06ld] [%u/%u] %s%s", (long long)now.tv_sec,
		     now.tv_nsec / 1000, index + 1, progress->jobs->len, budget, title);
}

static void print_result(const struct test_result *test)
{
	struct reason_texts texts = {.out = test->out,
				     .err = test->err,
				     .dmesg = test->dmesg->str,
				     .warnings = test->warnings->str};
	g_autofree char *reason = reason_find(test->verdict, &texts);
	g_autofree char *line = report_line(test->verdict, test->name, test->seconds, reason);

	puts(line);
}

void progress_job_ended(const struct progress *progress, unsigned index)
{
	_cleanup_(job_results_freep) struct job_results *results = NULL;

	if (!progress->settings->report_text)
		return;
	/* Read back from the record, so that the line says what results.json will say. */
	if (job_results_load(progress->results_fd, index, g_ptr_array_index(progress->jobs, index),
			     progress->settings, progress->rules, &results) < 0)
		return;
	for (unsigned i = 0; i < results->tests->len; i++)
		print_result(g_ptr_array_index(results->tests, i));
	fflush(stdout);
}

/* SPDX-License-Identifier: MIT */
#include "live_report.h"

#include <stdio.h>
#include <string.h>

#include "job_list.h"
#include "kmsg.h"
#include "report.h"
#include "report/groups.h"
#include "report/ktap.h"
#include "report/lava.h"
#include "report/outcome.h"
#include "report_line.h"
#include "test_result.h"

struct live_report {
	const struct settings *settings;
	const GPtrArray *jobs;
	/* What is to be printed next. */
	GString *out;
	struct ktap ktap;
	/* The job that is under way, or was; jobs->len: none yet. */
	unsigned current;
};

struct live_report *live_report_new(const struct settings *settings, const GPtrArray *jobs)
{
	struct live_report *live;

	if (settings->report == LIVE_NONE)
		return NULL;
	live = g_new0(struct live_report, 1);
	live->settings = settings;
	live->jobs = jobs;
	live->out = g_string_new(NULL);
	live->ktap.out = live->out;
	live->ktap.expectations = settings->expectations;
	live->current = jobs->len;
	return live;
}

void live_report_free(struct live_report *live)
{
	if (!live)
		return;
	g_string_free(live->out, /* free_segment= */ TRUE);
	g_free(live);
}

/* Hands over what was written so far. */
static void flush(struct live_report *live)
{
	if (live->settings->report_to_kmsg) {
		g_auto(GStrv) lines = g_strsplit(live->out->str, "\n", /* max_tokens= */ -1);

		for (char **line = lines; *line; line++)
			if (**line != '\0')
				kmsg_report(*line);
	} else {
		fputs(live->out->str, stdout);
		fflush(stdout);
	}
	g_string_truncate(live->out, 0);
}

static const struct job *job_at(const struct live_report *live, unsigned index)
{
	return g_ptr_array_index(live->jobs, index);
}

/* Jobs of one subtest each belong together as long as they are of one binary. */
static bool goes_on(const struct live_report *live, unsigned index)
{
	return index > 0 && index < live->jobs->len &&
	       job_at(live, index - 1)->subtests->len == 1 &&
	       job_at(live, index)->subtests->len == 1 &&
	       strcmp(job_at(live, index - 1)->binary, job_at(live, index)->binary) == 0;
}

/* Of a run that begins with job @index. */
static unsigned count_binaries(const struct live_report *live, unsigned index)
{
	unsigned count = 1;

	while (++index < live->jobs->len)
		count += !goes_on(live, index);
	return count;
}

/* Jobs from @index on that belong together. */
static unsigned count_subtests(const struct live_report *live, unsigned index)
{
	unsigned count = 1;

	while (goes_on(live, ++index))
		count++;
	return count;
}

/* The first of those that belong together, or of those that are run at all. */
static bool is_first(const struct live_report *live, unsigned index)
{
	return live->current == live->jobs->len || !goes_on(live, index);
}

/* What is known before the job has run. */
static void begin_job(struct live_report *live, unsigned index)
{
	const struct job *job = job_at(live, index);
	bool first = is_first(live, index);

	if (live->settings->report == LIVE_LAVA && first)
		lava_set_begin(live->out, job->binary);
	if (live->settings->report != LIVE_KTAP)
		return;
	if (live->current == live->jobs->len)
		ktap_begin(&live->ktap, count_binaries(live, index));
	if (job->subtests->len == 1 && first)
		ktap_binary_begin(&live->ktap, job->binary, count_subtests(live, index));
}

void live_report_started(struct live_report *live, unsigned index)
{
	const struct job *job;

	if (!live)
		return;
	job = job_at(live, index);
	begin_job(live, index);
	if (live->settings->report == LIVE_LAVA && job->subtests->len < 2)
		lava_case_begin(live->out, job->binary,
				job->subtests->len == 1 ? job->subtests->pdata[0] : NULL);
	live->current = index;
	flush(live);
}

/* The results as a report has them, so that they are told in the same words as after the run. */
static struct report *report_of(const struct job_results *results)
{
	struct report *report = g_new0(struct report, 1);

	report->entries = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < results->tests->len; i++) {
		const struct test_result *test = g_ptr_array_index(results->tests, i);
		struct report_entry *entry = g_new0(struct report_entry, 1);

		entry->name = test->name;
		entry->verdict = test->verdict;
		entry->seconds = test->seconds;
		entry->texts = (struct reason_texts){.out = test->out,
						     .err = test->err,
						     .dmesg = test->dmesg->str,
						     .warnings = test->warnings->str};
		g_ptr_array_add(report->entries, entry);
	}
	return report;
}

static void put_line(struct live_report *live, const struct report_entry *entry)
{
	struct outcome outcome = outcome_of(entry, live->settings->expectations);
	g_autofree char *line =
		report_line_as(outcome.word, entry->name, entry->seconds, outcome.reason);

	g_string_append_printf(live->out, "%s\n", line);
	outcome_clear(&outcome);
}

static void put_ktap_subtests(struct live_report *live, const struct report_group *group)
{
	for (unsigned i = 0; i < group->subtests->len; i++) {
		GPtrArray *entries = g_ptr_array_index(group->subtests, i);

		ktap_subtest(&live->ktap, (struct report_entry *const *)entries->pdata,
			     entries->len);
	}
}

/* A job whose plan could not be told before: what it is made of is known only now. */
static void put_ktap_binary(struct live_report *live, const struct report_group *group)
{
	if (group->simple) {
		ktap_simple(&live->ktap, group->simple);
		return;
	}
	ktap_binary_begin(&live->ktap, group->binary, group->subtests->len);
	put_ktap_subtests(live, group);
	ktap_binary_end(&live->ktap, group->binary);
}

static void put_ktap(struct live_report *live, const struct report *report, unsigned index)
{
	g_autoptr(GPtrArray) groups = report_groups(report);
	const struct job *job = job_at(live, index);
	bool single = job->subtests->len == 1;

	for (unsigned i = 0; i < groups->len; i++) {
		if (single)
			put_ktap_subtests(live, g_ptr_array_index(groups, i));
		else
			put_ktap_binary(live, g_ptr_array_index(groups, i));
	}
	if (single && !goes_on(live, index + 1))
		ktap_binary_end(&live->ktap, job->binary);
}

static void put_lava(struct live_report *live, const struct report *report, unsigned index,
		     bool ran)
{
	const struct job *job = job_at(live, index);

	if (ran && job->subtests->len < 2)
		lava_case_end(live->out, job->binary,
			      job->subtests->len == 1 ? job->subtests->pdata[0] : NULL);
	for (unsigned i = 0; i < report->entries->len; i++)
		lava_result(live->out, g_ptr_array_index(report->entries, i),
			    live->settings->expectations);
	if (!goes_on(live, index + 1))
		lava_set_end(live->out);
}

void live_report_ended(struct live_report *live, unsigned index, const struct job_results *results)
{
	_cleanup_(report_freep) struct report *report = NULL;
	bool ran;

	if (!live)
		return;
	report = report_of(results);
	ran = live->current == index;
	if (!ran)
		begin_job(live, index);
	live->current = index;
	switch (live->settings->report) {
	case LIVE_KTAP:
		put_ktap(live, report, index);
		break;
	case LIVE_LAVA:
		put_lava(live, report, index, ran);
		break;
	default:
		for (unsigned i = 0; i < report->entries->len; i++)
			put_line(live, g_ptr_array_index(report->entries, i));
		break;
	}
	flush(live);
}

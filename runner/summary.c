/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include "igt_wire.h"
#include "report_line.h"

#define STATUS_BAD 1

#define SLOWEST 3

static unsigned total(const struct report *report, enum verdict verdict)
{
	return report->counts[verdict] + report->hidden[verdict];
}

static unsigned total_of_all(const struct report *report)
{
	unsigned n = 0;

	for (int v = 0; v < _VERDICT_MAX; v++)
		n += total(report, v);
	return n;
}

/* Verdicts by rank: what to print first. */
static enum verdict verdict_at_rank(unsigned rank)
{
	for (int v = 0; v < _VERDICT_MAX; v++)
		if (verdict_rank(v) == rank)
			return v;
	return _VERDICT_INVALID;
}

/* `1 fail, 2 timeout`; @bad_only leaves out pass and skip. */
static char *counts_text(const struct report *report, bool bad_only)
{
	GString *text = g_string_new(NULL);

	for (unsigned rank = 0; rank < _VERDICT_MAX; rank++) {
		enum verdict verdict = verdict_at_rank(rank);

		if (total(report, verdict) == 0 || (bad_only && !verdict_is_bad(verdict)))
			continue;
		g_string_append_printf(text, "%s%u %s", text->len > 0 ? ", " : "",
				       total(report, verdict), verdict_name(verdict));
	}
	if (text->len == 0)
		g_string_append(text, "none");
	return g_string_free(text, /* free_segment= */ FALSE);
}

static void print_not_passed(const struct report *report, FILE *stream)
{
	for (unsigned rank = 0; rank < _VERDICT_MAX; rank++) {
		enum verdict verdict = verdict_at_rank(rank);

		if (verdict == VERDICT_PASS)
			continue;
		for (unsigned i = 0; i < report->entries->len; i++) {
			const struct report_entry *entry = g_ptr_array_index(report->entries, i);
			g_autofree char *reason = NULL;
			g_autofree char *line = NULL;

			if (entry->verdict != verdict)
				continue;
			reason = reason_find(verdict, &entry->texts);
			line = report_line(verdict, entry->name, entry->seconds, reason);
			fprintf(stream, "%s\n", line);
		}
		if (report->hidden[verdict] > 0)
			fprintf(stream, "%u more %s of tests that ran again later\n",
				report->hidden[verdict], verdict_name(verdict));
	}
}

static int compare_seconds(const void *a, const void *b)
{
	const struct report_entry *const *x = a;
	const struct report_entry *const *y = b;

	return ((*x)->seconds < (*y)->seconds) - ((*x)->seconds > (*y)->seconds);
}

static void print_slowest(const struct report *report, FILE *stream)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();

	for (unsigned i = 0; i < report->entries->len; i++) {
		struct report_entry *entry = g_ptr_array_index(report->entries, i);

		if (entry->seconds > 0.0)
			g_ptr_array_add(sorted, entry);
	}
	g_ptr_array_sort(sorted, compare_seconds);
	for (unsigned i = 0; i < sorted->len && i < SLOWEST; i++) {
		const struct report_entry *entry = g_ptr_array_index(sorted, i);
		g_autofree char *line = report_line(entry->verdict, entry->name, entry->seconds,
						    /* reason= */ NULL);

		fprintf(stream, "slowest: %s\n", line);
	}
}

int summary_exit_status(const struct report *report)
{
	for (int v = 0; v < _VERDICT_MAX; v++)
		if (verdict_is_bad(v) && total(report, v) > 0)
			return STATUS_BAD;
	return total(report, VERDICT_PASS) > 0 ? IGT_EXIT_SUCCESS : IGT_EXIT_SKIP;
}

static void print_headline(const struct report *report, FILE *stream)
{
	g_autofree char *bad = counts_text(report, /* bad_only= */ true);
	unsigned all = total_of_all(report);
	unsigned skipped = total(report, VERDICT_SKIP);

	switch (summary_exit_status(report)) {
	case IGT_EXIT_SUCCESS:
		fprintf(stream, "PASSED: %u of %u tests, %u skipped\n", total(report, VERDICT_PASS),
			all, skipped);
		break;
	case IGT_EXIT_SKIP:
		if (all == 0)
			fprintf(stream, "NOTHING VERIFIED: there are no tests in the results\n");
		else
			fprintf(stream, "NOTHING VERIFIED: all %u tests were skipped\n", all);
		break;
	default:
		fprintf(stream, "FAILED: %s; %u of %u tests passed, %u skipped\n", bad,
			total(report, VERDICT_PASS), all, skipped);
	}
}

void summary_print(const struct report *report, FILE *stream)
{
	g_autofree char *counts = counts_text(report, /* bad_only= */ false);

	fprintf(stream, "totals: %s\n", counts);
	print_not_passed(report, stream);
	print_slowest(report, stream);
	print_headline(report, stream);
}

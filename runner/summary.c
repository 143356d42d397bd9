/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include "expect_line.h"
#include "igt_wire.h"
#include "report_line.h"

#define STATUS_BAD 1

#define SLOWEST 3
/* Names spelt out in a line about several tests. */
#define SPELT_OUT 5

/* What a run comes to, every result counted once. */
struct score {
	unsigned all;
	/* Neither expected to fail nor known to flake. */
	unsigned passed;
	unsigned skipped;
	unsigned judged[_JUDGEMENT_MAX];
	/* Of JUDGED_UNEXPECTED. */
	unsigned unexpected[_VERDICT_MAX];
};

static void score_add(struct score *score, enum judgement judgement, enum verdict verdict,
		      unsigned count)
{
	score->all += count;
	score->judged[judgement] += count;
	if (judgement == JUDGED_UNEXPECTED)
		score->unexpected[verdict] += count;
	else if (judgement == JUDGED_PLAIN && verdict == VERDICT_PASS)
		score->passed += count;
	else if (judgement == JUDGED_PLAIN)
		score->skipped += count;
}

static struct score score_of(const struct report *report, const struct expectations *expectations)
{
	struct score score = {0};

	for (unsigned i = 0; i < report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(report->entries, i);
		struct judged judged =
			expectations_judge(expectations, entry->name, entry->verdict);

		score_add(&score, judged.judgement, entry->verdict, 1);
	}
	/* Whose results those are is unknown, so nobody expected them. */
	for (int v = 0; v < _VERDICT_MAX; v++)
		score_add(&score, verdict_is_bad(v) ? JUDGED_UNEXPECTED : JUDGED_PLAIN, v,
			  report->hidden[v]);
	return score;
}

static int score_status(const struct score *score)
{
	if (score->judged[JUDGED_UNEXPECTED] > 0 || score->judged[JUDGED_XPASS] > 0)
		return STATUS_BAD;
	return score->passed > 0 ? IGT_EXIT_SUCCESS : IGT_EXIT_SKIP;
}

int summary_exit_status(const struct report *report, const struct expectations *expectations)
{
	struct score score = score_of(report, expectations);

	return score_status(&score);
}

/* Verdicts by rank: what to print first. */
static enum verdict verdict_at_rank(unsigned rank)
{
	for (int v = 0; v < _VERDICT_MAX; v++)
		if (verdict_rank(v) == rank)
			return v;
	return _VERDICT_INVALID;
}

static void add_count(GString *text, unsigned count, const char *what)
{
	if (count > 0)
		g_string_append_printf(text, "%s%u %s", text->len > 0 ? ", " : "", count, what);
}

/* `1 fail, 2 timeout`, the worst first; empty if all are zero. */
static GString *counts_text(const unsigned counts[_VERDICT_MAX])
{
	GString *text = g_string_new(NULL);

	for (unsigned rank = 0; rank < _VERDICT_MAX; rank++) {
		enum verdict verdict = verdict_at_rank(rank);
		/* Of these only skips that were not allowed are ever counted. */
		const char *what =
			verdict == VERDICT_SKIP ? "required skip" : verdict_name(verdict);

		add_count(text, counts[verdict], what);
	}
	return text;
}

static void print_totals(const struct score *score, FILE *stream)
{
	g_autoptr(GString) text = counts_text(score->unexpected);

	add_count(text, score->judged[JUDGED_XPASS], "xpass");
	add_count(text, score->judged[JUDGED_FLAKE], "flake");
	add_count(text, score->judged[JUDGED_XFAIL], "xfail");
	add_count(text, score->skipped, verdict_name(VERDICT_SKIP));
	add_count(text, score->passed, verdict_name(VERDICT_PASS));
	fprintf(stream, "totals: %s\n", text->len > 0 ? text->str : "none");
}

static void print_entry(const struct report_entry *entry, const struct judged *judged, FILE *stream)
{
	g_autofree char *reason = reason_find(entry->verdict, &entry->texts);
	g_autofree char *line =
		expect_line(judged, entry->verdict, entry->name, entry->seconds, reason);

	fprintf(stream, "%s\n", line);
}

/* The entries of one judgement and verdict. What passed as it should needs no line. */
static void print_entries(const struct report *report, const struct expectations *expectations,
			  enum judgement judgement, enum verdict verdict, FILE *stream)
{
	if (judgement == JUDGED_PLAIN && verdict == VERDICT_PASS)
		return;
	for (unsigned i = 0; i < report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(report->entries, i);
		struct judged judged;

		if (entry->verdict != verdict)
			continue;
		judged = expectations_judge(expectations, entry->name, verdict);
		if (judged.judgement == judgement)
			print_entry(entry, &judged, stream);
	}
	if (report->hidden[verdict] > 0 &&
	    judgement == (verdict_is_bad(verdict) ? JUDGED_UNEXPECTED : JUDGED_PLAIN))
		fprintf(stream, "%u more %s of tests that ran again later\n",
			report->hidden[verdict], verdict_name(verdict));
}

static void print_not_passed(const struct report *report, const struct expectations *expectations,
			     FILE *stream)
{
	for (int judgement = 0; judgement < _JUDGEMENT_MAX; judgement++)
		for (unsigned rank = 0; rank < _VERDICT_MAX; rank++)
			print_entries(report, expectations, judgement, verdict_at_rank(rank),
				      stream);
}

/* Expectations that this run neither confirms nor refutes. */
static void print_not_run(const struct report *report, const struct expectations *expectations,
			  FILE *stream)
{
	g_autoptr(GPtrArray) awaited = expectations_awaited(expectations);
	g_autoptr(GString) names = g_string_new(NULL);
	unsigned count = 0;

	for (unsigned i = 0; i < awaited->len; i++) {
		const struct expect_entry *entry = g_ptr_array_index(awaited, i);

		if (report_has_run(report, entry->name))
			continue;
		if (count++ < SPELT_OUT)
			g_string_append_printf(names, "%s%s", count > 1 ? ", " : "", entry->name);
	}
	if (count == 0)
		return;
	if (count > SPELT_OUT)
		g_string_append_printf(names, " and %u more", count - SPELT_OUT);
	fprintf(stream, "did not run, though expected to fail: %s\n", names->str);
}

static int compare_seconds(const void *a, const void *b)
{
	const struct report_entry *const *x = a;
	const struct report_entry *const *y = b;

	return ((*x)->seconds < (*y)->seconds) - ((*x)->seconds > (*y)->seconds);
}

static void print_slowest(const struct report *report, const struct expectations *expectations,
			  FILE *stream)
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
		struct judged judged =
			expectations_judge(expectations, entry->name, entry->verdict);
		g_autofree char *word = expect_word(&judged, entry->verdict);
		g_autofree char *line =
			report_line_as(word, entry->name, entry->seconds, /* reason= */ NULL);

		fprintf(stream, "slowest: %s\n", line);
	}
}

static bool is_plain(const struct score *score)
{
	return score->judged[JUDGED_XFAIL] == 0 && score->judged[JUDGED_XPASS] == 0 &&
	       score->judged[JUDGED_FLAKE] == 0;
}

/* `3 of 6 tests passed, 2 failed as expected, 1 flaky, 0 skipped` */
static void print_counts(const struct score *score, FILE *stream)
{
	fprintf(stream, "%u of %u tests passed", score->passed, score->all);
	if (score->judged[JUDGED_XFAIL] > 0)
		fprintf(stream, ", %u failed as expected", score->judged[JUDGED_XFAIL]);
	if (score->judged[JUDGED_FLAKE] > 0)
		fprintf(stream, ", %u flaky", score->judged[JUDGED_FLAKE]);
	fprintf(stream, ", %u skipped\n", score->skipped);
}

static void print_failed(const struct score *score, FILE *stream)
{
	g_autoptr(GString) what = counts_text(score->unexpected);

	add_count(what, score->judged[JUDGED_XPASS], "unexpected pass");
	fprintf(stream, "FAILED: %s; ", what->str);
	print_counts(score, stream);
}

static void print_headline(const struct score *score, FILE *stream)
{
	int status = score_status(score);

	if (status == STATUS_BAD) {
		print_failed(score, stream);
	} else if (status == IGT_EXIT_SUCCESS && is_plain(score)) {
		fprintf(stream, "PASSED: %u of %u tests, %u skipped\n", score->passed, score->all,
			score->skipped);
	} else if (status == IGT_EXIT_SUCCESS) {
		fprintf(stream, "AS EXPECTED: ");
		print_counts(score, stream);
	} else if (score->all == 0) {
		fprintf(stream, "NOTHING VERIFIED: there are no tests in the results\n");
	} else if (is_plain(score)) {
		fprintf(stream, "NOTHING VERIFIED: all %u tests were skipped\n", score->all);
	} else {
		fprintf(stream, "NOTHING VERIFIED: ");
		print_counts(score, stream);
	}
}

char *summary_headline(const struct report *report, const struct expectations *expectations)
{
	struct score score = score_of(report, expectations);
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);

	if (!stream)
		g_error("cannot write to memory");
	print_headline(&score, stream);
	fclose(stream);
	return g_strchomp(text);
}

void summary_print(const struct report *report, const struct expectations *expectations,
		   FILE *stream)
{
	struct score score = score_of(report, expectations);

	print_totals(&score, stream);
	print_not_passed(report, expectations, stream);
	print_not_run(report, expectations, stream);
	print_slowest(report, expectations, stream);
	print_headline(&score, stream);
}

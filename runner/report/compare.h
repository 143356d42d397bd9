/* SPDX-License-Identifier: MIT */
/** What differs between runs: the first is what the others are held against, the last is the news.
 */
#ifndef RUNNER_REPORT_COMPARE_H
#define RUNNER_REPORT_COMPARE_H

#include <glib.h>
#include <stdio.h>

#include "cleanup.h"
#include "expectations.h"
#include "report/outcome.h"

/** What became of a test, from the first run to the last. In the order in which it is shown. */
enum change {
	/** Was fine, and is not. */
	CHANGE_BROKEN,
	/** Passed, and is skipped now: nobody knows any more. */
	CHANGE_UNVERIFIED,
	/** Of three runs or more: was fine, then not, then fine, or the reverse. */
	CHANGE_FLAKY,
	/** Is not fine in another way, or fine in another way. */
	CHANGE_OTHER,
	/** Is only in the last run, and not in the first. */
	CHANGE_NEW,
	CHANGE_GONE,
	CHANGE_FIXED,
	/** Did not pass, for no fault of its own, and passes now. */
	CHANGE_VERIFIED,
	/** The same result, in twice the time or half of it, and half a second apart. */
	CHANGE_SLOWER,
	CHANGE_FASTER,
	CHANGE_NONE,
	_CHANGE_MAX,
};

/** `broken`, `no longer verified`, `flaky`, ... Static. */
const char *change_name(enum change change);

/** One run. */
struct compare_run {
	/** Owned, as is the report. */
	char *label;
	struct report *report;
	/** struct outcome, one for each entry. */
	GArray *outcomes;
	/** struct fact *. */
	GPtrArray *facts;
};

/** A test in one run; the entry is NULL if it is not there. */
struct compare_cell {
	const struct report_entry *entry;
	const struct outcome *outcome;
};

/** One test. */
struct compare_row {
	/** Without `igt@`. Belongs to a run. */
	const char *name;
	enum change change;
	/** One for each run. */
	struct compare_cell *cells;
};

struct compare {
	/** struct compare_run *. */
	GPtrArray *runs;
	/** struct compare_row *, by change, then in the order of the runs. */
	GPtrArray *rows;
	unsigned counts[_CHANGE_MAX];
};

/**
 * Reads the results in the folders @paths (@count, at least two), judged by @expectations
 * (may be NULL). Logs, then returns a negative errno.
 */
int compare_read(const char *const *paths, unsigned count, const struct expectations *expectations,
		 struct compare **ret);
void compare_free(struct compare *compare);

DEFINE_CLEANUP(struct compare *, compare_free);

/** `2 broken, 1 fixed; 110 as before`. Caller frees. */
char *compare_headline(const struct compare *compare);

/** 0; or 1 if something got worse: broken, no longer verified, or new and not fine. */
int compare_exit_status(const struct compare *compare);

/** True if fact @label has not the same value in all runs; a run without it has another. */
bool compare_fact_differs(const struct compare *compare, const char *label);

/**
 * Labels of all facts of all runs, each once (const char *), but of those that are
 * never the same: when a run was and how long it took. Caller unrefs.
 */
GPtrArray *compare_fact_labels(const struct compare *compare);

void compare_print_text(const struct compare *compare, FILE *stream);
void compare_print_html(const struct compare *compare, FILE *stream);

#endif

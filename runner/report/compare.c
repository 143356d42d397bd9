/* SPDX-License-Identifier: MIT */
#include "report/compare.h"

#include <string.h>

#include "report/run_facts.h"
#include "report/folder.h"
#include "report/labels.h"

/* From when on a difference in time is worth a line. */
#define TIMES_LONGER 2.0
#define SECONDS_LONGER 0.5

const char *change_name(enum change change)
{
	static const char *const names[_CHANGE_MAX] = {
		[CHANGE_BROKEN] = "broken",  [CHANGE_UNVERIFIED] = "no longer verified",
		[CHANGE_FLAKY] = "flaky",    [CHANGE_OTHER] = "changed",
		[CHANGE_NEW] = "new",	     [CHANGE_GONE] = "gone",
		[CHANGE_FIXED] = "fixed",    [CHANGE_VERIFIED] = "now verified",
		[CHANGE_SLOWER] = "slower",  [CHANGE_FASTER] = "faster",
		[CHANGE_NONE] = "as before",
	};

	return names[change];
}

static void run_free(void *element)
{
	struct compare_run *run = element;

	g_free(run->label);
	report_free(run->report);
	g_array_unref(run->outcomes);
	g_ptr_array_unref(run->facts);
	g_free(run);
}

static void row_free(void *element)
{
	struct compare_row *row = element;

	g_free(row->cells);
	g_free(row);
}

void compare_free(struct compare *compare)
{
	if (!compare)
		return;
	g_ptr_array_unref(compare->rows);
	g_ptr_array_unref(compare->runs);
	g_free(compare);
}

static void clear_outcome(void *element)
{
	outcome_clear(element);
}

static int read_run(struct compare *compare, const char *path, const char *label,
		    const struct expectations *expectations)
{
	_cleanup_(folder_freep) struct folder *folder = NULL;
	struct report *report = NULL;
	struct compare_run *run;
	int r = report_read(path, &report);

	if (r < 0)
		return r;
	folder = folder_open(path);
	run = g_new0(struct compare_run, 1);
	run->label = g_strdup(label);
	run->report = report;
	run->facts = run_facts_read(report, folder);
	run->outcomes = g_array_new(FALSE, FALSE, sizeof(struct outcome));
	g_array_set_clear_func(run->outcomes, clear_outcome);
	for (unsigned i = 0; i < report->entries->len; i++) {
		struct outcome outcome =
			outcome_of(g_ptr_array_index(report->entries, i), expectations);

		g_array_append_val(run->outcomes, outcome);
	}
	g_ptr_array_add(compare->runs, run);
	return 0;
}

static void add_cells(struct compare *compare, GHashTable *by_name, unsigned number)
{
	const struct compare_run *run = g_ptr_array_index(compare->runs, number);

	for (unsigned i = 0; i < run->report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(run->report->entries, i);
		const char *name = plain_name(entry->name);
		struct compare_row *row = g_hash_table_lookup(by_name, name);

		if (!row) {
			row = g_new0(struct compare_row, 1);
			row->name = name;
			row->cells = g_new0(struct compare_cell, compare->runs->len);
			g_hash_table_insert(by_name, (char *)name, row);
			g_ptr_array_add(compare->rows, row);
		}
		row->cells[number].entry = entry;
		row->cells[number].outcome = &g_array_index(run->outcomes, struct outcome, i);
	}
}

/* How often it went from fine to not fine or back, runs without it left out. */
static unsigned turns(const struct compare_row *row, unsigned count)
{
	unsigned turns = 0;
	int before = -1;

	for (unsigned i = 0; i < count; i++) {
		int now;

		if (!row->cells[i].entry)
			continue;
		now = outcome_is_fine(row->cells[i].outcome);
		turns += before >= 0 && now != before;
		before = now;
	}
	return turns;
}

static enum change change_of_time(double before, double after)
{
	if (after >= before * TIMES_LONGER && after - before >= SECONDS_LONGER)
		return CHANGE_SLOWER;
	if (before >= after * TIMES_LONGER && before - after >= SECONDS_LONGER)
		return CHANGE_FASTER;
	return CHANGE_NONE;
}

static enum change change_of(const struct compare_row *row, unsigned count)
{
	const struct compare_cell *first = &row->cells[0], *last = &row->cells[count - 1];
	bool was_fine, is_fine;

	if (turns(row, count) > 1)
		return CHANGE_FLAKY;
	if (!last->entry)
		return CHANGE_GONE;
	if (!first->entry)
		return CHANGE_NEW;
	was_fine = outcome_is_fine(first->outcome);
	is_fine = outcome_is_fine(last->outcome);
	if (was_fine != is_fine)
		return is_fine ? CHANGE_FIXED : CHANGE_BROKEN;
	if (first->outcome->kind == OUTCOME_GOOD && last->outcome->kind != OUTCOME_GOOD)
		return CHANGE_UNVERIFIED;
	if (first->outcome->kind == OUTCOME_NEUTRAL && last->outcome->kind == OUTCOME_GOOD)
		return CHANGE_VERIFIED;
	if (strcmp(first->outcome->word, last->outcome->word) != 0)
		return CHANGE_OTHER;
	return change_of_time(first->entry->seconds, last->entry->seconds);
}

static void sort_rows(struct compare *compare)
{
	GPtrArray *sorted = g_ptr_array_new_with_free_func(row_free);

	for (int change = 0; change < _CHANGE_MAX; change++)
		for (unsigned i = 0; i < compare->rows->len; i++) {
			struct compare_row *row = g_ptr_array_index(compare->rows, i);

			if (row->change == (enum change)change)
				g_ptr_array_add(sorted, row);
		}
	g_ptr_array_set_free_func(compare->rows, NULL);
	g_ptr_array_unref(compare->rows);
	compare->rows = sorted;
}

int compare_read(const char *const *paths, unsigned count, const struct expectations *expectations,
		 struct compare **ret)
{
	_cleanup_(compare_freep) struct compare *compare = g_new0(struct compare, 1);
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	g_auto(GStrv) labels = labels_of(paths, count);

	compare->runs = g_ptr_array_new_with_free_func(run_free);
	compare->rows = g_ptr_array_new_with_free_func(row_free);
	for (unsigned i = 0; i < count; i++) {
		int r = read_run(compare, paths[i], labels[i], expectations);

		if (r < 0)
			return r;
	}
	for (unsigned i = 0; i < count; i++)
		add_cells(compare, by_name, i);
	for (unsigned i = 0; i < compare->rows->len; i++) {
		struct compare_row *row = g_ptr_array_index(compare->rows, i);

		row->change = change_of(row, count);
		compare->counts[row->change]++;
	}
	sort_rows(compare);
	*ret = g_steal_pointer(&compare);
	return 0;
}

char *compare_headline(const struct compare *compare)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (int change = 0; change < CHANGE_NONE; change++)
		if (compare->counts[change] > 0)
			g_string_append_printf(text, "%s%u %s", text->len > 0 ? ", " : "",
					       compare->counts[change], change_name(change));
	return g_strdup_printf("%s; %u %s", text->len > 0 ? text->str : "nothing changed",
			       compare->counts[CHANGE_NONE], change_name(CHANGE_NONE));
}

int compare_exit_status(const struct compare *compare)
{
	if (compare->counts[CHANGE_BROKEN] > 0 || compare->counts[CHANGE_UNVERIFIED] > 0)
		return 1;
	for (unsigned i = 0; i < compare->rows->len; i++) {
		const struct compare_row *row = g_ptr_array_index(compare->rows, i);

		if (row->change == CHANGE_NEW &&
		    !outcome_is_fine(row->cells[compare->runs->len - 1].outcome))
			return 1;
	}
	return 0;
}

bool compare_fact_differs(const struct compare *compare, const char *label)
{
	const struct compare_run *first = g_ptr_array_index(compare->runs, 0);
	const char *value = run_facts_find(first->facts, label);

	for (unsigned i = 1; i < compare->runs->len; i++) {
		const struct compare_run *run = g_ptr_array_index(compare->runs, i);

		if (g_strcmp0(value, run_facts_find(run->facts, label)) != 0)
			return true;
	}
	return false;
}

GPtrArray *compare_fact_labels(const struct compare *compare)
{
	GPtrArray *labels = g_ptr_array_new();

	for (unsigned i = 0; i < compare->runs->len; i++) {
		const struct compare_run *run = g_ptr_array_index(compare->runs, i);

		for (unsigned n = 0; n < run->facts->len; n++) {
			const struct fact *fact = g_ptr_array_index(run->facts, n);

			if (strcmp(fact->label, FACT_STARTED) != 0 &&
			    strcmp(fact->label, FACT_TOOK) != 0 &&
			    !g_ptr_array_find_with_equal_func(labels, fact->label, g_str_equal,
							      /* index= */ NULL))
				g_ptr_array_add(labels, fact->label);
		}
	}
	return labels;
}

/* SPDX-License-Identifier: MIT */
#include "report/compare.h"

#include "report/run_facts.h"

/* Runs are named A, B, C, ... in lines about facts. */
static char letter(unsigned run)
{
	return (char)('A' + run % 26);
}

static void print_runs(const struct compare *compare, FILE *stream)
{
	for (unsigned i = 0; i < compare->runs->len; i++) {
		const struct compare_run *run = g_ptr_array_index(compare->runs, i);
		const char *started = run_facts_find(run->facts, FACT_STARTED);
		unsigned fine = 0;

		for (unsigned n = 0; n < run->outcomes->len; n++)
			fine += outcome_is_fine(&g_array_index(run->outcomes, struct outcome, n));
		fprintf(stream, "%c  %s  %u tests, %u not fine%s%s\n", letter(i), run->label,
			run->outcomes->len, run->outcomes->len - fine, started ? ", " : "",
			started ? started : "");
	}
}

static void print_facts(const struct compare *compare, FILE *stream)
{
	g_autoptr(GPtrArray) labels = compare_fact_labels(compare);

	for (unsigned i = 0; i < labels->len; i++) {
		const char *label = g_ptr_array_index(labels, i);

		if (!compare_fact_differs(compare, label))
			continue;
		for (unsigned n = 0; n < compare->runs->len; n++) {
			const struct compare_run *run = g_ptr_array_index(compare->runs, n);
			const char *value = run_facts_find(run->facts, label);

			fprintf(stream, "%c  %s: %s\n", letter(n), label, value ? value : "-");
		}
	}
}

/* `PASS -> FAIL`; a run without the test is a `-`. */
static char *words(const struct compare *compare, const struct compare_row *row)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < compare->runs->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? " -> " : "",
				       row->cells[i].entry ? row->cells[i].outcome->word : "-");
	return g_strdup(text->str);
}

static char *seconds(const struct compare *compare, const struct compare_row *row)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < compare->runs->len; i++) {
		g_string_append(text, i > 0 ? " -> " : "");
		if (row->cells[i].entry)
			g_string_append_printf(text, "%.3fs", row->cells[i].entry->seconds);
		else
			g_string_append_c(text, '-');
	}
	return g_strdup(text->str);
}

/* Of the last run that was not fine, else of the last one that has the test. */
static const char *reason(const struct compare *compare, const struct compare_row *row)
{
	const char *found = "";

	for (unsigned i = 0; i < compare->runs->len; i++) {
		const struct compare_cell *cell = &row->cells[i];

		if (cell->entry && *cell->outcome->reason != '\0' &&
		    (*found == '\0' || !outcome_is_fine(cell->outcome)))
			found = cell->outcome->reason;
	}
	return found;
}

static void print_row(const struct compare *compare, const struct compare_row *row, FILE *stream)
{
	bool of_time = row->change == CHANGE_SLOWER || row->change == CHANGE_FASTER;
	g_autofree char *change = g_ascii_strup(change_name(row->change), -1);
	g_autofree char *what = of_time ? seconds(compare, row) : words(compare, row);
	const char *why = of_time ? "" : reason(compare, row);

	fprintf(stream, "%s  %s  %s%s%s\n", change, row->name, what, *why ? "  " : "", why);
}

void compare_print_text(const struct compare *compare, FILE *stream)
{
	g_autofree char *headline = compare_headline(compare);

	print_runs(compare, stream);
	print_facts(compare, stream);
	for (unsigned i = 0; i < compare->rows->len; i++) {
		const struct compare_row *row = g_ptr_array_index(compare->rows, i);

		if (row->change != CHANGE_NONE)
			print_row(compare, row, stream);
	}
	fprintf(stream, "%s\n", headline);
}

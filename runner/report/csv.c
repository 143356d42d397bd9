/* SPDX-License-Identifier: MIT */
#include "report/csv.h"

#include <string.h>

#include "report/outcome.h"

static int compare_names(const void *a, const void *b)
{
	const struct report_entry *const *x = a;
	const struct report_entry *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void print_entry(const struct report_entry *entry, const struct expectations *expectations,
			FILE *stream)
{
	struct outcome outcome = outcome_of(entry, expectations);
	g_autofree char *name = g_strdup(plain_name(entry->name));

	fprintf(stream, "%s,%s,%.3f\n", g_strdelimit(name, ",\r\n", '-'), outcome.csv,
		entry->seconds);
	outcome_clear(&outcome);
}

void csv_print(const struct report *report, const struct expectations *expectations, FILE *stream)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();

	for (unsigned i = 0; i < report->entries->len; i++)
		g_ptr_array_add(sorted, g_ptr_array_index(report->entries, i));
	g_ptr_array_sort(sorted, compare_names);
	for (unsigned i = 0; i < sorted->len; i++)
		print_entry(g_ptr_array_index(sorted, i), expectations, stream);
}

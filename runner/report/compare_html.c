/* SPDX-License-Identifier: MIT */
#include "report/compare.h"

#include <json-c/json.h>

#include "report/run_facts.h"
#include "report/page.h"

static struct json_object *runs_json(const struct compare *compare)
{
	struct json_object *runs = json_object_new_array();

	for (unsigned i = 0; i < compare->runs->len; i++) {
		const struct compare_run *run = g_ptr_array_index(compare->runs, i);

		json_object_array_add(runs, json_object_new_string(run->label));
	}
	return runs;
}

/* [label, true if it differs, [value of each run or null]] */
static struct json_object *facts_json(const struct compare *compare)
{
	g_autoptr(GPtrArray) labels = compare_fact_labels(compare);
	struct json_object *facts = json_object_new_array();

	for (unsigned i = 0; i < labels->len; i++) {
		const char *label = g_ptr_array_index(labels, i);
		struct json_object *fact = json_object_new_array();
		struct json_object *values = json_object_new_array();

		for (unsigned n = 0; n < compare->runs->len; n++) {
			const struct compare_run *run = g_ptr_array_index(compare->runs, n);
			const char *value = run_facts_find(run->facts, label);

			json_object_array_add(values, value ? json_object_new_string(value) : NULL);
		}
		json_object_array_add(fact, json_object_new_string(label));
		json_object_array_add(
			fact, json_object_new_boolean(compare_fact_differs(compare, label)));
		json_object_array_add(fact, values);
		json_object_array_add(facts, fact);
	}
	return facts;
}

/* [word, milliseconds, reason], or null for a run without the test. */
static struct json_object *cell_json(const struct compare_cell *cell)
{
	struct json_object *triple;

	if (!cell->entry)
		return NULL;
	triple = json_object_new_array();
	json_object_array_add(triple, json_object_new_string(cell->outcome->judged.is_required
								     ? "REQUIRED-SKIP"
								     : cell->outcome->word));
	json_object_array_add(triple,
			      json_object_new_int64((int64_t)(cell->entry->seconds * 1000 + 0.5)));
	json_object_array_add(triple, json_object_new_string(cell->outcome->reason));
	return triple;
}

/* [name, change, [cell of each run]] */
static struct json_object *rows_json(const struct compare *compare)
{
	struct json_object *rows = json_object_new_array();

	for (unsigned i = 0; i < compare->rows->len; i++) {
		const struct compare_row *row = g_ptr_array_index(compare->rows, i);
		struct json_object *triple = json_object_new_array();
		struct json_object *cells = json_object_new_array();

		for (unsigned n = 0; n < compare->runs->len; n++)
			json_object_array_add(cells, cell_json(&row->cells[n]));
		json_object_array_add(triple, json_object_new_string(row->name));
		json_object_array_add(triple, json_object_new_int(row->change));
		json_object_array_add(triple, cells);
		json_object_array_add(rows, triple);
	}
	return rows;
}

static struct json_object *changes_json(void)
{
	struct json_object *names = json_object_new_array();

	for (int change = 0; change < _CHANGE_MAX; change++)
		json_object_array_add(names, json_object_new_string(change_name(change)));
	return names;
}

static char *label(const struct compare *compare)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < compare->runs->len; i++) {
		const struct compare_run *run = g_ptr_array_index(compare->runs, i);

		g_string_append_printf(text, "%s%s", i > 0 ? " → " : "", run->label);
	}
	return g_strdup(text->str);
}

void compare_print_html(const struct compare *compare, FILE *stream)
{
	bool is_worse = compare_exit_status(compare) != 0;
	g_autofree char *counts = compare_headline(compare);
	g_autofree char *headline =
		g_strdup_printf("%s: %s", is_worse ? "WORSE" : "NOT WORSE", counts);
	g_autofree char *name = label(compare);
	g_autofree char *title = g_strdup_printf("%s: %s", name, headline);
	g_autofree char *fallback = page_escape(title);
	struct json_object *data = json_object_new_object();

	json_object_object_add(data, "label", json_object_new_string(name));
	json_object_object_add(data, "headline", json_object_new_string(headline));
	json_object_object_add(data, "status", json_object_new_string(is_worse ? "bad" : "good"));
	json_object_object_add(data, "about", json_object_new_array());
	json_object_object_add(data, "runs", runs_json(compare));
	json_object_object_add(data, "facts", facts_json(compare));
	json_object_object_add(data, "changes", changes_json());
	json_object_object_add(data, "rows", rows_json(compare));
	page_print(&(struct page){.title = title,
				  .body_class = "compare",
				  .css = page_compare_css,
				  .body = page_compare_body,
				  .js = page_compare_js,
				  .fallback = fallback,
				  .data = data},
		   stream);
	json_object_put(data);
}

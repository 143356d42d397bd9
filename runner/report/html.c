/* SPDX-License-Identifier: MIT */
#include "report/html.h"

#include <json-c/json.h>
#include <string.h>

#include "report/run_facts.h"
#include "report/html_detail.h"
#include "report/labels.h"
#include "report/outcome.h"
#include "report/page.h"
#include "summary.h"

/* Logs that are unpacked together when one of them is looked at; a few milliseconds. */
#define PART_BYTES (256 * 1024)
/* What the packed logs of a page may take. With the list of 20,000 tests it is below 15 MB. */
#define PARTS_MAX_BYTES (11 * 1024 * 1024)
/* Told without scripts. */
#define FALLBACK_MAX 500

/* A page in the making. */
struct html {
	const struct report *report;
	const struct folder *folder;
	/* struct outcome and int (the job, or -1) of each entry. */
	GArray *outcomes;
	GArray *jobs;
	/* How many entries a job has; the key is its number plus one. */
	GHashTable *job_entries;
	/* int: which part holds an entry's details, or -1. */
	GArray *part_of;
	GPtrArray *parts;
};

static void html_clear(struct html *html)
{
	g_array_unref(html->outcomes);
	g_array_unref(html->jobs);
	g_array_unref(html->part_of);
	g_hash_table_unref(html->job_entries);
	g_ptr_array_unref(html->parts);
}

static const struct outcome *outcome_at(const struct html *html, unsigned index)
{
	return &g_array_index(html->outcomes, struct outcome, index);
}

static void judge_all(struct html *html, const struct expectations *expectations)
{
	for (unsigned i = 0; i < html->report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(html->report->entries, i);
		struct outcome outcome = outcome_of(entry, expectations);
		int job = folder_job(html->folder, entry->name), none = -1;
		void *key = GINT_TO_POINTER(job + 1);
		unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(html->job_entries, key));

		g_array_append_val(html->outcomes, outcome);
		g_array_append_val(html->jobs, job);
		g_array_append_val(html->part_of, none);
		g_hash_table_insert(html->job_entries, key, GUINT_TO_POINTER(count + 1));
	}
}

/* Details on their way into a part. */
struct packer {
	struct html *html;
	struct detail_reader reader;
	GString *text;
	size_t packed_bytes;
};

static void packer_flush(struct packer *packer)
{
	char *packed;

	if (packer->text->len == 0)
		return;
	g_string_append_c(packer->text, '}');
	packed = page_pack(packer->text->str, packer->text->len);
	packer->packed_bytes += strlen(packed);
	g_ptr_array_add(packer->html->parts, packed);
	g_string_truncate(packer->text, 0);
}

static void packer_take(struct packer *packer, unsigned index)
{
	struct html *html = packer->html;
	int job = g_array_index(html->jobs, int, index);
	void *key = GINT_TO_POINTER(job + 1);
	bool alone = GPOINTER_TO_UINT(g_hash_table_lookup(html->job_entries, key)) == 1;
	struct json_object *detail = detail_json(
		&packer->reader, g_ptr_array_index(html->report->entries, index), job, alone);

	if (packer->packed_bytes < PARTS_MAX_BYTES) {
		g_string_append_printf(packer->text, "%c\"%u\":", packer->text->len > 0 ? ',' : '{',
				       index);
		g_string_append(
			packer->text,
			json_object_to_json_string_ext(
				detail, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		g_array_index(html->part_of, int, index) = (int)html->parts->len;
	}
	json_object_put(detail);
	if (packer->text->len >= PART_BYTES)
		packer_flush(packer);
}

/* What did not go well first: if there is no room for all, passes go without. */
static void pack_all(struct html *html)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct packer packer = {.html = html, .reader = {.folder = html->folder}, .text = text};

	for (int fine = 0; fine <= 1; fine++) {
		for (unsigned i = 0; i < html->report->entries->len; i++)
			if (outcome_is_fine(outcome_at(html, i)) == fine)
				packer_take(&packer, i);
		packer_flush(&packer);
	}
	detail_reader_clear(&packer.reader);
}

/* Texts, each with the number of its first appearance. */
struct numbering {
	GHashTable *numbers;
	struct json_object *list;
};

static struct json_object *number_of(struct numbering *numbering, const char *text)
{
	void *value = g_hash_table_lookup(numbering->numbers, text);

	if (!value) {
		value = GUINT_TO_POINTER(g_hash_table_size(numbering->numbers) + 1);
		g_hash_table_insert(numbering->numbers, g_strdup(text), value);
		json_object_array_add(numbering->list, json_object_new_string(text));
	}
	return json_object_new_int((int)GPOINTER_TO_UINT(value) - 1);
}

static struct numbering numbering_new(void)
{
	return (struct numbering){g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							/* value_destroy= */ NULL),
				  json_object_new_array()};
}

/* The words of a page; a skip that is not allowed needs one of its own there. */
static const char *word_of(const struct outcome *outcome)
{
	return outcome->judged.is_required ? "REQUIRED-SKIP" : outcome->word;
}

/* Lists, one a column: thousands of objects would repeat their keys thousands of times. */
static void add_tests(struct json_object *data, const struct html *html)
{
	static const char *const keys[] = {"name", "binary", "word", "ms", "reason", "job", "part"};
	enum { NAME, BINARY, WORD, MS, REASON, JOB, PART, KEYS };
	struct numbering binaries = numbering_new(), words = numbering_new();
	struct json_object *tests = json_object_new_object(), *lists[KEYS];

	for (int key = 0; key < KEYS; key++) {
		lists[key] = json_object_new_array();
		json_object_object_add(tests, keys[key], lists[key]);
	}
	for (unsigned i = 0; i < html->report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(html->report->entries, i);
		const struct outcome *outcome = outcome_at(html, i);
		const char *name = plain_name(entry->name), *at = strchr(name, '@');
		g_autofree char *binary = at ? g_strndup(name, at - name) : g_strdup(name);

		json_object_array_add(lists[NAME], json_object_new_string(at ? at + 1 : ""));
		json_object_array_add(lists[BINARY], number_of(&binaries, binary));
		json_object_array_add(lists[WORD], number_of(&words, word_of(outcome)));
		json_object_array_add(
			lists[MS], json_object_new_int64((int64_t)(entry->seconds * 1000 + 0.5)));
		json_object_array_add(lists[REASON],
				      *outcome->reason != '\0'
					      ? json_object_new_string(outcome->reason)
					      : json_object_new_int(0));
		json_object_array_add(lists[JOB],
				      json_object_new_int(g_array_index(html->jobs, int, i)));
		json_object_array_add(lists[PART],
				      json_object_new_int(g_array_index(html->part_of, int, i)));
	}
	json_object_object_add(data, "binaries", binaries.list);
	json_object_object_add(data, "words", words.list);
	json_object_object_add(data, "tests", tests);
	g_hash_table_unref(binaries.numbers);
	g_hash_table_unref(words.numbers);
}

/* `6.12.117 x86_64` of uname's line; or all of it, if it is another's. */
static char *short_kernel(const char *uname)
{
	g_auto(GStrv) words = g_strsplit(uname, " ", /* max_tokens= */ -1);
	unsigned count = g_strv_length(words);

	return count > 3 ? g_strdup_printf("%s %s", words[2], words[count - 1]) : g_strdup(uname);
}

static char *about_text(const char *label, const char *value)
{
	if (strcmp(label, FACT_KERNEL) == 0)
		return short_kernel(value);
	if (strcmp(label, FACT_MALI) == 0)
		return g_strdup_printf("Mali %s", value);
	if (strcmp(label, FACT_TOOK) == 0)
		return g_strdup_printf("took %s", value);
	return g_strdup(value);
}

static void add_facts(struct json_object *data, const GPtrArray *facts)
{
	static const char *const about[] = {FACT_KERNEL, FACT_MODEL, FACT_MALI, FACT_STARTED,
					    FACT_TOOK};
	struct json_object *pairs = json_object_new_array(), *line = json_object_new_array();

	for (unsigned i = 0; i < facts->len; i++) {
		const struct fact *fact = g_ptr_array_index(facts, i);
		struct json_object *pair = json_object_new_array();

		json_object_array_add(pair, json_object_new_string(fact->label));
		json_object_array_add(pair, json_object_new_string(fact->value));
		json_object_array_add(pairs, pair);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(about); i++) {
		const char *value = run_facts_find(facts, about[i]);
		g_autofree char *text = value ? about_text(about[i], value) : NULL;

		if (text)
			json_object_array_add(line, json_object_new_string(text));
	}
	json_object_object_add(data, "facts", pairs);
	json_object_object_add(data, "about", line);
}

/* For who has no scripts: what did not go well. */
static char *fallback_html(const struct html *html, const char *headline)
{
	g_autofree char *escaped = page_escape(headline);
	GString *text = g_string_new("<h1>");
	unsigned told = 0;

	g_string_append_printf(text,
			       "%s</h1><p>Filters, logs and plots need JavaScript. What did not "
			       "go well:</p><ul>",
			       escaped);
	for (unsigned i = 0; i < html->outcomes->len && told < FALLBACK_MAX; i++) {
		const struct report_entry *entry = g_ptr_array_index(html->report->entries, i);
		const struct outcome *outcome = outcome_at(html, i);
		g_autofree char *name = page_escape(plain_name(entry->name));
		g_autofree char *reason = page_escape(outcome->reason);

		if (outcome_is_fine(outcome))
			continue;
		g_string_append_printf(text, "<li><b>%s</b> %s: %s</li>", outcome->word, name,
				       reason);
		told++;
	}
	g_string_append(text, told == FALLBACK_MAX ? "<li>and more</li></ul>" : "</ul>");
	return g_string_free(text, /* free_segment= */ FALSE);
}

static const char *status_word(int exit_status)
{
	return exit_status == 0 ? "good" : exit_status == 1 ? "bad" : "none";
}

static struct json_object *page_data(const struct html *html, const char *label,
				     const char *headline, int exit_status)
{
	g_autoptr(GPtrArray) facts = run_facts_read(html->report, html->folder);
	struct json_object *data = json_object_new_object();

	json_object_object_add(data, "label", json_object_new_string(label));
	json_object_object_add(data, "headline", json_object_new_string(headline));
	json_object_object_add(data, "status", json_object_new_string(status_word(exit_status)));
	json_object_object_add(data, "cut", json_object_new_string(HTML_CUT_MARK));
	json_object_object_add(
		data, "left_out",
		json_object_new_string("The logs of this subtest are not in this page, which "
				       "would be too large with them; the results folder has "
				       "them."));
	add_facts(data, facts);
	add_tests(data, html);
	return data;
}

static void outcome_clear_element(void *element)
{
	outcome_clear(element);
}

void html_print(const struct report *report, const struct folder *folder, const char *path,
		const struct expectations *expectations, FILE *stream)
{
	_cleanup_(html_clear) struct html html = {
		.report = report,
		.folder = folder,
		.outcomes = g_array_new(FALSE, FALSE, sizeof(struct outcome)),
		.jobs = g_array_new(FALSE, FALSE, sizeof(int)),
		.part_of = g_array_new(FALSE, FALSE, sizeof(int)),
		.job_entries = g_hash_table_new(NULL, NULL),
		.parts = g_ptr_array_new_with_free_func(g_free),
	};
	g_autofree char *headline = summary_headline(report, expectations);
	g_autofree char *label = label_of(path);
	g_autofree char *title = g_strdup_printf("%s: %s", label, headline);
	g_autofree char *fallback = NULL;
	struct json_object *data;

	g_array_set_clear_func(html.outcomes, outcome_clear_element);
	judge_all(&html, expectations);
	pack_all(&html);
	fallback = fallback_html(&html, headline);
	data = page_data(&html, label, headline, summary_exit_status(report, expectations));
	page_print(&(struct page){.title = title,
				  .body_class = "run",
				  .css = page_run_css,
				  .body = page_run_body,
				  .js = page_run_js,
				  .fallback = fallback,
				  .data = data,
				  .parts = html.parts},
		   stream);
	json_object_put(data);
}

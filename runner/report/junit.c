/* SPDX-License-Identifier: MIT */
#include "report/junit.h"

#include <string.h>

#include "report/groups.h"
#include "report/outcome.h"

/* A failure fills a screen, not more: the window for it is small. */
#define KERNEL_LINES 12
#define STDERR_LINES 20
#define LINE_MAX_BYTES 400

/* What the head of a suite says. */
struct totals {
	unsigned tests, failures, errors, skipped;
	double seconds;
};

static void totals_add(struct totals *totals, const struct report_entry *entry,
		       const struct expectations *expectations)
{
	struct outcome outcome = outcome_of(entry, expectations);

	totals->tests++;
	totals->failures += outcome.kind == OUTCOME_FAILED;
	totals->errors += outcome.kind == OUTCOME_BROKEN;
	totals->skipped += outcome.kind == OUTCOME_NEUTRAL;
	totals->seconds += entry->seconds;
	outcome_clear(&outcome);
}

/* XML has no way at all to write most control characters and the two at the end of a plane. */
static bool is_xml(gunichar c)
{
	return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}

/* @text is valid UTF-8, or nothing of it from the first wrong byte on is taken. */
static void append_xml(GString *out, const char *text, size_t max)
{
	g_autoptr(GString) clean = g_string_new(NULL);
	g_autofree char *escaped = NULL;

	for (const char *p = text; *p && (size_t)(p - text) < max; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char_validated(p, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2)
			break;
		g_string_append_unichar(clean, is_xml(c) ? c : 0xfffd);
	}
	escaped = g_markup_escape_text(clean->str, -1);
	g_string_append(out, escaped);
}

static void append_attribute(GString *out, const char *key, const char *value)
{
	g_string_append_printf(out, " %s=\"", key);
	append_xml(out, value, G_MAXSIZE);
	g_string_append_c(out, '"');
}

static void append_totals(GString *out, const struct totals *totals)
{
	g_string_append_printf(out,
			       " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" "
			       "time=\"%.3f\">\n",
			       totals->tests, totals->failures, totals->errors, totals->skipped,
			       totals->seconds);
}

/* Up to @max lines of @text, the first or the last ones. */
static void append_lines(GString *out, const char *title, const char *text, unsigned max, bool last)
{
	g_autofree char *copy = g_strdup(text ? text : "");
	g_auto(GStrv) lines = g_strsplit(g_strchomp(copy), "\n", -1);
	unsigned count = g_strv_length(lines);
	unsigned first = last && count > max ? count - max : 0;
	unsigned end = !last && count > max ? max : count;

	if (count == 0 || (count == 1 && *lines[0] == '\0'))
		return;
	g_string_append_printf(out, "\n%s:", title);
	if (end - first < count)
		g_string_append_printf(out, " (%s %u of %u lines)", last ? "last" : "first",
				       end - first, count);
	for (unsigned i = first; i < end; i++) {
		g_string_append_c(out, '\n');
		append_xml(out, lines[i], LINE_MAX_BYTES);
	}
}

static void append_evidence(GString *out, const struct report_entry *entry,
			    const struct folder *folder)
{
	int job = folder_job(folder, entry->name);

	append_lines(out, "kernel", entry->texts.warnings, KERNEL_LINES, /* last= */ false);
	append_lines(out, "stderr", entry->texts.err, STDERR_LINES, /* last= */ true);
	if (job >= 0)
		g_string_append_printf(out, "\nall of it: folder %d of the results", job);
}

/* What a case has inside, of what kind it is; NULL: nothing. */
static const char *element_of(enum outcome_kind kind)
{
	switch (kind) {
	case OUTCOME_FAILED:
		return "failure";
	case OUTCOME_BROKEN:
		return "error";
	case OUTCOME_NEUTRAL:
		return "skipped";
	case OUTCOME_GOOD:
		break;
	}
	return NULL;
}

static void append_case(GString *out, const struct report_entry *entry, const struct folder *folder,
			const struct expectations *expectations)
{
	struct outcome outcome = outcome_of(entry, expectations);
	const char *element = element_of(outcome.kind);
	const char *name = plain_name(entry->name);
	const char *at = strchr(name, '@');
	g_autofree char *binary = at ? g_strndup(name, at - name) : g_strdup(name);

	g_string_append(out, "  <testcase");
	append_attribute(out, "classname", binary);
	append_attribute(out, "name", at ? at + 1 : name);
	g_string_append_printf(out, " time=\"%.3f\"", entry->seconds);
	if (!element) {
		g_string_append(out, "/>\n");
	} else {
		g_string_append_printf(out, ">\n   <%s>%s: ", element, outcome.word);
		append_xml(out, outcome.reason, G_MAXSIZE);
		if (!outcome_is_fine(&outcome))
			append_evidence(out, entry, folder);
		g_string_append_printf(out, "</%s>\n  </testcase>\n", element);
	}
	outcome_clear(&outcome);
}

/* All entries of a group, flat. Caller unrefs. */
static GPtrArray *flatten(const struct report_group *group)
{
	GPtrArray *flat = g_ptr_array_new();

	if (group->simple)
		g_ptr_array_add(flat, group->simple);
	for (unsigned i = 0; i < group->subtests->len; i++) {
		GPtrArray *entries = g_ptr_array_index(group->subtests, i);

		for (unsigned n = 0; n < entries->len; n++)
			g_ptr_array_add(flat, g_ptr_array_index(entries, n));
	}
	return flat;
}

static void append_suite(GString *out, const struct report_group *group,
			 const struct folder *folder, const struct expectations *expectations)
{
	g_autoptr(GPtrArray) entries = flatten(group);
	struct totals totals = {0};

	for (unsigned i = 0; i < entries->len; i++)
		totals_add(&totals, g_ptr_array_index(entries, i), expectations);
	g_string_append(out, " <testsuite");
	append_attribute(out, "name", group->binary);
	append_totals(out, &totals);
	for (unsigned i = 0; i < entries->len; i++)
		append_case(out, g_ptr_array_index(entries, i), folder, expectations);
	g_string_append(out, " </testsuite>\n");
}

void junit_print(const struct report *report, const struct folder *folder,
		 const struct expectations *expectations, FILE *stream)
{
	g_autoptr(GPtrArray) groups = report_groups(report);
	g_autoptr(GString) out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	struct totals totals = {0};

	for (unsigned i = 0; i < report->entries->len; i++)
		totals_add(&totals, g_ptr_array_index(report->entries, i), expectations);
	g_string_append(out, "<testsuites");
	append_totals(out, &totals);
	for (unsigned i = 0; i < groups->len; i++)
		append_suite(out, g_ptr_array_index(groups, i), folder, expectations);
	g_string_append(out, "</testsuites>\n");
	fputs(out->str, stream);
}

/* SPDX-License-Identifier: MIT */
#include "report/lava.h"

#include <string.h>

#include "report/groups.h"
#include "report/outcome.h"
#include "report_line.h"

#define SIGNAL "<LAVA_SIGNAL_"

/* What is allowed in the name of a set or a case, which ends at a blank or a `>`. */
static void append_name(GString *out, const char *name)
{
	for (; *name; name++)
		g_string_append_c(out,
				  g_ascii_isalnum(*name) || strchr("-_.", *name) ? *name : '_');
}

static void append_case(GString *out, const char *binary, const char *subtest, const char *dynamic)
{
	append_name(out, subtest ? subtest : binary);
	if (!dynamic)
		return;
	g_string_append_c(out, '.');
	append_name(out, dynamic);
}

/* What a test or the kernel says must not pass for a signal. */
static void append_text(GString *out, const char *text)
{
	const char *at;

	while ((at = strstr(text, SIGNAL))) {
		g_string_append_len(out, text, at - text);
		g_string_append(out, "<LAVA-SIGNAL_");
		text = at + strlen(SIGNAL);
	}
	g_string_append(out, text);
}

void lava_set_begin(GString *out, const char *binary)
{
	g_string_append(out, SIGNAL "TESTSET START ");
	append_name(out, binary);
	g_string_append(out, ">\n");
}

void lava_set_end(GString *out)
{
	g_string_append(out, SIGNAL "TESTSET STOP>\n");
}

static void append_mark(GString *out, const char *mark, const char *binary, const char *subtest)
{
	g_string_append_printf(out, SIGNAL "%s ", mark);
	append_case(out, binary, subtest, /* dynamic= */ NULL);
	g_string_append(out, ">\n");
}

void lava_case_begin(GString *out, const char *binary, const char *subtest)
{
	append_mark(out, "STARTTC", binary, subtest);
}

void lava_case_end(GString *out, const char *binary, const char *subtest)
{
	append_mark(out, "ENDTC", binary, subtest);
}

void lava_result(GString *out, const struct report_entry *entry,
		 const struct expectations *expectations)
{
	struct outcome outcome = outcome_of(entry, expectations);
	struct test_name name = test_name_split(entry->name);
	g_autofree char *line =
		report_line_as(outcome.word, entry->name, entry->seconds, outcome.reason);

	append_text(out, line);
	g_string_append(out, "\n" SIGNAL "TESTCASE TEST_CASE_ID=");
	append_case(out, name.binary, name.subtest, name.dynamic);
	g_string_append_printf(out, " RESULT=%s>\n", outcome.lava);
	test_name_clear(&name);
	outcome_clear(&outcome);
}

static void put_subtests(GString *out, const struct report_group *group,
			 const struct expectations *expectations)
{
	for (unsigned i = 0; i < group->subtests->len; i++) {
		const GPtrArray *entries = g_ptr_array_index(group->subtests, i);

		for (unsigned n = 0; n < entries->len; n++)
			lava_result(out, g_ptr_array_index(entries, n), expectations);
	}
}

void lava_print(const struct report *report, const struct expectations *expectations, FILE *stream)
{
	g_autoptr(GPtrArray) groups = report_groups(report);
	g_autoptr(GString) out = g_string_new(NULL);

	for (unsigned i = 0; i < groups->len; i++) {
		const struct report_group *group = g_ptr_array_index(groups, i);

		lava_set_begin(out, group->binary);
		if (group->simple)
			lava_result(out, group->simple, expectations);
		put_subtests(out, group, expectations);
		lava_set_end(out);
	}
	fputs(out->str, stream);
}

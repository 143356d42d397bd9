/* SPDX-License-Identifier: MIT */
#include "expect_line.h"

#include <string.h>

#include "report_line.h"

char *expect_word(const struct judged *judged, enum verdict verdict)
{
	switch (judged->judgement) {
	case JUDGED_XFAIL:
		return g_strdup("XFAIL");
	case JUDGED_XPASS:
		return g_strdup("XPASS");
	case JUDGED_FLAKE:
		return g_strdup("FLAKE");
	default:
		return g_ascii_strup(verdict_name(verdict), -1);
	}
}

/* What the expectation says of this result, up to where the test's own words begin. */
static char *judged_text(const struct judged *judged, enum verdict verdict)
{
	const struct expect_entry *entry = judged->entry;
	g_autofree char *got = g_ascii_strup(verdict_name(verdict), -1);
	g_autofree char *expected = NULL;
	g_autofree char *because = NULL;

	if (judged->is_required)
		return g_strdup("must not be skipped");
	if (!entry || judged->judgement == JUDGED_PLAIN)
		return NULL;
	if (entry->kind == EXPECT_FAILS)
		expected = g_ascii_strup(verdict_name(entry->verdict), -1);
	because = entry->reason[0] != '\0' ? g_strdup_printf(" (%s)", entry->reason) : g_strdup("");
	switch (judged->judgement) {
	case JUDGED_XFAIL:
		return g_strdup_printf("%s as expected%s", got, because);
	case JUDGED_XPASS:
		return g_strdup_printf("passed, but %s was expected%s; if it is fixed, remove "
				       "%s:%u",
				       expected, because, entry->file, entry->line);
	case JUDGED_FLAKE:
		return g_strdup_printf("%s, known flake%s", got, because);
	default:
		return g_strdup_printf("not the expected %s%s", expected, because);
	}
}

static char *join_reasons(char *told, const char *reason)
{
	char *joined;

	if (!told || !reason || *reason == '\0')
		return told ? told : g_strdup(reason ? reason : "");
	joined = g_strconcat(told, ": ", reason, NULL);
	g_free(told);
	return joined;
}

char *expect_reason(const struct judged *judged, enum verdict verdict, const char *reason)
{
	return join_reasons(judged_text(judged, verdict), reason);
}

char *expect_line(const struct judged *judged, enum verdict verdict, const char *name,
		  double seconds, const char *reason)
{
	g_autofree char *word = expect_word(judged, verdict);
	g_autofree char *text = expect_reason(judged, verdict, reason);

	return report_line_as(word, name, seconds, text);
}

char *expect_line_annotate(const struct expectations *expectations, const char *line)
{
	/* RESULT, name, seconds, and the reason with whatever blanks it has. */
	g_auto(GStrv) columns = g_strsplit(line, "  ", 4);
	g_autofree char *folded = NULL;
	enum verdict verdict;
	struct judged judged;
	char *end;
	double seconds;

	if (g_strv_length(columns) < 3)
		return NULL;
	folded = g_ascii_strdown(columns[0], -1);
	verdict = verdict_from_name(folded);
	seconds = g_ascii_strtod(columns[2], &end);
	if (verdict < 0 || end == columns[2] || strcmp(end, "s") != 0)
		return NULL;
	judged = expectations_judge(expectations, columns[1], verdict);
	return expect_line(&judged, verdict, columns[1], seconds, columns[3]);
}

/* SPDX-License-Identifier: MIT */
#include "expect_update.h"

enum change {
	CHANGE_NONE,
	CHANGE_ADD,
	CHANGE_STATUS,
	CHANGE_REMOVE,
};

/* A machine that is lost takes a test with it that may be without blame. */
static bool is_lost(enum verdict verdict)
{
	return verdict == VERDICT_ABORT || verdict == VERDICT_INCOMPLETE ||
	       verdict == VERDICT_NOTRUN;
}

static enum change change_of(const struct judged *judged, enum verdict verdict)
{
	if (judged->judgement == JUDGED_XPASS)
		return CHANGE_REMOVE;
	if (judged->judgement != JUDGED_UNEXPECTED || is_lost(verdict))
		return CHANGE_NONE;
	return judged->entry ? CHANGE_STATUS : CHANGE_ADD;
}

/* As it can be pasted into a file. */
static void print_addition(const struct report_entry *entry, FILE *stream)
{
	g_autofree char *reason = reason_find(entry->verdict, &entry->texts);
	g_autofree char *status = expect_status_name(entry->verdict);

	fprintf(stream, "# %s\n%s,%s\n", reason, plain_name(entry->name), status);
}

static void print_old_line(const struct report_entry *entry, enum change change,
			   const struct expect_entry *old, FILE *stream)
{
	g_autofree char *status = expect_status_name(entry->verdict);
	g_autofree char *old_status = old ? expect_status_name(old->verdict) : NULL;

	if (change == CHANGE_REMOVE)
		fprintf(stream, "remove %s:%u: %s,%s\n", old->file, old->line,
			plain_name(entry->name), old_status);
	else if (change == CHANGE_STATUS)
		fprintf(stream, "change %s:%u: %s,%s to ,%s\n", old->file, old->line,
			plain_name(entry->name), old_status, status);
}

int expect_update_exit_status(const struct report *report, const struct expectations *expectations)
{
	for (unsigned i = 0; i < report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(report->entries, i);
		struct judged judged =
			expectations_judge(expectations, entry->name, entry->verdict);

		if (change_of(&judged, entry->verdict) != CHANGE_NONE)
			return 1;
	}
	return 0;
}

static void print_unchecked(const struct report *report, const struct expectations *expectations,
			    FILE *stream)
{
	g_autoptr(GPtrArray) awaited = expectations_awaited(expectations);

	for (unsigned i = 0; i < awaited->len; i++) {
		const struct expect_entry *entry = g_ptr_array_index(awaited, i);
		g_autofree char *status = expect_status_name(entry->verdict);

		if (!report_has_run(report, entry->name))
			fprintf(stream, "did not run %s:%u: %s,%s\n", entry->file, entry->line,
				entry->name, status);
	}
}

void expect_update_print(const struct report *report, const struct expectations *expectations,
			 FILE *stream)
{
	g_autoptr(GPtrArray) additions = g_ptr_array_new();

	for (unsigned i = 0; i < report->entries->len; i++) {
		struct report_entry *entry = g_ptr_array_index(report->entries, i);
		struct judged judged =
			expectations_judge(expectations, entry->name, entry->verdict);
		enum change change = change_of(&judged, entry->verdict);

		if (change == CHANGE_ADD)
			g_ptr_array_add(additions, entry);
		print_old_line(entry, change, judged.entry, stream);
	}
	print_unchecked(report, expectations, stream);
	if (additions->len > 0)
		fprintf(stream, "add to a fails file, each with its bug in the comment:\n");
	for (unsigned i = 0; i < additions->len; i++)
		print_addition(g_ptr_array_index(additions, i), stream);
	if (expect_update_exit_status(report, expectations) == 0)
		fprintf(stream, "nothing to change\n");
}

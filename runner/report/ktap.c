/* SPDX-License-Identifier: MIT */
#include "report/ktap.h"

#include <string.h>

#include "report/groups.h"
#include "report/outcome.h"

#define VERSION "KTAP version 1\n"

/* Blanks before a line of the level of binaries, subtests, dynamic subtests. */
enum { LEVEL_BINARY = 0, LEVEL_SUBTEST = 2, LEVEL_DYNAMIC = 4 };

static void indent(GString *out, unsigned level)
{
	g_string_append_printf(out, "%*s", (int)level, "");
}

/* A name or a reason must not look as if the part with the directive began in it. */
static void append_escaped(GString *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '#')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text);
	}
}

static void append_line(GString *out, unsigned level, bool ok, unsigned number, const char *name)
{
	indent(out, level);
	g_string_append_printf(out, "%s %u ", ok ? "ok" : "not ok", number);
	append_escaped(out, name);
}

static void append_result(GString *out, unsigned level, unsigned number, const char *name,
			  const struct outcome *outcome)
{
	append_line(out, level, outcome_is_fine(outcome), number, name);
	if (outcome->ktap || *outcome->reason != '\0')
		g_string_append(out, " #");
	if (outcome->ktap)
		g_string_append_printf(out, " %s", outcome->ktap);
	if (*outcome->reason != '\0') {
		g_string_append_c(out, ' ');
		append_escaped(out, outcome->reason);
	}
	g_string_append_c(out, '\n');
}

static void count(struct ktap *ktap, const struct outcome *outcome)
{
	ktap->bad |= !outcome_is_fine(outcome);
	ktap->good |= outcome->kind == OUTCOME_GOOD;
}

static void open_level(GString *out, unsigned level, const char *name, unsigned plan)
{
	indent(out, level);
	g_string_append(out, VERSION);
	indent(out, level);
	g_string_append(out, "# Subtest: ");
	append_escaped(out, name);
	g_string_append_c(out, '\n');
	indent(out, level);
	g_string_append_printf(out, "1..%u\n", plan);
}

/* The result of what has children: theirs. */
static void close_level(GString *out, unsigned level, unsigned number, const char *name, bool bad,
			bool good)
{
	append_line(out, level, !bad, number, name);
	g_string_append(out, bad || good ? "\n" : " # SKIP nothing verified\n");
}

void ktap_begin(struct ktap *ktap, unsigned binaries)
{
	g_string_append_printf(ktap->out, VERSION "1..%u\n", binaries);
}

void ktap_binary_begin(struct ktap *ktap, const char *binary, unsigned subtests)
{
	ktap->subtests = 0;
	ktap->bad = ktap->good = false;
	open_level(ktap->out, LEVEL_SUBTEST, binary, subtests);
}

void ktap_binary_end(struct ktap *ktap, const char *binary)
{
	close_level(ktap->out, LEVEL_BINARY, ++ktap->binaries, binary, ktap->bad, ktap->good);
}

static void put_entry(struct ktap *ktap, unsigned level, unsigned number,
		      const struct report_entry *entry, const char *name)
{
	struct outcome outcome = outcome_of(entry, ktap->expectations);

	append_result(ktap->out, level, number, name, &outcome);
	count(ktap, &outcome);
	outcome_clear(&outcome);
}

static bool is_dynamic(const struct report_entry *entry)
{
	const char *at = strchr(plain_name(entry->name), '@');

	return at && strchr(at + 1, '@');
}

static const char *last_part(const struct report_entry *entry)
{
	const char *at = strrchr(entry->name, '@');

	return at ? at + 1 : entry->name;
}

static void put_dynamic(struct ktap *ktap, struct report_entry *const *entries, unsigned count)
{
	unsigned number = 0;

	for (unsigned i = 0; i < count; i++)
		if (is_dynamic(entries[i]))
			put_entry(ktap, LEVEL_DYNAMIC, ++number, entries[i], last_part(entries[i]));
}

void ktap_subtest(struct ktap *ktap, struct report_entry *const *entries, unsigned count)
{
	const struct report_entry *own = NULL;
	struct test_name name = test_name_split(entries[0]->name);
	unsigned number = ++ktap->subtests;
	bool bad = ktap->bad, good = ktap->good;
	unsigned dynamic = 0;

	for (unsigned i = 0; i < count; i++) {
		if (is_dynamic(entries[i]))
			dynamic++;
		else
			own = entries[i];
	}
	if (dynamic > 0) {
		ktap->bad = ktap->good = false;
		open_level(ktap->out, LEVEL_DYNAMIC, name.subtest, dynamic);
		put_dynamic(ktap, entries, count);
	}
	/* Its own result, which can be worse than its parts, or theirs if there is no other. */
	if (own)
		put_entry(ktap, LEVEL_SUBTEST, number, own, name.subtest);
	else
		close_level(ktap->out, LEVEL_SUBTEST, number, name.subtest, ktap->bad, ktap->good);
	ktap->bad |= bad;
	ktap->good |= good;
	test_name_clear(&name);
}

void ktap_simple(struct ktap *ktap, const struct report_entry *entry)
{
	put_entry(ktap, LEVEL_BINARY, ++ktap->binaries, entry, plain_name(entry->name));
}

static void put_binary(struct ktap *ktap, const struct report_group *group)
{
	ktap_binary_begin(ktap, group->binary, group->subtests->len);
	for (unsigned i = 0; i < group->subtests->len; i++) {
		GPtrArray *entries = g_ptr_array_index(group->subtests, i);

		ktap_subtest(ktap, (struct report_entry *const *)entries->pdata, entries->len);
	}
	ktap_binary_end(ktap, group->binary);
}

void ktap_print(const struct report *report, const struct expectations *expectations, FILE *stream)
{
	g_autoptr(GPtrArray) groups = report_groups(report);
	g_autoptr(GString) out = g_string_new(NULL);
	struct ktap ktap = {.out = out, .expectations = expectations};

	ktap_begin(&ktap, groups->len);
	for (unsigned i = 0; i < groups->len; i++) {
		const struct report_group *group = g_ptr_array_index(groups, i);

		if (group->simple)
			ktap_simple(&ktap, group->simple);
		else
			put_binary(&ktap, group);
	}
	fputs(out->str, stream);
}

// SPDX-License-Identifier: MIT
#include "guest_live.h"

#include "expect_line.h"

#include <string.h>

/* Names spelt out in a message about missing verdicts; the rest is a number. */
#define SPELT_OUT 5

static const char *const words[] = {
	"PASS",	  "SKIP", "FAIL",  "CRASH",	 "TIMEOUT",    "INCOMPLETE",
	"NOTRUN", "WARN", "ABORT", "DMESG-WARN", "DMESG-FAIL", NULL,
};

void guest_live_init(struct guest_live *live, const GPtrArray *names, FILE *verdicts, FILE *others)
{
	*live = (struct guest_live){
		.missing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.verdicts = verdicts,
		.others = others,
	};
	for (unsigned int i = 0; names && i < names->len; i++)
		g_hash_table_add(live->missing, g_ascii_strdown(names->pdata[i], -1));
	live->expected = g_hash_table_size(live->missing);
}

/* `PASS  binary@subtest  0.214s  reason`: the name, folded, or NULL for any other line. */
static char *name_in_verdict(const char *line)
{
	size_t word = strcspn(line, " "), name;
	g_autofree char *first = g_strndup(line, word);
	const char *rest = line + word;

	if (!g_strv_contains(words, first))
		return NULL;
	rest += strspn(rest, " ");
	name = strcspn(rest, " ");
	if (!name || !g_ascii_isdigit(rest[name + strspn(rest + name, " ")]))
		return NULL;
	return g_ascii_strdown(rest, name);
}

static int digits(unsigned int n)
{
	return n < 10 ? 1 : 1 + digits(n / 10);
}

bool guest_live_line(struct guest_live *live, const char *line)
{
	g_autofree char *name = name_in_verdict(line), *annotated = NULL;
	bool awaited = name && g_hash_table_remove(live->missing, name);

	if (live->expectations)
		annotated = expect_line_annotate(live->expectations, line);
	live->seen += awaited;
	if (awaited) {
		fprintf(live->verdicts, "[%*u/%u] %s\n", digits(live->expected), live->seen,
			live->expected, annotated ?: line);
		fflush(live->verdicts);
	} else {
		fprintf(live->others, "runner: %s\n", annotated ?: line);
	}
	return awaited;
}

char *guest_live_missing(const struct guest_live *live)
{
	unsigned int missing = live->missing ? g_hash_table_size(live->missing) : 0;
	GString *text;
	g_autoptr(GList) names = NULL;
	unsigned int n = 0;

	if (!missing)
		return NULL;
	names = g_list_sort(g_hash_table_get_keys(live->missing), (GCompareFunc)strcmp);
	text = g_string_new(NULL);
	g_string_printf(text, "%u of %u subtests have no verdict:", missing, live->expected);
	for (GList *it = names; it && n < SPELT_OUT; it = it->next, n++)
		g_string_append_printf(text, "%s %s", n ? "," : "", (const char *)it->data);
	if (missing > n)
		g_string_append_printf(text, " and %u more", missing - n);
	return g_string_free(text, FALSE);
}

void guest_live_clear(struct guest_live *live)
{
	g_clear_pointer(&live->missing, g_hash_table_unref);
}

/* SPDX-License-Identifier: MIT */
#include "report/machine_changes.h"

#include <stdbool.h>
#include <string.h>

#include "utf8.h"

#define NAME_KEY "subtest="
#define ARROW "->"

static bool is_change(const char *value)
{
	const char *arrow = strstr(value, ARROW);

	/* A kernel that does not tell has a dash there. */
	if (!arrow)
		return strcmp(value, "0") != 0 && strcmp(value, "-") != 0;
	return strlen(arrow + strlen(ARROW)) != (size_t)(arrow - value) ||
	       strncmp(value, arrow + strlen(ARROW), arrow - value) != 0;
}

static GPtrArray *changes_of(char *const *fields)
{
	GPtrArray *changes = g_ptr_array_new_with_free_func(g_free);

	for (; *fields; fields++) {
		char *equals = strchr(*fields, '=');
		g_auto(GStrv) sides = NULL;

		if (!equals || g_str_has_prefix(*fields, NAME_KEY) || !is_change(equals + 1))
			continue;
		sides = g_strsplit(equals + 1, ARROW, 2);
		g_ptr_array_add(changes, g_strdup_printf("%.*s %s%s%s", (int)(equals - *fields),
							 *fields, sides[0] ? sides[0] : "",
							 sides[0] && sides[1] ? " " ARROW " " : "",
							 sides[0] && sides[1] ? sides[1] : ""));
	}
	return changes;
}

GHashTable *machine_changes_parse(const char *text, size_t len)
{
	GHashTable *state = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)(void *)g_strfreev);
	g_autofree char *clean = utf8_from_bytes(text, len);
	g_auto(GStrv) lines = g_strsplit(clean, "\n", /* max_tokens= */ -1);

	/* What stands behind the last newline was cut off. */
	for (unsigned i = 0; lines[i] && lines[i + 1]; i++) {
		char **fields = g_strsplit(lines[i], "\t", /* max_tokens= */ -1);

		if (fields[0] && g_str_has_prefix(fields[0], NAME_KEY))
			g_hash_table_replace(
				state, g_ascii_strdown(fields[0] + strlen(NAME_KEY), -1), fields);
		else
			g_strfreev(fields);
	}
	return state;
}

GPtrArray *machine_changes_of(GHashTable *state, const char *subtest)
{
	g_autofree char *folded = g_ascii_strdown(subtest ? subtest : "", -1);
	char *const *fields = g_hash_table_lookup(state, folded);

	if (!fields)
		fields = g_hash_table_lookup(state, "");
	return fields ? changes_of(fields) : g_ptr_array_new_with_free_func(g_free);
}

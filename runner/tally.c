/* SPDX-License-Identifier: MIT */
#include "tally.h"

#include <glib.h>
#include <json-c/json.h>

struct group {
	char *name;
	unsigned counts[_VERDICT_MAX];
};

struct tally {
	/* struct group *, owned; the table borrows name and group. */
	GPtrArray *groups;
	GHashTable *index;
};

static void group_free(void *element)
{
	struct group *group = element;

	g_free(group->name);
	g_free(group);
}

static struct group *find_or_add(struct tally *tally, const char *name)
{
	struct group *group = g_hash_table_lookup(tally->index, name);

	if (group)
		return group;
	group = g_new0(struct group, 1);
	group->name = g_strdup(name);
	g_ptr_array_add(tally->groups, group);
	g_hash_table_insert(tally->index, group->name, group);
	return group;
}

struct tally *tally_new(void)
{
	struct tally *tally = g_new0(struct tally, 1);

	tally->groups = g_ptr_array_new_with_free_func(group_free);
	tally->index = g_hash_table_new(g_str_hash, g_str_equal);
	find_or_add(tally, "");
	find_or_add(tally, "root");
	return tally;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	g_hash_table_unref(tally->index);
	g_ptr_array_unref(tally->groups);
	g_free(tally);
}

void tally_count(struct tally *tally, const char *binary, enum verdict verdict)
{
	find_or_add(tally, "")->counts[verdict]++;
	find_or_add(tally, "root")->counts[verdict]++;
	find_or_add(tally, binary)->counts[verdict]++;
}

struct json_object *tally_to_json(const struct tally *tally)
{
	struct json_object *totals = json_object_new_object();

	for (unsigned i = 0; i < tally->groups->len; i++) {
		const struct group *group = g_ptr_array_index(tally->groups, i);
		struct json_object *counts = json_object_new_object();

		for (int v = 0; v < _VERDICT_MAX; v++)
			json_object_object_add(counts, verdict_name(v),
					       json_object_new_int64(group->counts[v]));
		json_object_object_add(totals, group->name, counts);
	}
	return totals;
}

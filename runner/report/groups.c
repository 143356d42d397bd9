/* SPDX-License-Identifier: MIT */
#include "report/groups.h"

static void group_free(void *element)
{
	struct report_group *group = element;

	g_free(group->binary);
	g_ptr_array_unref(group->subtests);
	g_free(group);
}

static struct report_group *group_new(const char *binary)
{
	struct report_group *group = g_new0(struct report_group, 1);

	group->binary = g_strdup(binary);
	group->subtests = g_ptr_array_new_with_free_func((GDestroyNotify)(void *)g_ptr_array_unref);
	return group;
}

/* Finds by "binary" and "binary@subtest". The values belong to the groups. */
struct finder {
	GPtrArray *groups;
	GHashTable *table;
};

static struct report_group *find_group(struct finder *finder, const char *binary)
{
	struct report_group *group = g_hash_table_lookup(finder->table, binary);

	if (group)
		return group;
	group = group_new(binary);
	g_ptr_array_add(finder->groups, group);
	g_hash_table_insert(finder->table, g_strdup(binary), group);
	return group;
}

static GPtrArray *find_subtest(struct finder *finder, const struct test_name *name)
{
	char *key = g_strconcat(name->binary, "@", name->subtest, NULL);
	GPtrArray *entries = g_hash_table_lookup(finder->table, key);

	if (entries) {
		g_free(key);
		return entries;
	}
	entries = g_ptr_array_new();
	g_ptr_array_add(find_group(finder, name->binary)->subtests, entries);
	g_hash_table_insert(finder->table, key, entries);
	return entries;
}

GPtrArray *report_groups(const struct report *report)
{
	g_autoptr(GHashTable) table =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, /* value_destroy= */ NULL);
	struct finder finder = {g_ptr_array_new_with_free_func(group_free), table};

	for (unsigned i = 0; i < report->entries->len; i++) {
		struct report_entry *entry = g_ptr_array_index(report->entries, i);
		struct test_name name = test_name_split(entry->name);

		if (name.subtest) {
			g_ptr_array_add(find_subtest(&finder, &name), entry);
		} else {
			struct report_group *group = group_new(name.binary);

			group->simple = entry;
			g_ptr_array_add(finder.groups, group);
		}
		test_name_clear(&name);
	}
	return finder.groups;
}

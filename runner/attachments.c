/* SPDX-License-Identifier: MIT */
#include "attachments.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "job_command.h"
#include "utf8.h"

static char *clean(const char *bytes)
{
	return utf8_from_bytes(bytes, strlen(bytes));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* NULL if there are none. */
static GPtrArray *list_files(const char *path, const char *below)
{
	g_autofree char *folder = g_build_filename(path, below, NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, /* error= */ NULL);
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *file = g_build_filename(folder, name, NULL);
		g_autofree char *relative = g_build_filename(below, name, NULL);

		if (!g_file_test(file, G_FILE_TEST_IS_DIR))
			g_ptr_array_add(files, clean(relative));
	}
	if (files->len == 0)
		return NULL;
	g_ptr_array_sort(files, compare);
	return g_steal_pointer(&files);
}

/* Each has a link to its parent, but on file systems that do not count. */
static bool has_no_folders(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 || st.st_nlink == 2;
}

GHashTable *attachments_list(const char *path, unsigned index)
{
	g_autofree char *below = g_strdup_printf("%u/" JOB_ATTACHMENTS, index);
	g_autofree char *folder = g_build_filename(path, below, NULL);
	g_autoptr(GHashTable) tests = NULL;
	g_autoptr(GDir) dir = NULL;
	const char *name;

	/* Nearly always. */
	if (has_no_folders(folder))
		return NULL;
	dir = g_dir_open(folder, 0, /* error= */ NULL);
	tests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
				      (GDestroyNotify)g_ptr_array_unref);
	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *test = g_build_filename(below, name, NULL);
		g_autofree char *lower = g_ascii_strdown(name, -1);
		GPtrArray *files = list_files(path, test);

		if (files)
			g_hash_table_replace(tests, clean(lower), files);
	}
	return g_hash_table_size(tests) > 0 ? g_steal_pointer(&tests) : NULL;
}

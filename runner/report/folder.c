/* SPDX-License-Identifier: MIT */
#include "report/folder.h"

#include <fcntl.h>
#include <glib.h>
#include <string.h>

#include "fileio.h"
#include "job_list.h"
#include "report.h"

struct folder {
	int fd;
	/* "igt@binary", "igt@binary@subtest[@dynamic]" to the number of the job plus one. */
	GHashTable *jobs;
};

static void index_job(struct folder *folder, const struct job *job, unsigned number)
{
	void *value = GUINT_TO_POINTER(number + 1);

	if (job->subtests->len == 0)
		g_hash_table_insert(folder->jobs, piglit_name(job->binary, NULL, NULL), value);
	for (unsigned i = 0; i < job->subtests->len; i++)
		g_hash_table_insert(
			folder->jobs,
			piglit_name(job->binary, g_ptr_array_index(job->subtests, i), NULL), value);
}

struct folder *folder_open(const char *path)
{
	struct folder *folder = g_new0(struct folder, 1);
	g_autofree char *text = NULL;
	size_t len;

	folder->jobs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					     /* value_destroy= */ NULL);
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	text = folder_read(folder, -1, "joblist.txt", &len);
	if (text) {
		g_autoptr(GPtrArray) jobs = job_list_parse(text);

		for (unsigned i = 0; i < jobs->len; i++)
			index_job(folder, g_ptr_array_index(jobs, i), i);
	}
	return folder;
}

void folder_free(struct folder *folder)
{
	if (!folder)
		return;
	fd_closep(&folder->fd);
	g_hash_table_unref(folder->jobs);
	g_free(folder);
}

int folder_job(const struct folder *folder, const char *name)
{
	/* As much of the name as the list has: a dynamic subtest, a subtest, a whole binary. */
	g_autofree char *key = g_strconcat("igt@", plain_name(name), NULL);

	for (;;) {
		void *value = g_hash_table_lookup(folder->jobs, key);
		char *at = strrchr(key, '@');

		if (value)
			return (int)(GPOINTER_TO_UINT(value) - 1);
		if (!at || at == key + strlen("igt"))
			return -1;
		*at = '\0';
	}
}

char *folder_read(const struct folder *folder, int job, const char *name, size_t *ret_len)
{
	g_autofree char *path = job < 0 ? g_strdup(name) : g_strdup_printf("%d/%s", job, name);
	char *text = NULL;

	if (folder->fd < 0 || file_read_at(folder->fd, path, &text, ret_len) < 0)
		return NULL;
	return text;
}

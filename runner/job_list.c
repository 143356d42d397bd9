/* SPDX-License-Identifier: MIT */
#include "job_list.h"

#include <string.h>

struct job *job_new(const char *binary, const char *subtest)
{
	struct job *job = g_new0(struct job, 1);

	job->binary = g_strdup(binary);
	job->subtests = g_ptr_array_new_with_free_func(g_free);
	if (subtest)
		g_ptr_array_add(job->subtests, g_strdup(subtest));
	return job;
}

void job_free(struct job *job)
{
	g_free(job->binary);
	g_ptr_array_unref(job->subtests);
	g_free(job);
}

static void job_free_element(void *job)
{
	job_free(job);
}

GPtrArray *job_list_new(void)
{
	return g_ptr_array_new_with_free_func(job_free_element);
}

char *piglit_name(const char *binary, const char *subtest, const char *dynamic)
{
	g_autofree char *name =
		g_strconcat("igt@", binary, subtest ? "@" : "", subtest ? subtest : "",
			    dynamic ? "@" : "", dynamic ? dynamic : "", NULL);

	return g_ascii_strdown(name, -1);
}

static char *join(const GPtrArray *strings, const char *separator)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < strings->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? separator : "",
				       (char *)g_ptr_array_index(strings, i));
	return g_string_free(text, /* free_segment= */ FALSE);
}

char *job_title(const struct job *job)
{
	g_autofree char *subtests = join(job->subtests, ", ");

	if (job->subtests->len == 0)
		return g_strdup(job->binary);
	return g_strdup_printf("%s (%s)", job->binary, subtests);
}

char *job_list_to_text(const GPtrArray *jobs)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = g_ptr_array_index(jobs, i);
		g_autofree char *subtests = join(job->subtests, ",");

		g_string_append_printf(text, "%s%s%s\n", job->binary,
				       job->subtests->len > 0 ? " " : "", subtests);
	}
	return g_string_free(text, /* free_segment= */ FALSE);
}

GPtrArray *job_list_parse(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", /* max_tokens= */ -1);
	GPtrArray *jobs = job_list_new();

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit(g_strstrip(*line), " ", 2);
		g_auto(GStrv) subtests = NULL;
		struct job *job;

		if (!words[0] || words[0][0] == '\0')
			continue;
		job = job_new(words[0], /* subtest= */ NULL);
		g_ptr_array_add(jobs, job);
		if (!words[1])
			continue;
		subtests = g_strsplit(words[1], ",", /* max_tokens= */ -1);
		for (char **subtest = subtests; *subtest; subtest++)
			if (*g_strstrip(*subtest) != '\0')
				g_ptr_array_add(job->subtests, g_strdup(*subtest));
	}
	return jobs;
}

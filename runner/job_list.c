/* SPDX-License-Identifier: MIT */
#include "job_list.h"

#include <stdbool.h>
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

static bool holds(const GPtrArray *names, const char *name)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL);
}

static bool leaves_something(const struct job *job, const GPtrArray *seen)
{
	if (job->subtests->len == 0)
		return true;
	for (unsigned i = 0; i < job->subtests->len; i++) {
		const char *name = g_ptr_array_index(job->subtests, i);

		if (strchr(name, '@'))
			return false;
		if (!holds(seen, name))
			return true;
	}
	return false;
}

struct job *job_without(const struct job *job, const GPtrArray *seen)
{
	struct job *rest;

	if (!leaves_something(job, seen))
		return NULL;
	rest = job_new(job->binary, job->subtests->len == 0 ? "*" : NULL);
	for (unsigned i = 0; i < job->subtests->len; i++)
		g_ptr_array_add(rest->subtests, g_strdup(g_ptr_array_index(job->subtests, i)));
	for (unsigned i = 0; i < seen->len; i++)
		g_ptr_array_add(rest->subtests, g_strconcat("!", g_ptr_array_index(seen, i), NULL));
	return rest;
}

void job_free(struct job *job)
{
	if (!job)
		return;
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

/* Between the words of a line; what g_strstrip() takes off its ends. */
#define BLANKS " \t\f\r"

GPtrArray *job_list_parse(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", /* max_tokens= */ -1);
	GPtrArray *jobs = job_list_new();

	for (char **line = lines; *line; line++) {
		char *binary = g_strstrip(*line);
		char *rest = binary + strcspn(binary, BLANKS);
		g_auto(GStrv) subtests = NULL;
		struct job *job;

		if (*binary == '\0')
			continue;
		if (*rest != '\0')
			*rest++ = '\0';
		job = job_new(binary, /* subtest= */ NULL);
		g_ptr_array_add(jobs, job);
		subtests = g_strsplit(rest, ",", /* max_tokens= */ -1);
		for (char **subtest = subtests; *subtest; subtest++)
			if (*g_strstrip(*subtest) != '\0')
				g_ptr_array_add(job->subtests, g_strdup(*subtest));
	}
	return jobs;
}

/* SPDX-License-Identifier: MIT */
#include "job_command.h"

static void add_option(GPtrArray *argv, const char *option, const char *value)
{
	g_ptr_array_add(argv, g_strdup(option));
	g_ptr_array_add(argv, g_strdup(value));
}

GPtrArray *job_command(const struct settings *settings, const struct job *job)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) subtests = g_string_new(NULL);
	g_autofree char *dynamic = NULL;

	for (unsigned i = 0; i < job->subtests->len; i++) {
		g_auto(GStrv) names = g_strsplit(g_ptr_array_index(job->subtests, i), "@", 2);

		g_string_append_printf(subtests, "%s%s", i > 0 ? "," : "", names[0]);
		if (names[1] && !dynamic)
			dynamic = g_strdup(names[1]);
	}
	g_ptr_array_add(argv, g_build_filename(settings->test_root, job->binary, NULL));
	if (subtests->len > 0)
		add_option(argv, "--run-subtest", subtests->str);
	if (dynamic)
		add_option(argv, "--dynamic-subtest", dynamic);
	for (unsigned i = 0; i < settings->hooks->len; i++)
		add_option(argv, "--hook", g_ptr_array_index(settings->hooks, i));
	g_ptr_array_add(argv, NULL);
	return argv;
}

GPtrArray *job_environment(const struct settings *settings, unsigned index)
{
	GPtrArray *environment = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < settings->environment->len; i++)
		g_ptr_array_add(environment, g_strdup(g_ptr_array_index(settings->environment, i)));
	g_ptr_array_add(environment, g_strdup_printf(JOB_ENV_ATTACHMENTS "=%s/%u/" JOB_ATTACHMENTS,
						     settings->results_path, index));
	return environment;
}

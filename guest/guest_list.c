// SPDX-License-Identifier: MIT
#include "guest_list.h"

#include "guest_spawn.h"
#include "guest_util.h"
#include "igt_wire.h"

#include <errno.h>
#include <string.h>

#define LISTING_TIMEOUT_MS 20000

int guest_suite_check(const char *prefix, char **ret_why)
{
	static const char *const programs[] = {"bin/igt_runner", "bin/igt_results",
					       "bin/igt_report"};
	g_autofree char *list = g_build_filename(prefix, GUEST_SUITE_TESTS, "test-list.txt", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
		g_autofree char *path = g_build_filename(prefix, programs[i], NULL);

		if (access(path, X_OK))
			return guest_fail(ret_why, ENOENT,
					  "no suite in %s: %s is missing; give --suite the prefix "
					  "that `meson install` wrote to",
					  prefix, programs[i]);
	}
	if (access(list, R_OK))
		return guest_fail(ret_why, ENOENT,
				  "no suite in %s: " GUEST_SUITE_TESTS "/test-list.txt is missing",
				  prefix);
	return 0;
}

char *guest_list_text(const GPtrArray *names)
{
	GString *text = g_string_new(NULL);

	for (unsigned int i = 0; i < names->len; i++)
		g_string_append_printf(text, "igt@%s\n", (const char *)names->pdata[i]);
	return g_string_free(text, FALSE);
}

static int compile(const char *const *patterns, GPtrArray **ret, char **ret_why)
{
	g_autoptr(GPtrArray) regexes =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);

	for (const char *const *p = patterns; p && *p; p++) {
		g_autoptr(GError) error = NULL;
		GRegex *regex = g_regex_new(*p, G_REGEX_OPTIMIZE, 0, &error);

		if (!regex)
			return guest_fail(ret_why, EINVAL,
					  "--tests '%s' is no regular expression: %s", *p,
					  error->message);
		g_ptr_array_add(regexes, regex);
	}
	*ret = g_steal_pointer(&regexes);
	return 0;
}

/* All patterns are tried, not only up to the first match: each must find something. */
static bool wanted(const GPtrArray *regexes, unsigned int hits[], const char *name)
{
	bool any = regexes->len == 0;

	for (unsigned int i = 0; i < regexes->len; i++) {
		if (!g_regex_match(regexes->pdata[i], name, 0, NULL))
			continue;
		hits[i]++;
		any = true;
	}
	return any;
}

static int list_binary(const char *root, const char *binary, GPtrArray *names, char **ret_why)
{
	g_autofree char *path = g_build_filename(root, binary, NULL);
	const char *argv[] = {path, "--list-subtests", NULL};
	_cleanup_spawned_ struct guest_spawned listed = {0};
	g_auto(GStrv) lines = NULL;
	int r = guest_spawn_run(
		&(struct guest_spawn){.argv = argv,
				      .cwd = root,
				      .timeout_ms = LISTING_TIMEOUT_MS,
				      .guest = true},
		&listed);

	if (r < 0)
		return guest_fail(ret_why, -r, "%s --list-subtests: %s", path, strerror(-r));
	if (listed.status == IGT_EXIT_INVALID && !strlen(g_strstrip(listed.out->str))) {
		/* A test without subtests. */
		g_ptr_array_add(names, g_strdup(binary));
		return 0;
	}
	if (listed.status) {
		listed.err->str[strcspn(listed.err->str, "\n")] = '\0';
		return guest_fail(ret_why, EIO,
				  "%s --list-subtests ended with %d%s%s: is the suite complete, "
				  "and built for this machine?",
				  path, listed.status, listed.err->str[0] ? ": " : "",
				  listed.err->str);
	}
	lines = g_strsplit(listed.out->str, "\n", -1);
	for (char **line = lines; *line; line++)
		if (*g_strstrip(*line))
			g_ptr_array_add(names, g_strdup_printf("%s@%s", binary, *line));
	return 0;
}

/* All names of the suite, in the order of its test list. */
static int list_suite(const char *prefix, GPtrArray **ret, char **ret_why)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *root = g_build_filename(prefix, GUEST_SUITE_TESTS, NULL);
	g_autofree char *file = g_build_filename(root, "test-list.txt", NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;

	if (!g_file_get_contents(file, &text, NULL, &error))
		return guest_fail(ret_why, EIO, "%s", error->message);
	words = g_strsplit_set(text, " \t\r\n", -1);
	for (char **word = words; *word; word++) {
		int r;

		if (!**word || !strcmp(*word, "TESTLIST") || !strcmp(*word, "END"))
			continue;
		r = list_binary(root, *word, names, ret_why);
		if (r < 0)
			return r;
	}
	if (!names->len)
		return guest_fail(ret_why, ENOENT, "%s names no tests", file);
	*ret = g_steal_pointer(&names);
	return 0;
}

int guest_list_collect(const char *prefix, const char *const *patterns, GPtrArray **ret_names,
		       char **ret_why)
{
	g_autoptr(GPtrArray) regexes = NULL, all = NULL, names = NULL;
	g_autofree unsigned int *hits = NULL;
	int r = compile(patterns, &regexes, ret_why);

	if (r < 0)
		return r;
	r = list_suite(prefix, &all, ret_why);
	if (r < 0)
		return r;

	names = g_ptr_array_new_with_free_func(g_free);
	hits = g_new0(unsigned int, regexes->len + 1);
	for (unsigned int i = 0; i < all->len; i++)
		if (wanted(regexes, hits, all->pdata[i]))
			g_ptr_array_add(names, g_strdup(all->pdata[i]));
	for (unsigned int i = 0; i < regexes->len; i++)
		if (!hits[i])
			return guest_fail(ret_why, ENOENT,
					  "--tests '%s' finds none of the %u subtests in %s; names "
					  "look like %s",
					  patterns[i], all->len, prefix,
					  (const char *)all->pdata[0]);
	*ret_names = g_steal_pointer(&names);
	return 0;
}

int guest_list_order(const char *file, GPtrArray *names, char **ret_why)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) ordered = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(file, &text, NULL, &error))
		return guest_fail(ret_why, EIO, "--test-list: %s", error->message);
	for (unsigned int i = 0; i < names->len; i++)
		g_hash_table_insert(known, g_strdup(names->pdata[i]), (gpointer)file);

	lines = g_strsplit(text, "\n", -1);
	for (unsigned int i = 0; lines[i]; i++) {
		const char *name = lines[i];

		lines[i][strcspn(lines[i], "#")] = '\0';
		g_strstrip(lines[i]);
		if (g_str_has_prefix(name, "igt@"))
			name += strlen("igt@");
		if (!*name)
			continue;
		if (!g_hash_table_contains(known, name))
			return guest_fail(ret_why, ENOENT, "%s:%u: the suite has no subtest '%s'",
					  file, i + 1, name);
		/* What was taken already has no value any more. */
		if (!g_hash_table_lookup(known, name))
			continue;
		g_hash_table_insert(known, g_strdup(name), NULL);
		g_ptr_array_add(ordered, g_strdup(name));
	}
	if (!ordered->len)
		return guest_fail(ret_why, ENOENT, "--test-list: %s names no tests", file);
	g_ptr_array_set_size(names, 0);
	g_ptr_array_extend_and_steal(names, g_steal_pointer(&ordered));
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fileio.h"
#include "log.h"

#define SEPARATOR " : "

/* What a record without the key means; the piglit style used to imply the other level. */
#define DEFAULT_DMESG_LEVEL 4
#define DEFAULT_DMESG_LEVEL_PIGLIT 5

static void regex_unref(void *regex)
{
	g_regex_unref(regex);
}

struct settings *settings_new(void)
{
	struct settings *settings = g_new0(struct settings, 1);

	settings->include = g_ptr_array_new_with_free_func(regex_unref);
	settings->exclude = g_ptr_array_new_with_free_func(regex_unref);
	settings->environment = g_ptr_array_new_with_free_func(g_free);
	settings->cmdline = g_ptr_array_new_with_free_func(g_free);
	settings->log_level = LOG_LEVEL_NORMAL;
	settings->prune_mode = PRUNE_KEEP_ALL;
	settings->dmesg_warn_level = DEFAULT_DMESG_LEVEL;
	return settings;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	g_free(settings->name);
	g_free(settings->test_root);
	g_free(settings->results_path);
	g_free(settings->test_list);
	g_ptr_array_unref(settings->include);
	g_ptr_array_unref(settings->exclude);
	g_ptr_array_unref(settings->environment);
	g_ptr_array_unref(settings->cmdline);
	g_free(settings);
}

/* Backslash and newline as `\x<hex>h`, so that a value stays on its line. */
static void add_string(GString *text, const char *key, const char *value)
{
	g_string_append_printf(text, "%s" SEPARATOR, key);
	for (; *value; value++) {
		if (*value == '\\' || *value == '\n')
			g_string_append_printf(text, "\\x%xh", (unsigned)*value);
		else
			g_string_append_c(text, *value);
	}
	g_string_append_c(text, '\n');
}

static char *unescape(const char *value)
{
	GString *text = g_string_new(NULL);

	while (*value) {
		char *end;
		unsigned long c;

		if (!g_str_has_prefix(value, "\\x")) {
			g_string_append_c(text, *value++);
			continue;
		}
		c = strtoul(value + 2, &end, 16);
		if (*end == 'h' && c > 0 && c < 256) {
			g_string_append_c(text, (char)c);
			value = end + 1;
		} else {
			g_string_append_c(text, *value++);
		}
	}
	return g_string_free(text, /* free_segment= */ FALSE);
}

static void add_number(GString *text, const char *key, long value)
{
	g_string_append_printf(text, "%s" SEPARATOR "%ld\n", key, value);
}

/*
 * All keys of the format in its order, so that any reader of it finds what it
 * expects. Those of features that this runner does not have are at "off".
 */
char *settings_to_metadata(const struct settings *settings)
{
	GString *text = g_string_new(NULL);

	add_number(text, "abort_mask", 0);
	add_number(text, "disk_usage_limit", 0);
	if (settings->test_list)
		add_string(text, "test_list", settings->test_list);
	add_string(text, "name", settings->name);
	add_number(text, "dry_run", settings->dry_run);
	add_number(text, "allow_non_root", settings->allow_non_root);
	add_number(text, "facts", 0);
	add_number(text, "kmemleak", 0);
	add_number(text, "kmemleak_each", 0);
	add_number(text, "sync", settings->sync);
	add_number(text, "log_level", settings->log_level);
	add_number(text, "overwrite", settings->overwrite);
	add_number(text, "multiple_mode", settings->multiple_mode);
	add_number(text, "inactivity_timeout", settings->inactivity_timeout);
	add_number(text, "per_test_timeout", settings->per_test_timeout);
	add_number(text, "overall_timeout", settings->overall_timeout);
	add_number(text, "use_watchdog", 0);
	add_number(text, "piglit_style_dmesg", settings->piglit_style_dmesg);
	add_number(text, "dmesg_warn_level", settings->dmesg_warn_level);
	add_number(text, "prune_mode", settings->prune_mode);
	add_string(text, "test_root", settings->test_root);
	add_string(text, "results_path", settings->results_path);
	add_number(text, "enable_code_coverage", 0);
	add_number(text, "cov_results_per_test", 0);
	add_number(text, "cmdline.argc", settings->cmdline->len);
	for (unsigned i = 0; i < settings->cmdline->len; i++) {
		g_autofree char *key = g_strdup_printf("cmdline.argv[%u]", i);

		add_string(text, key, g_ptr_array_index(settings->cmdline, i));
	}
	return g_string_free(text, /* free_segment= */ FALSE);
}

char *settings_to_environment(const struct settings *settings)
{
	GString *text;

	if (settings->environment->len == 0)
		return NULL;
	text = g_string_new(NULL);
	for (unsigned i = 0; i < settings->environment->len; i++)
		g_string_append_printf(text, "%s\n",
				       (char *)g_ptr_array_index(settings->environment, i));
	return g_string_free(text, /* free_segment= */ FALSE);
}

/* Where the values that a reader needs go; the order has no meaning. */
struct metadata {
	char *name;
	unsigned long multiple_mode;
	unsigned long piglit_style_dmesg;
	unsigned long prune_mode;
	unsigned long dmesg_warn_level;
	bool has_dmesg_warn_level;
	GPtrArray *cmdline;
};

static bool is_other_known_key(const char *key)
{
	static const char *const keys[] = {
		"abort_mask",
		"disk_usage_limit",
		"test_list",
		"dry_run",
		"allow_non_root",
		"facts",
		"kmemleak",
		"kmemleak_each",
		"sync",
		"log_level",
		"overwrite",
		"inactivity_timeout",
		"per_test_timeout",
		"overall_timeout",
		"use_watchdog",
		"test_root",
		"results_path",
		"enable_code_coverage",
		"cov_results_per_test",
		"code_coverage_script",
		"cmdline.argc",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* -ENOENT for a key that no one knows, -EINVAL or -ERANGE for its value. */
static int take_value(const char *key, const char *value, struct metadata *metadata)
{
	int r;

	if (strcmp(key, "name") == 0) {
		g_free(metadata->name);
		metadata->name = unescape(value);
		return 0;
	}
	if (g_str_has_prefix(key, "cmdline.argv[")) {
		g_ptr_array_add(metadata->cmdline, unescape(value));
		return 0;
	}
	if (strcmp(key, "multiple_mode") == 0)
		return parse_number(value, 1, &metadata->multiple_mode);
	if (strcmp(key, "piglit_style_dmesg") == 0)
		return parse_number(value, 1, &metadata->piglit_style_dmesg);
	if (strcmp(key, "prune_mode") == 0)
		return parse_number(value, PRUNE_KEEP_REQUESTED, &metadata->prune_mode);
	if (strcmp(key, "dmesg_warn_level") == 0) {
		r = parse_number(value, 7, &metadata->dmesg_warn_level);
		if (r >= 0)
			metadata->has_dmesg_warn_level = true;
		return r;
	}
	return is_other_known_key(key) ? 0 : -ENOENT;
}

static void take_line(const char *path, char *line, struct metadata *metadata)
{
	char *separator = strstr(line, SEPARATOR);
	int r;

	if (!separator) {
		log_warning("%s/metadata.txt: line \"%s\" is no \"key : value\", ignored", path,
			    line);
		return;
	}
	*separator = '\0';
	r = take_value(line, separator + strlen(SEPARATOR), metadata);
	if (r == -ENOENT)
		log_warning("%s/metadata.txt: unknown key \"%s\", ignored", path, line);
	else if (r < 0)
		log_warning("%s/metadata.txt: value of \"%s\" is out of range, ignored", path,
			    line);
}

static void take_lines(const char *path, char *text, struct metadata *metadata)
{
	char *newline;

	/* What follows the last newline was cut off while it was written. */
	for (; (newline = strchr(text, '\n')); text = newline + 1) {
		*newline = '\0';
		if (*text != '\0')
			take_line(path, text, metadata);
	}
}

int settings_read_metadata(int dirfd, const char *path, struct settings **ret)
{
	struct settings *settings;
	struct metadata metadata = {0};
	g_autofree char *text = NULL;
	size_t len;
	int r = file_read_at(dirfd, "metadata.txt", &text, &len);

	if (r < 0) {
		log_error(
			"cannot read %s/metadata.txt: %s; is this the results directory of a run?",
			path, g_strerror(-r));
		return r;
	}
	settings = settings_new();
	metadata.cmdline = settings->cmdline;
	take_lines(path, text, &metadata);
	settings->name = metadata.name ? metadata.name : g_strdup("");
	settings->multiple_mode = metadata.multiple_mode;
	settings->piglit_style_dmesg = metadata.piglit_style_dmesg;
	settings->prune_mode = metadata.prune_mode;
	settings->dmesg_warn_level = DEFAULT_DMESG_LEVEL;
	if (metadata.piglit_style_dmesg)
		settings->dmesg_warn_level = DEFAULT_DMESG_LEVEL_PIGLIT;
	if (metadata.has_dmesg_warn_level)
		settings->dmesg_warn_level = metadata.dmesg_warn_level;
	*ret = settings;
	return 0;
}

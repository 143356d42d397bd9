/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "expectations.h"
#include "fileio.h"
#include "log.h"

#define SEPARATOR " : "

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
	settings->hooks = g_ptr_array_new_with_free_func(g_free);
	settings->cmdline = g_ptr_array_new_with_free_func(g_free);
	settings->log_level = LOG_LEVEL_NORMAL;
	settings->prune_mode = PRUNE_KEEP_ALL;
	settings->dmesg_warn_level = settings_default_dmesg_level(settings);
	return settings;
}

unsigned long settings_default_dmesg_level(const struct settings *settings)
{
	return settings->piglit_style_dmesg ? 5 : 4;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	g_free(settings->name);
	g_free(settings->test_root);
	g_free(settings->results_path);
	g_free(settings->test_list);
	g_free(settings->abort_command);
	g_free(settings->code_coverage_script);
	g_free(settings->test_cgroup);
	g_ptr_array_unref(settings->include);
	g_ptr_array_unref(settings->exclude);
	g_ptr_array_unref(settings->environment);
	g_ptr_array_unref(settings->hooks);
	g_ptr_array_unref(settings->cmdline);
	expectations_free(settings->expectations);
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

enum value_kind {
	VALUE_SWITCH,
	VALUE_NUMBER,
	VALUE_LOG_LEVEL,
	VALUE_PRUNE_MODE,
	/** Is not written if it is not set. */
	VALUE_STRING,
};

#define KEY(name, kind, member, max)                                                               \
	{                                                                                          \
		name, kind, offsetof(struct settings, member), max                                 \
	}

/*
 * The keys of the format in its order, and the one of our own; cmdline follows.
 * The limits are those of the numbers.
 */
static const struct key {
	const char *name;
	enum value_kind kind;
	size_t offset;
	unsigned long max;
} keys[] = {
	KEY("abort_mask", VALUE_NUMBER, abort_mask, ABORT_ON_ALL),
	KEY("disk_usage_limit", VALUE_NUMBER, disk_usage_limit, ULONG_MAX),
	KEY("test_list", VALUE_STRING, test_list, 0),
	KEY("name", VALUE_STRING, name, 0),
	KEY("dry_run", VALUE_SWITCH, dry_run, 0),
	KEY("allow_non_root", VALUE_SWITCH, allow_non_root, 0),
	KEY("facts", VALUE_SWITCH, facts, 0),
	KEY("kmemleak", VALUE_SWITCH, kmemleak, 0),
	KEY("kmemleak_each", VALUE_SWITCH, kmemleak_each, 0),
	KEY("sync", VALUE_SWITCH, sync, 0),
	KEY("log_level", VALUE_LOG_LEVEL, log_level, 0),
	KEY("overwrite", VALUE_SWITCH, overwrite, 0),
	KEY("multiple_mode", VALUE_SWITCH, multiple_mode, 0),
	KEY("inactivity_timeout", VALUE_NUMBER, inactivity_timeout, SETTINGS_TIMEOUT_MAX),
	KEY("per_test_timeout", VALUE_NUMBER, per_test_timeout, SETTINGS_TIMEOUT_MAX),
	KEY("overall_timeout", VALUE_NUMBER, overall_timeout, SETTINGS_TIMEOUT_MAX),
	KEY("use_watchdog", VALUE_SWITCH, use_watchdog, 0),
	KEY("piglit_style_dmesg", VALUE_SWITCH, piglit_style_dmesg, 0),
	KEY("dmesg_warn_level", VALUE_NUMBER, dmesg_warn_level, 7),
	KEY("prune_mode", VALUE_PRUNE_MODE, prune_mode, PRUNE_KEEP_REQUESTED),
	KEY("test_root", VALUE_STRING, test_root, 0),
	KEY("results_path", VALUE_STRING, results_path, 0),
	KEY("enable_code_coverage", VALUE_SWITCH, code_coverage, 0),
	KEY("cov_results_per_test", VALUE_SWITCH, code_coverage_per_test, 0),
	KEY("code_coverage_script", VALUE_STRING, code_coverage_script, 0),
	KEY("abort_command", VALUE_STRING, abort_command, 0),
};

#define MEMBER(type, settings, key) ((type *)((char *)(settings) + (key)->offset))

static void add_value(GString *text, const struct settings *settings, const struct key *key)
{
	struct settings *from = (struct settings *)settings;
	const char *string;

	switch (key->kind) {
	case VALUE_SWITCH:
		add_number(text, key->name, *MEMBER(bool, from, key));
		break;
	case VALUE_NUMBER:
		g_string_append_printf(text, "%s" SEPARATOR "%lu\n", key->name,
				       *MEMBER(unsigned long, from, key));
		break;
	case VALUE_LOG_LEVEL:
		add_number(text, key->name, *MEMBER(enum log_level, from, key));
		break;
	case VALUE_PRUNE_MODE:
		add_number(text, key->name, *MEMBER(enum prune_mode, from, key));
		break;
	case VALUE_STRING:
		string = *MEMBER(char *, from, key);
		if (string)
			add_string(text, key->name, string);
		break;
	}
}

char *settings_to_metadata(const struct settings *settings)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		add_value(text, settings, &keys[i]);
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

/* Backslash and newline get a backslash before them, and a blank line ends each one. */
char *settings_to_hooks(const struct settings *settings)
{
	GString *text;

	if (settings->hooks->len == 0)
		return NULL;
	text = g_string_new(NULL);
	for (unsigned i = 0; i < settings->hooks->len; i++) {
		for (const char *p = g_ptr_array_index(settings->hooks, i); *p; p++) {
			if (*p == '\\' || *p == '\n')
				g_string_append_c(text, '\\');
			g_string_append_c(text, *p);
		}
		g_string_append(text, "\n\n");
	}
	return g_string_free(text, /* free_segment= */ FALSE);
}

static int take_log_level(const char *value, enum log_level *ret)
{
	bool negative = *value == '-';
	unsigned long number;
	int r = parse_number(value + negative, 1, &number);

	if (r >= 0)
		*ret = negative ? -(int)number : (int)number;
	return r;
}

/* As parse_number(); a value that cannot be read leaves what is there. */
static int take_known_value(const struct key *key, const char *value, struct settings *settings)
{
	unsigned long number = 0;
	char **string;
	int r = 0;

	switch (key->kind) {
	case VALUE_SWITCH:
		r = parse_number(value, 1, &number);
		if (r >= 0)
			*MEMBER(bool, settings, key) = number;
		break;
	case VALUE_NUMBER:
		r = parse_number(value, key->max, MEMBER(unsigned long, settings, key));
		break;
	case VALUE_LOG_LEVEL:
		r = take_log_level(value, MEMBER(enum log_level, settings, key));
		break;
	case VALUE_PRUNE_MODE:
		r = parse_number(value, key->max, &number);
		if (r >= 0)
			*MEMBER(enum prune_mode, settings, key) = (enum prune_mode)number;
		break;
	case VALUE_STRING:
		string = MEMBER(char *, settings, key);
		g_free(*string);
		*string = unescape(value);
		break;
	}
	return r;
}

/* -ENOENT for a key that no one knows, -EINVAL or -ERANGE for its value. */
static int take_value(const char *name, const char *value, struct settings *settings)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(name, keys[i].name) == 0)
			return take_known_value(&keys[i], value, settings);
	if (g_str_has_prefix(name, "cmdline.argv[")) {
		g_ptr_array_add(settings->cmdline, unescape(value));
		return 0;
	}
	/* The words tell by themselves how many they are. */
	return strcmp(name, "cmdline.argc") == 0 ? 0 : -ENOENT;
}

static void take_line(const char *path, char *line, struct settings *settings)
{
	char *separator = strstr(line, SEPARATOR);
	int r;

	if (!separator) {
		log_warning("%s/metadata.txt: line \"%s\" is no \"key : value\", ignored", path,
			    line);
		return;
	}
	*separator = '\0';
	r = take_value(line, separator + strlen(SEPARATOR), settings);
	if (r == -ENOENT)
		log_warning("%s/metadata.txt: unknown key \"%s\", ignored", path, line);
	else if (r < 0)
		log_warning("%s/metadata.txt: value of \"%s\" is out of range, ignored", path,
			    line);
}

static void take_lines(const char *path, char *text, struct settings *settings)
{
	char *newline;

	/* What follows the last newline was cut off while it was written. */
	for (; (newline = strchr(text, '\n')); text = newline + 1) {
		*newline = '\0';
		if (*text != '\0')
			take_line(path, text, settings);
	}
}

int settings_read_metadata(int dirfd, const char *path, struct settings **ret)
{
	struct settings *settings;
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
	/* What an absent key means is not always what the command line starts with. */
	settings->prune_mode = PRUNE_KEEP_DYNAMIC;
	settings->dmesg_warn_level = SETTINGS_DMESG_LEVEL_UNSAID;
	take_lines(path, text, settings);
	if (!settings->name)
		settings->name = g_strdup("");
	if (settings->dmesg_warn_level == SETTINGS_DMESG_LEVEL_UNSAID)
		settings->dmesg_warn_level = settings_default_dmesg_level(settings);
	*ret = settings;
	return 0;
}

static int read_optional(int dirfd, const char *path, const char *name, char **ret_text)
{
	size_t len;
	int r = file_read_at(dirfd, name, ret_text, &len);

	if (r == -ENOENT) {
		*ret_text = g_strdup("");
		return 0;
	}
	if (r < 0)
		log_error("cannot read %s/%s: %s", path, name, g_strerror(-r));
	return r;
}

static void take_environment(const char *path, char *text, GPtrArray *environment)
{
	char *newline;

	for (; (newline = strchr(text, '\n')); text = newline + 1) {
		*newline = '\0';
		if (*text != '\0' && *text != '=' && strchr(text, '='))
			g_ptr_array_add(environment, g_strdup(text));
		else
			log_warning("%s/environment.txt: line \"%s\" is no \"KEY=VALUE\", ignored",
				    path, text);
	}
}

/* As settings_to_hooks() writes them: a newline that nothing escapes ends one. */
static void take_hooks(const char *text, GPtrArray *hooks)
{
	g_autoptr(GString) hook = g_string_new(NULL);

	for (; *text; text++) {
		if (*text == '\n') {
			if (hook->len > 0)
				g_ptr_array_add(hooks, g_strdup(hook->str));
			g_string_truncate(hook, 0);
			continue;
		}
		if (*text == '\\' && text[1] != '\0')
			text++;
		g_string_append_c(hook, *text);
	}
}

int settings_read_surroundings(int dirfd, const char *path, struct settings *settings)
{
	g_autofree char *environment = NULL;
	g_autofree char *hooks = NULL;
	int r = read_optional(dirfd, path, "environment.txt", &environment);

	if (r >= 0)
		r = read_optional(dirfd, path, "hooks.txt", &hooks);
	if (r < 0)
		return r;
	take_environment(path, environment, settings->environment);
	take_hooks(hooks, settings->hooks);
	return 0;
}

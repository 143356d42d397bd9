/* SPDX-License-Identifier: MIT */
/**
 * The configuration file: found, read, and kept as a list.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igt_cleanup.h"
#include "igt_config.h"
#include "igt_wire.h"

/* Larger than any; a file that is not meant for us is not read for ever. */
#define MAX_BYTES (64 << 10)

static struct {
	const char *group;
	const char *key;
	const char *value;
} *entries;
static unsigned int entry_count;

static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Replace the escapes that GKeyFile has for strings. Returns false for another one. */
static bool unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text != '\\') {
			*to++ = *text;
			continue;
		}
		switch (*++text) {
		case 's':
			*to++ = ' ';
			break;
		case 'n':
			*to++ = '\n';
			break;
		case 't':
			*to++ = '\t';
			break;
		case 'r':
			*to++ = '\r';
			break;
		case '\\':
			*to++ = '\\';
			break;
		default:
			return false;
		}
	}
	*to = '\0';
	return true;
}

static int add_entry(const char *group, char *line, const char **ret_why)
{
	char *equals = strchr(line, '=');
	void *grown;

	if (!equals) {
		*ret_why = "this is neither [group] nor key=value";
		return -EINVAL;
	}
	if (!group) {
		*ret_why = "a [group] must come before the first key";
		return -EINVAL;
	}
	*equals = '\0';
	grown = reallocarray(entries, entry_count + 1, sizeof(*entries));
	if (!grown)
		return -ENOMEM;
	entries = grown;
	entries[entry_count].group = group;
	entries[entry_count].key = trim(line);
	entries[entry_count].value = trim(equals + 1);
	if (!unescape(equals + 1 + strspn(equals + 1, " \t\r"))) {
		*ret_why = "there is no such escape; \\s \\n \\t \\r and \\\\ are known";
		return -EINVAL;
	}
	entry_count++;
	return 0;
}

int igt_config_parse(char *text, const char **ret_why)
{
	const char *group = NULL;
	int number = 1;

	for (char *line = text, *next; line; line = next, number++) {
		size_t length;
		int r;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line = trim(line);
		length = strlen(line);
		if (!length || *line == '#')
			continue;
		if (*line == '[') {
			if (length < 3 || line[length - 1] != ']') {
				*ret_why = "a group is written [name]";
				return number;
			}
			line[length - 1] = '\0';
			group = line + 1;
			continue;
		}
		r = add_entry(group, line, ret_why);
		if (r < 0)
			return r == -EINVAL ? number : r;
	}
	return 0;
}

void igt_config_forget(void)
{
	free(entries);
	entries = NULL;
	entry_count = 0;
}

/* The file's text, or NULL without errno when there is no file. */
static char *read_file(const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *text = NULL;
	size_t length;

	if (!file) {
		errno = errno == ENOENT || errno == ENOTDIR ? 0 : errno;
		return NULL;
	}
	text = malloc(MAX_BYTES + 1);
	if (!text)
		return NULL;
	length = fread(text, 1, MAX_BYTES + 1, file);
	if (ferror(file) || length > MAX_BYTES) {
		errno = ferror(file) ? errno : EFBIG;
		return NULL;
	}
	text[length] = '\0';
	return igt_steal(text);
}

void igt_config_load(void)
{
	const char *path = getenv(IGT_ENV_CONFIG), *home = getenv("HOME"), *why = NULL;
	char in_home[4096], *text;
	int r;

	if (!path && !home)
		return;
	if (!path) {
		snprintf(in_home, sizeof(in_home), "%s/.igtrc", home);
		path = in_home;
	}
	text = read_file(path);
	if (!text) {
		if (!errno)
			return;
		fprintf(stderr, "%s cannot be read: %m\n", path);
		exit(IGT_EXIT_INVALID);
	}
	r = igt_config_parse(text, &why);
	if (r == 0)
		return; /* the entries point into the text */
	if (r < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(-r));
	else
		fprintf(stderr, "%s:%d: %s\n", path, r, why);
	exit(IGT_EXIT_INVALID);
}

const char *igt_config_get(const char *group, const char *key)
{
	/* The last one counts, as in GKeyFile. */
	for (unsigned int i = entry_count; i-- > 0;)
		if (strcmp(entries[i].group, group) == 0 && strcmp(entries[i].key, key) == 0)
			return entries[i].value;
	return NULL;
}

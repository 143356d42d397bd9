/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fileio.h"
#include "log.h"

/* @where: what stands before the message. */
static int add(GPtrArray *filters, const char *expression, const char *where)
{
	g_autoptr(GError) error = NULL;
	/* RAW: names are bytes, and a byte that is no UTF-8 must not end the matching. */
	GRegex *regex = g_regex_new(expression, G_REGEX_CASELESS | G_REGEX_OPTIMIZE | G_REGEX_RAW,
				    /* match_options= */ 0, &error);

	if (!regex) {
		log_error("%s\"%s\" is no regular expression: %s", where, expression,
			  error->message);
		return -EINVAL;
	}
	g_ptr_array_add(filters, regex);
	return 0;
}

int filter_add(GPtrArray *filters, const char *expression)
{
	return add(filters, expression, "");
}

int filter_add_file(GPtrArray *filters, const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	size_t len;
	int r = file_read_at(AT_FDCWD, path, &text, &len);

	if (r < 0) {
		log_error("cannot read blacklist %s: %s", path, g_strerror(-r));
		return -EINVAL;
	}
	lines = g_strsplit(text, "\n", /* max_tokens= */ -1);
	for (unsigned i = 0; lines[i]; i++) {
		g_autofree char *where = g_strdup_printf("%s:%u: ", path, i + 1);

		lines[i][strcspn(lines[i], "#")] = '\0';
		g_strstrip(lines[i]);
		if (lines[i][0] != '\0' && add(filters, lines[i], where) < 0)
			return -EINVAL;
	}
	return 0;
}

bool filter_matches(const GPtrArray *filters, const char *name)
{
	for (unsigned i = 0; i < filters->len; i++)
		if (g_regex_match(g_ptr_array_index(filters, i), name, /* match_options= */ 0,
				  /* match_info= */ NULL))
			return true;
	return false;
}

bool filter_lets_through(const GPtrArray *include, const GPtrArray *exclude, const char *name)
{
	if (filter_matches(exclude, name))
		return false;
	return include->len == 0 || filter_matches(include, name);
}

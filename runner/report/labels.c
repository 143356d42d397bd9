/* SPDX-License-Identifier: MIT */
#include "report/labels.h"

#include <string.h>

#include "utf8.h"

/* The parts of @path's absolute form, without the empty one before the first slash. */
static char **parts_of(const char *path)
{
	g_autofree char *absolute = g_canonicalize_filename(path, /* relative_to= */ NULL);

	return g_strsplit(absolute + strspn(absolute, "/"), "/", /* max_tokens= */ -1);
}

static char *join(char **parts, unsigned first, unsigned end)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = first; i < end; i++)
		g_string_append_printf(text, "%s%s", i > first ? "/" : "", parts[i]);
	return utf8_from_bytes(text->str, text->len);
}

char *label_of(const char *path)
{
	g_auto(GStrv) parts = parts_of(path);
	unsigned count = g_strv_length(parts);

	return join(parts, count > 2 ? count - 2 : 0, count);
}

/* Whether part @index, counted from the front or from the back, is the same in all. */
static gboolean is_common(char ***split, unsigned count, unsigned index, gboolean from_back)
{
	const char *first = NULL;

	for (unsigned i = 0; i < count; i++) {
		unsigned length = g_strv_length(split[i]);
		const char *part;

		/* One part at least remains. */
		if (index + 1 >= length)
			return FALSE;
		part = split[i][from_back ? length - 1 - index : index];
		if (first && strcmp(first, part) != 0)
			return FALSE;
		first = part;
	}
	return TRUE;
}

char **labels_of(const char *const *paths, unsigned count)
{
	char ***split = g_new0(char **, count);
	char **labels = g_new0(char *, count + 1);
	unsigned front = 0, back = 0;

	for (unsigned i = 0; i < count; i++)
		split[i] = parts_of(paths[i]);
	while (is_common(split, count, front, /* from_back= */ FALSE))
		front++;
	while (is_common(split, count, back, /* from_back= */ TRUE))
		back++;
	for (unsigned i = 0; i < count; i++) {
		unsigned length = g_strv_length(split[i]);
		unsigned end = length > back + front ? length - back : length;

		labels[i] = join(split[i], front < end ? front : 0, end);
		g_strfreev(split[i]);
	}
	g_free(split);
	return labels;
}

/* SPDX-License-Identifier: MIT */
#include "report/timeline.h"

#include <stdbool.h>
#include <string.h>

#define HEADER "# igt-reclaim memory 1"
#define TIME_COLUMN "time"
/* As many as a damaged head can make up. */
#define COLUMNS_MAX 64
#define VALUE_MAX (INT64_C(1) << 53)

void timeline_free(struct timeline *timeline)
{
	if (!timeline)
		return;
	g_ptr_array_unref(timeline->columns);
	g_array_unref(timeline->times);
	g_array_unref(timeline->values);
	g_free(timeline);
}

/* A line with its newline, cut off and without it; false at the end. Lines with NULs are none. */
static bool next_line(const char **cursor, const char *end, char **ret)
{
	const char *newline = memchr(*cursor, '\n', end - *cursor);

	if (!newline)
		return false;
	*ret = g_strndup(*cursor, newline - *cursor);
	*cursor = newline + 1;
	return true;
}

static bool read_head(struct timeline *timeline, const char **cursor, const char *end)
{
	g_autofree char *version = NULL;
	g_autofree char *names = NULL;
	g_auto(GStrv) columns = NULL;

	if (!next_line(cursor, end, &version) || strcmp(version, HEADER) != 0 ||
	    !next_line(cursor, end, &names))
		return false;
	columns = g_strsplit(names, "\t", COLUMNS_MAX);
	if (!columns[0] || strcmp(columns[0], TIME_COLUMN) != 0 ||
	    !g_utf8_validate(names, -1, /* end= */ NULL))
		return false;
	for (char **column = columns + 1; *column; column++)
		g_ptr_array_add(timeline->columns, g_strdup(*column));
	return true;
}

static int64_t parse_value(const char *text)
{
	char *end;
	gint64 value;

	if (!text || !g_ascii_isdigit(*text))
		return TIMELINE_UNKNOWN;
	value = g_ascii_strtoll(text, &end, 10);
	return *end == '\0' && value <= VALUE_MAX ? value : TIMELINE_UNKNOWN;
}

static void read_row(struct timeline *timeline, const char *line)
{
	g_auto(GStrv) fields = g_strsplit(line, "\t", COLUMNS_MAX);
	unsigned count = g_strv_length(fields), rows = timeline->times->len;
	char *end;
	double time;

	if (count == 0 || !g_ascii_isdigit(*fields[0]))
		return;
	time = g_ascii_strtod(fields[0], &end);
	/* Also refuses nan and inf, and a clock that jumped back. */
	if (*end != '\0' || !(time >= 0.0 && time < 1e12) ||
	    (rows > 0 && time < timeline_time(timeline, rows - 1)))
		return;
	g_array_append_val(timeline->times, time);
	for (unsigned i = 0; i < timeline->columns->len; i++) {
		int64_t value = parse_value(i + 1 < count ? fields[i + 1] : NULL);

		g_array_append_val(timeline->values, value);
	}
}

struct timeline *timeline_parse(const char *text, size_t len)
{
	_cleanup_(timeline_freep) struct timeline *timeline = g_new0(struct timeline, 1);
	const char *end = text + len;
	char *line;

	timeline->columns = g_ptr_array_new_with_free_func(g_free);
	timeline->times = g_array_new(FALSE, FALSE, sizeof(double));
	timeline->values = g_array_new(FALSE, FALSE, sizeof(int64_t));
	if (!read_head(timeline, &text, end))
		return NULL;
	while (next_line(&text, end, &line)) {
		read_row(timeline, line);
		g_free(line);
	}
	return g_steal_pointer(&timeline);
}

unsigned timeline_find(const struct timeline *timeline, double time)
{
	unsigned low = 0, high = timeline->times->len;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (timeline_time(timeline, middle) < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* SPDX-License-Identifier: MIT */
#include "markers.h"

#include <string.h>

#include "igt_wire.h"

static size_t name_length(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && (g_ascii_isalnum(p[n]) || p[n] == '-' || p[n] == '_'))
		n++;
	return n;
}

bool test_name_is_valid(const char *name, size_t len)
{
	return len > 0 && name_length(name, len) == len;
}

/* `<name>: <RESULT> (<seconds>s)`; `Subtest <name> failed.` is no result. */
static bool parse_result(const char *p, size_t len, struct marker *marker)
{
	size_t n = name_length(p, len);
	g_autofree char *word = NULL;
	const char *seconds;

	if (n == 0 || len - n < 2 || memcmp(p + n, ": ", 2) != 0)
		return false;
	word = g_strndup(p + n + 2, len - n - 2);
	seconds = strchr(word, '(');
	marker->name = g_strndup(p, n);
	marker->verdict = verdict_from_word(word);
	marker->seconds = seconds ? g_ascii_strtod(seconds + 1, /* endptr= */ NULL) : 0.0;
	/* A test's own text may follow the words of the protocol: no nan, inf, or negative time. */
	if (!(marker->seconds >= 0.0 && marker->seconds < 1e9))
		marker->seconds = 0.0;
	return true;
}

static bool parse_start(const char *p, size_t len, struct marker *marker)
{
	if (!test_name_is_valid(p, len))
		return false;
	marker->name = g_strndup(p, len);
	return true;
}

static bool is_process_line(const char *line, size_t len)
{
	return len == strlen(MARKER_PROCESS_LINE) && memcmp(line, MARKER_PROCESS_LINE, len) == 0;
}

bool marker_parse(const char *line, size_t len, struct marker *ret)
{
	static const struct {
		const char *prefix;
		enum marker_kind kind;
		bool (*parse)(const char *p, size_t len, struct marker *marker);
	} kinds[] = {
		{IGT_TEXT_STARTING, MARKER_START, parse_start},
		{IGT_TEXT_RESULT, MARKER_RESULT, parse_result},
		{IGT_TEXT_STARTING_DYNAMIC, MARKER_DYNAMIC_START, parse_start},
		{IGT_TEXT_RESULT_DYNAMIC, MARKER_DYNAMIC_RESULT, parse_result},
	};

	if (is_process_line(line, len)) {
		*ret = (struct marker){.kind = MARKER_PROCESS};
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		size_t n = strlen(kinds[i].prefix);
		struct marker marker = {.kind = kinds[i].kind, .verdict = VERDICT_INCOMPLETE};

		if (len < n || memcmp(line, kinds[i].prefix, n) != 0)
			continue;
		if (!kinds[i].parse(line + n, len - n, &marker))
			return false;
		*ret = marker;
		return true;
	}
	return false;
}

void marker_clear(struct marker *marker)
{
	g_clear_pointer(&marker->name, g_free);
}

static void marker_clear_element(void *element)
{
	marker_clear(element);
}

GArray *markers_new(void)
{
	GArray *markers = g_array_new(/* zero_terminated= */ FALSE, /* clear= */ FALSE,
				      sizeof(struct marker));

	g_array_set_clear_func(markers, marker_clear_element);
	return markers;
}

GArray *markers_scan(const char *text, size_t len)
{
	GArray *markers = markers_new();

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t line_end = newline ? (size_t)(newline - text) : len;
		struct marker marker;

		if (marker_parse(text + at, line_end - at, &marker)) {
			marker.begin = at;
			marker.end = newline ? line_end + 1 : len;
			g_array_append_val(markers, marker);
		}
		at = line_end + 1;
	}
	return markers;
}

/* SPDX-License-Identifier: MIT */
#include "report/kernel_log.h"

#include <string.h>

#include "igt_wire.h"

#define RECLAIM "reclaim: "
#define FREED " freed "
/* Opens a trace and says nothing. */
#define CUT_HERE "[ cut here ]"
/* Warnings that follow each other faster belong together. */
#define BURST_S 0.1

static bool parse_line(const char *line, size_t len, struct kernel_line *ret)
{
	g_autofree char *copy = NULL;
	double time;
	char *end;
	const char *text;

	if (len < 4 || line[0] != '<' || !g_ascii_isdigit(line[1]) || line[2] != '>' ||
	    line[3] != ' ')
		return false;
	text = memchr(line, ']', len);
	if (line[4] != '[' || !text)
		return false;
	copy = g_strndup(line + 5, text - line - 5);
	time = g_ascii_strtod(copy, &end);
	if (end == copy || *end != '\0' || !(time >= 0.0 && time < 1e12))
		return false;
	text++;
	if (text < line + len && *text == ' ')
		text++;
	ret->level = line[1] - '0';
	ret->time = time;
	ret->text = text;
	ret->len = line + len - text;
	return true;
}

bool kernel_line_next(const char **cursor, struct kernel_line *ret)
{
	while (**cursor != '\0') {
		const char *line = *cursor;
		size_t len = strcspn(line, "\n");

		*cursor += len + (line[len] == '\n');
		if (parse_line(line, len, ret))
			return true;
	}
	return false;
}

static void mark_free(void *element)
{
	struct log_mark *mark = element;

	g_free(mark->text);
	g_free(mark);
}

/* The kind of a marker's text, and in *ret what is to be shown of it. */
static int marker_kind(const char *text, const char **ret)
{
	const char *at;

	if (!g_str_has_prefix(text, IGT_KMSG_PREFIX))
		return -1;
	text += strlen(IGT_KMSG_PREFIX);
	if (g_str_has_prefix(text, RECLAIM) && strstr(text, FREED)) {
		*ret = text + strlen(RECLAIM);
		return LOG_MARK_RECLAIM;
	}
	at = strstr(text, IGT_KMSG_STARTING);
	if (at) {
		*ret = at + strlen(IGT_KMSG_STARTING);
		return LOG_MARK_START;
	}
	at = strstr(text, IGT_KMSG_FINISHED);
	if (at && strrchr(at, ',')) {
		*ret = strrchr(at, ',') + 1;
		*ret += strspn(*ret, " ");
		return LOG_MARK_VERDICT;
	}
	return -1;
}

/* Both texts have the same lines in the same order, so one look at the next is enough. */
static bool take_warning(const struct kernel_line *line, struct kernel_line *next, bool *more,
			 const char **cursor)
{
	if (!*more || line->time != next->time || line->len != next->len ||
	    memcmp(line->text, next->text, line->len) != 0)
		return false;
	*more = kernel_line_next(cursor, next);
	return true;
}

/* The marks on their way; of each kind so many, and the trace that is being told. */
struct marker {
	GPtrArray *marks;
	unsigned counts[LOG_MARK_WARNING + 1], max;
	struct log_mark *trace;
	double trace_end;
};

static void add_mark(struct marker *marker, enum log_mark_kind kind, double time, const char *text)
{
	struct log_mark *mark;

	if (marker->counts[kind]++ >= marker->max)
		return;
	mark = g_new0(struct log_mark, 1);
	mark->kind = kind;
	mark->time = time;
	mark->text = g_strdup(text);
	g_ptr_array_add(marker->marks, mark);
	if (kind == LOG_MARK_WARNING)
		marker->trace = mark;
}

static void add_warning(struct marker *marker, double time, const char *text)
{
	bool goes_on = marker->trace && time - marker->trace_end < BURST_S;

	marker->trace_end = time;
	if (!goes_on) {
		marker->trace = NULL;
		add_mark(marker, LOG_MARK_WARNING, time, text);
	} else if (strstr(marker->trace->text, CUT_HERE)) {
		g_free(marker->trace->text);
		marker->trace->text = g_strdup(text);
	}
}

GPtrArray *log_marks(const char *dmesg, const char *warnings, unsigned max)
{
	struct marker marker = {.marks = g_ptr_array_new_with_free_func(mark_free), .max = max};
	const char *cursor = dmesg ? dmesg : "";
	const char *warning_cursor = warnings ? warnings : "";
	struct kernel_line line, warning = {0};
	bool more = kernel_line_next(&warning_cursor, &warning);

	while (kernel_line_next(&cursor, &line)) {
		g_autofree char *text = g_strndup(line.text, line.len);
		const char *shown = text;
		int kind;

		if (take_warning(&line, &warning, &more, &warning_cursor)) {
			add_warning(&marker, line.time, text);
			continue;
		}
		kind = marker_kind(text, &shown);
		if (kind >= 0)
			add_mark(&marker, kind, line.time, shown);
	}
	return marker.marks;
}

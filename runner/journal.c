/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "fileio.h"
#include "markers.h"

/* A line longer than this is no marker; the rest of it is dropped unseen. */
#define LINE_MAX_BYTES 1024

#define EXIT_LINE "exit:"
#define TIMEOUT_LINE "timeout:"

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	g_clear_pointer(&journal->subtests, g_ptr_array_unref);
	g_free(journal);
}

/* `<code> (<seconds>s)` */
static bool parse_end(const char *text, struct journal *journal)
{
	char *rest;
	long code;
	double seconds;

	errno = 0;
	code = strtol(text, &rest, 10);
	if (errno != 0 || rest == text || code < -255 || code > JOURNAL_EXIT_UNKNOWN)
		return false;
	seconds = g_str_has_prefix(rest, " (") ? g_ascii_strtod(rest + 2, NULL) : 0.0;
	journal->ended = true;
	journal->exit_code = code;
	journal->seconds = seconds >= 0.0 && seconds < 1e9 ? seconds : 0.0;
	return true;
}

static void parse_line(const char *line, size_t len, struct journal *journal, GHashTable *seen)
{
	g_autofree char *text = g_strndup(line, len);

	if (g_str_has_prefix(text, EXIT_LINE)) {
		if (parse_end(text + strlen(EXIT_LINE), journal))
			journal->timed_out = false;
	} else if (g_str_has_prefix(text, TIMEOUT_LINE)) {
		if (parse_end(text + strlen(TIMEOUT_LINE), journal))
			journal->timed_out = true;
	} else if (test_name_is_valid(line, len) && g_hash_table_add(seen, g_strdup(text))) {
		g_ptr_array_add(journal->subtests, g_steal_pointer(&text));
	}
}

struct journal *journal_parse(const char *text, size_t len)
{
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, /* value_destroy= */ NULL);
	struct journal *journal = g_new0(struct journal, 1);
	const char *end = text + len;
	const char *newline;

	journal->subtests = g_ptr_array_new_with_free_func(g_free);
	for (const char *p = text; p < end; p = newline + 1) {
		newline = memchr(p, '\n', end - p);
		if (!newline)
			break;
		parse_line(p, newline - p, journal, seen);
	}
	return journal;
}

struct journal_writer {
	int fd;
	bool sync;
	/* Of the subtest whose line was written last. */
	char *current;
	/* The beginning of a line whose end has not come yet. */
	GString *line;
};

struct journal_writer *journal_writer_new(int fd, bool sync)
{
	struct journal_writer *writer = g_new0(struct journal_writer, 1);

	writer->fd = fd;
	writer->sync = sync;
	writer->line = g_string_new(NULL);
	return writer;
}

void journal_writer_free(struct journal_writer *writer)
{
	if (!writer)
		return;
	g_string_free(writer->line, /* free_segment= */ TRUE);
	g_free(writer->current);
	g_free(writer);
}

static int write_line(struct journal_writer *writer, const char *line)
{
	int r = fd_write_all(writer->fd, line, strlen(line));

	if (r >= 0 && writer->sync && fdatasync(writer->fd) < 0 && errno != EINVAL)
		r = -errno;
	return r;
}

static int take_line(struct journal_writer *writer, bool *started)
{
	g_autofree char *entry = NULL;
	struct marker marker;
	bool is_new;

	if (!marker_parse(writer->line->str, writer->line->len, &marker))
		return 0;
	*started |= marker.kind == MARKER_START || marker.kind == MARKER_DYNAMIC_START;
	/* A subtest that its fixture skipped has a result but never starts. */
	is_new = marker.kind == MARKER_START ||
		 (marker.kind == MARKER_RESULT && g_strcmp0(marker.name, writer->current) != 0);
	if (!is_new) {
		marker_clear(&marker);
		return 0;
	}
	g_free(writer->current);
	writer->current = marker.name;
	entry = g_strconcat(marker.name, "\n", NULL);
	return write_line(writer, entry);
}

int journal_writer_feed(struct journal_writer *writer, const char *data, size_t len,
			bool *ret_started)
{
	const char *end = data + len;
	bool started = false;

	while (data < end) {
		const char *newline = memchr(data, '\n', end - data);
		size_t n = (newline ? newline : end) - data;
		int r;

		if (writer->line->len < LINE_MAX_BYTES)
			g_string_append_len(writer->line, data,
					    MIN(n, LINE_MAX_BYTES - writer->line->len));
		if (!newline)
			break;
		r = take_line(writer, &started);
		if (r < 0)
			return r;
		g_string_truncate(writer->line, 0);
		data = newline + 1;
	}
	*ret_started = started;
	return 0;
}

int journal_writer_end(struct journal_writer *writer, bool timed_out, int exit_code, double seconds)
{
	g_autofree char *line = g_strdup_printf(
		"%s%d (%.3fs)\n", timed_out ? TIMEOUT_LINE : EXIT_LINE, exit_code, seconds);

	return write_line(writer, line);
}

int journal_exit_code(int wait_status)
{
	int code = JOURNAL_EXIT_UNKNOWN;

	if (WIFSIGNALED(wait_status))
		code = -WTERMSIG(wait_status);
	else if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) >= 128)
		code = 128 - WEXITSTATUS(wait_status);
	else if (WIFEXITED(wait_status))
		code = WEXITSTATUS(wait_status);
	return code == JOURNAL_EXIT_NOTRUN ? JOURNAL_EXIT_UNKNOWN : code;
}

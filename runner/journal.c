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

/* As written by a runner: not ` 1`, `+1`, `01` or `-0`, which are other numbers damaged. */
static bool parse_code(const char *text, long *ret_code, const char **ret_rest)
{
	const char *digits = *text == '-' ? text + 1 : text;
	char *rest;
	long code;

	if (!g_ascii_isdigit(*digits) || (*digits == '0' && digits != text))
		return false;
	if (*digits == '0' && g_ascii_isdigit(digits[1]))
		return false;
	errno = 0;
	code = strtol(text, &rest, 10);
	if (errno != 0 || code < -255 || code > JOURNAL_EXIT_UNKNOWN)
		return false;
	*ret_code = code;
	*ret_rest = rest;
	return true;
}

/* `<code> (<seconds>s)` */
static bool parse_end(const char *text, struct process *process)
{
	const char *rest;
	double seconds;
	long code;

	if (!parse_code(text, &code, &rest) || !g_str_has_prefix(rest, " ("))
		return false;
	seconds = g_ascii_strtod(rest + 2, NULL);
	process->ended = true;
	process->exit_code = code;
	process->seconds = seconds >= 0.0 && seconds < 1e9 ? seconds : 0.0;
	return true;
}

/* What begins behind the end of a process is another one. */
static struct process *process_for_next_line(struct transcript *transcript)
{
	if (transcript_process(transcript)->ended)
		transcript_add_process(transcript);
	return transcript_process(transcript);
}

static void take_end_line(const char *text, bool timed_out, struct transcript *transcript)
{
	struct process end = {.timed_out = timed_out};
	struct process *process;

	if (!parse_end(text, &end))
		return;
	process = process_for_next_line(transcript);
	end.last = process->last;
	*process = end;
}

static void read_line(const char *line, size_t len, struct transcript *transcript)
{
	g_autofree char *text = g_strndup(line, len);

	if (g_str_has_prefix(text, EXIT_LINE))
		take_end_line(text + strlen(EXIT_LINE), /* timed_out= */ false, transcript);
	else if (g_str_has_prefix(text, TIMEOUT_LINE))
		take_end_line(text + strlen(TIMEOUT_LINE), /* timed_out= */ true, transcript);
	else if (test_name_is_valid(line, len))
		process_for_next_line(transcript)->last = transcript_add_subtest(transcript, text);
}

void journal_read(const char *text, size_t len, struct transcript *transcript)
{
	const char *end = text + len;
	const char *newline;

	for (const char *p = text; p < end; p = newline + 1) {
		newline = memchr(p, '\n', end - p);
		if (!newline)
			break;
		read_line(p, newline - p, transcript);
	}
}

struct journal_writer {
	int fd;
	bool sync;
	marker_handler handler;
	void *user;
	/* Of the subtest whose line was written last. */
	char *current;
	/* The beginning of a line whose end has not come yet. */
	GString *line;
};

struct journal_writer *journal_writer_new(int fd, bool sync, marker_handler handler, void *user)
{
	struct journal_writer *writer = g_new0(struct journal_writer, 1);

	writer->fd = fd;
	writer->sync = sync;
	writer->handler = handler;
	writer->user = user;
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

/* A subtest that its fixture skipped has a result but never starts. */
static bool is_new(const struct journal_writer *writer, const struct marker *marker)
{
	return marker->kind == MARKER_START ||
	       (marker->kind == MARKER_RESULT && g_strcmp0(marker->name, writer->current) != 0);
}

static int take_line(struct journal_writer *writer)
{
	struct marker marker;
	int r = 0;

	if (!marker_parse(writer->line->str, writer->line->len, &marker))
		return 0;
	if (is_new(writer, &marker)) {
		g_autofree char *entry = g_strconcat(marker.name, "\n", NULL);

		g_free(writer->current);
		writer->current = g_strdup(marker.name);
		r = write_line(writer, entry);
	}
	writer->handler(writer->user, &marker);
	marker_clear(&marker);
	return r;
}

int journal_writer_feed(struct journal_writer *writer, const char *data, size_t len)
{
	const char *end = data + len;

	while (data < end) {
		const char *newline = memchr(data, '\n', end - data);
		size_t n = (newline ? newline : end) - data;
		int r;

		if (writer->line->len < LINE_MAX_BYTES)
			g_string_append_len(writer->line, data,
					    MIN(n, LINE_MAX_BYTES - writer->line->len));
		if (!newline)
			break;
		r = take_line(writer);
		if (r < 0)
			return r;
		g_string_truncate(writer->line, 0);
		data = newline + 1;
	}
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

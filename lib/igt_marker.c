/* SPDX-License-Identifier: MIT */
/**
 * The lines and packets by which a runner, and the kernel's logs by which a reader, know what runs
 * and how it ended.
 */
#define IGT_LOG_DOMAIN "igt_core"
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_internal.h"
#include "igt_pcre.h"
#include "igt_trace.h"

static void write_kmsg(const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* The marker only helps to place messages: a log that is full or closed is no failure. */
	if (write(fd, text, strlen(text)) < 0)
		igt_debug("kernel log marker not written: %m\n");
	close(fd);
}

void igt_kmsg(const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	write_kmsg(text);
}

/* A line for the kernel log and, without its level, for the trace buffer. */
__attribute__((format(printf, 1, 2)))
static void mark(const char *format, ...)
{
	char text[1024] = KMSG_INFO;
	const size_t level = strlen("<6>"), begin = strlen(KMSG_INFO);
	va_list args;

	va_start(args, format);
	vsnprintf(text + begin, sizeof(text) - begin, format, args);
	va_end(args);
	write_kmsg(text);
	igt_trace_mark(text + level);
}

/* What the subtest has had ignored so far. */
static char ignored[768];

void igt_emit_ignore_dmesg_regex(const char *format, ...)
{
	char regex[sizeof(ignored)], why[256];
	va_list args;

	va_start(args, format);
	vsnprintf(regex, sizeof(regex), format, args);
	va_end(args);
	igt_assert_f(igt_pcre_check(regex, why, sizeof(why)), "regular expression '%s': %s\n",
		     regex, why);
	igt_kmsg(KMSG_INFO IGT_KMSG_IGNORE "%s\n", regex);
	strcpy(ignored, regex);
}

void igt_emit_ignore_more_dmesg_regex(const char *regex)
{
	char both[sizeof(ignored)];
	int length = snprintf(both, sizeof(both), "%s%s%s", ignored, ignored[0] ? "|" : "", regex);

	igt_assert_f(length < (int)sizeof(both), "regular expressions of %d bytes are too long for "
		     "the kernel's log\n", length);
	igt_emit_ignore_dmesg_regex("%s", both);
}

static bool to_stderr_too(void)
{
	return getenv(IGT_ENV_SENTINEL) != NULL;
}

/* A result line on stdout, in bold for a reader. */
static void put_result(const char *line)
{
	const bool bold = isatty(STDOUT_FILENO) && !getenv(IGT_ENV_PLAIN_OUTPUT);

	if (bold)
		igt_putf(IGT_STREAM_STDOUT, "\x1b[1m%s\x1b[0m\n", line);
	else
		igt_putf(IGT_STREAM_STDOUT, "%s\n", line);
}

void igt_marker_executing(void)
{
	mark("%s: executing\n", igt_test_name());
}

void igt_marker_exiting(int code)
{
	mark("%s: exiting, ret=%d\n", igt_test_name(), code);
}

void igt_marker_version(void)
{
	char *line = igt_version_line();

	if (igt_comms_active())
		igt_comms_send(IGT_PACKET_VERSION, false, (const char *[]){line, NULL});
	else
		igt_put(IGT_STREAM_STDOUT, line);
	free(line);
}

void igt_marker_starting(const char *name, bool dynamic)
{
	const char *text = dynamic ? IGT_TEXT_STARTING_DYNAMIC : IGT_TEXT_STARTING;

	ignored[0] = '\0';
	mark("%s%s%s\n", igt_test_name(), dynamic ? IGT_KMSG_STARTING_DYNAMIC : IGT_KMSG_STARTING,
	     name);
	igt_log_line_end();
	if (igt_comms_active()) {
		igt_comms_send(dynamic ? IGT_PACKET_DYNAMIC_START : IGT_PACKET_SUBTEST_START, false,
			       (const char *[]){name, NULL});
		return;
	}
	igt_info("%s%s\n", text, name);
	if (to_stderr_too())
		igt_putf(IGT_STREAM_STDERR, "%s%s\n", text, name);
}

static void send_result(const char *name, bool dynamic, const char *word, double seconds,
			bool in_signal)
{
	char number[32];

	snprintf(number, sizeof(number), "%.3f", seconds);
	igt_comms_send(dynamic ? IGT_PACKET_DYNAMIC_RESULT : IGT_PACKET_SUBTEST_RESULT, in_signal,
		       (const char *[]){name, word, number, /* reason= */ "", NULL});
}

static void format_result(char *line, size_t size, const char *name, bool dynamic,
			  const char *word, double seconds)
{
	snprintf(line, size, "%s%s: %s (%.3fs)",
		 dynamic ? IGT_TEXT_RESULT_DYNAMIC : IGT_TEXT_RESULT, name, word, seconds);
}

void igt_marker_result(const char *name, bool dynamic, const char *word, double seconds)
{
	char line[IGT_NAME_MAX + 64];

	mark("%s" IGT_KMSG_FINISHED "%s, %s\n", igt_test_name(), name, word);
	igt_log_line_end();
	if (igt_comms_active()) {
		fflush(stdout);
		send_result(name, dynamic, word, seconds, /* in_signal= */ false);
		return;
	}
	format_result(line, sizeof(line), name, dynamic, word, seconds);
	put_result(line);
	if (to_stderr_too())
		igt_putf(IGT_STREAM_STDERR, "%s\n", line);
}

void igt_marker_simple_result(const char *word, double seconds)
{
	char line[64];

	igt_log_line_end();
	if (igt_comms_active())
		return;
	snprintf(line, sizeof(line), "%s (%.3fs)", word, seconds);
	put_result(line);
}

void igt_marker_crash_from_signal(const char *name, bool dynamic, double seconds)
{
	char line[IGT_NAME_MAX + 64];

	/* glibc's and musl's snprintf() take no lock and no memory for these conversions. */
	if (igt_comms_active()) {
		send_result(name, dynamic, IGT_WORD_CRASH, seconds, /* in_signal= */ true);
		return;
	}
	format_result(line, sizeof(line) - 1, name, dynamic, IGT_WORD_CRASH, seconds);
	strcat(line, "\n");
	igt_put_from_signal(IGT_STREAM_STDOUT, line);
	if (to_stderr_too())
		igt_put_from_signal(IGT_STREAM_STDERR, line);
}

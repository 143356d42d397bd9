/* SPDX-License-Identifier: MIT */
/**
 * The lines by which a runner and the kernel log know what runs and how it ended.
 */
#define IGT_LOG_DOMAIN "igt_core"
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_internal.h"
#include "igt_log.h"
#include "igt_wire.h"

void igt_kmsg(const char *format, ...)
{
	char text[512];
	va_list args;
	int fd, length;

	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length > (int)sizeof(text) - 1)
		length = sizeof(text) - 1;
	/* The marker only helps to place messages: a log that is full or closed is no failure. */
	if (length > 0 && write(fd, text, length) < 0)
		igt_debug("kernel log marker not written: %m\n");
	close(fd);
}

static bool to_stderr_too(void)
{
	return getenv(IGT_ENV_SENTINEL) != NULL;
}

static bool bold(void)
{
	return isatty(STDOUT_FILENO) && !getenv(IGT_ENV_PLAIN_OUTPUT);
}

void igt_marker_executing(void)
{
	igt_kmsg(KMSG_INFO "%s: executing\n", igt_test_name());
}

void igt_marker_exiting(int code)
{
	igt_kmsg(KMSG_INFO "%s: exiting, ret=%d\n", igt_test_name(), code);
}

void igt_marker_starting(const char *subtest)
{
	igt_kmsg(KMSG_INFO "%s" IGT_KMSG_STARTING "%s\n", igt_test_name(), subtest);
	igt_info(IGT_TEXT_STARTING "%s\n", subtest);
	if (to_stderr_too()) {
		fprintf(stderr, IGT_TEXT_STARTING "%s\n", subtest);
		fflush(stderr);
	}
}

void igt_marker_result(const char *subtest, const char *word, double seconds)
{
	bool strong = bold();

	fflush(stderr);
	printf("%s" IGT_TEXT_RESULT "%s: %s (%.3fs)%s\n", strong ? "\x1b[1m" : "", subtest, word,
	       seconds, strong ? "\x1b[0m" : "");
	fflush(stdout);
	if (to_stderr_too()) {
		fprintf(stderr, IGT_TEXT_RESULT "%s: %s (%.3fs)\n", subtest, word, seconds);
		fflush(stderr);
	}
}

void igt_marker_simple_result(const char *word, double seconds)
{
	bool strong = bold();

	fflush(stderr);
	printf("%s%s (%.3fs)%s\n", strong ? "\x1b[1m" : "", word, seconds, strong ? "\x1b[0m" : "");
	fflush(stdout);
}

void igt_marker_crash_from_signal(const char *subtest, double seconds)
{
	char line[512];
	int length;

	/* glibc's and musl's snprintf() take no lock and no memory for these conversions. */
	length = snprintf(line, sizeof(line), IGT_TEXT_RESULT "%s: " IGT_WORD_CRASH " (%.3fs)\n",
			  subtest, seconds);
	if (write(STDOUT_FILENO, line, length) < 0)
		return;
	if (to_stderr_too() && write(STDERR_FILENO, line, length) < 0)
		return;
}

/* SPDX-License-Identifier: MIT */
/**
 * What a failed assertion and an unmet requirement print.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_internal.h"

/* Reasons for a skip are no log records: they are printed at any log level. */
__attribute__((format(printf, 1, 0)))
static void put_reason(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return;
	igt_put(IGT_STREAM_STDOUT, text);
	free(text);
}

void igt_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_reason(format, args);
	va_end(args);
	igt_end_skipped();
}

void igt__skip_check(bool condition, const char *file, int line, const char *function,
		     const char *requirement, const char *format, ...)
{
	int error = errno;
	va_list args;

	if (!condition)
		return;
	igt_putf(IGT_STREAM_STDOUT,
		 "Test requirement not met in function %s, file %s:%i:\n"
		 "Test requirement: %s\n",
		 function, file, line, requirement);
	va_start(args, format);
	put_reason(format, args);
	va_end(args);
	if (error)
		igt_putf(IGT_STREAM_STDOUT, "Last errno: %i, %s\n", error, strerror(error));
	igt_end_skipped();
}

void igt__fail_assert(const char *domain, const char *file, int line, const char *function,
		      const char *assertion, const char *format, ...)
{
	int error = errno;
	va_list args;

	igt_log(domain, IGT_LOG_CRITICAL, "Test assertion failure function %s, file %s:%i:\n",
		function, file, line);
	igt_log(domain, IGT_LOG_CRITICAL, "Failed assertion: %s\n", assertion);
	if (error)
		igt_log(domain, IGT_LOG_CRITICAL, "Last errno: %i, %s\n", error, strerror(error));
	va_start(args, format);
	igt_vlog(domain, IGT_LOG_CRITICAL, format, args);
	va_end(args);
	if (igt_on_main_thread())
		igt_stack_print();
	igt_fail(IGT_EXIT_FAILURE);
}

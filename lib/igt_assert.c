/* SPDX-License-Identifier: MIT */
/**
 * What a failed assertion and an unmet requirement print.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "igt_internal.h"

void igt_skip(const char *format, ...)
{
	va_list args;

	/* Not a log record: the reason for a skip is printed at any log level. */
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fflush(stdout);
	igt_end_skipped();
}

void igt__skip_check(bool condition, const char *file, int line, const char *function,
		     const char *requirement, const char *format, ...)
{
	int error = errno;
	va_list args;

	if (!condition)
		return;
	printf("Test requirement not met in function %s, file %s:%i:\n", function, file, line);
	printf("Test requirement: %s\n", requirement);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	if (error)
		printf("Last errno: %i, %s\n", error, strerror(error));
	fflush(stdout);
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
	if (igt_on_main_thread()) {
		printf("Stack trace:\n");
		fflush(stdout);
		igt_stack_write(STDOUT_FILENO, "  ");
	}
	igt_fail(IGT_EXIT_FAILURE);
}

/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <unistd.h>

#include "fileio.h"

/* One write(2), so that lines of runner and tests on one terminal do not mix. */
static void log_line(const char *kind, const char *format, va_list args)
{
	g_autofree char *text = g_strdup_vprintf(format, args);
	g_autofree char *line =
		g_strdup_printf("%s: %s%s\n", program_invocation_short_name, kind, text);

	fd_write_all(STDERR_FILENO, line, __builtin_strlen(line));
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line("", format, args);
	va_end(args);
}

void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line("warning: ", format, args);
	va_end(args);
}

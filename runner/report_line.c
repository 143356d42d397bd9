/* SPDX-License-Identifier: MIT */
#include "report_line.h"

#include <glib.h>
#include <string.h>

#define PIGLIT_PREFIX "igt@"

char *report_line(enum verdict verdict, const char *name, double seconds, const char *reason)
{
	g_autofree char *word = g_ascii_strup(verdict_name(verdict), -1);

	return report_line_as(word, name, seconds, reason);
}

char *report_line_as(const char *word, const char *name, double seconds, const char *reason)
{
	bool has_reason = reason && *reason != '\0';

	if (g_str_has_prefix(name, PIGLIT_PREFIX))
		name += strlen(PIGLIT_PREFIX);
	return g_strdup_printf("%s  %s  %.3fs%s%s", word, name, seconds, has_reason ? "  " : "",
			       has_reason ? reason : "");
}

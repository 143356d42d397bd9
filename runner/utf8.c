/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <glib.h>

static size_t ascii_run(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] != '\0' && (unsigned char)p[n] < 0x80)
		n++;
	return n;
}

bool utf8_is_clean(const char *bytes, size_t len)
{
	/* Refuses NULs as well. */
	return g_utf8_validate_len(bytes, len, /* end= */ NULL);
}

char *utf8_from_bytes(const char *bytes, size_t len)
{
	GString *text;
	const char *p = bytes;
	const char *end = bytes + len;

	/* Nearly always. */
	if (utf8_is_clean(bytes, len))
		return g_strndup(bytes, len);
	text = g_string_sized_new(len + 1);
	while (p < end) {
		size_t run = ascii_run(p, end - p);
		gunichar c;

		g_string_append_len(text, p, run);
		p += run;
		if (p == end)
			break;
		if (*p == '\0') {
			g_string_append_unichar(text, 0xfffd);
			p++;
			continue;
		}
		c = g_utf8_get_char_validated(p, end - p);
		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_unichar(text, (unsigned char)*p);
			p++;
		} else {
			g_string_append_len(text, p, g_utf8_next_char(p) - p);
			p = g_utf8_next_char(p);
		}
	}
	return g_string_free(text, /* free_segment= */ FALSE);
}

/* SPDX-License-Identifier: MIT */
#include "packets.h"

#include <stdarg.h>
#include <string.h>

void packet_bytes(GString *dump, enum igt_packet_type type, const void *data, size_t len)
{
	const uint32_t canary = IGT_PACKET_CANARY;
	struct igt_packet_header header = {.size = sizeof(header) + len, .type = type, .pid = 7};

	g_string_append_len(dump, (const char *)&canary, sizeof(canary));
	g_string_append_len(dump, (const char *)&header, sizeof(header));
	g_string_append_len(dump, data, len);
}

void packet_add(GString *dump, enum igt_packet_type type, ...)
{
	g_autoptr(GString) data = g_string_new(NULL);
	const char *string;
	va_list strings;

	va_start(strings, type);
	while ((string = va_arg(strings, const char *)))
		g_string_append_len(data, string, strlen(string) + 1);
	va_end(strings);
	packet_bytes(dump, type, data->str, data->len);
}

void packet_log(GString *dump, enum igt_packet_stream stream, const char *text)
{
	g_autofree char *data = g_strdup_printf("%c%s", (char)stream, text);

	packet_bytes(dump, IGT_PACKET_LOG, data, strlen(data) + 1);
}

void packet_start(GString *dump, const char *name)
{
	packet_add(dump, IGT_PACKET_SUBTEST_START, name, NULL);
}

void packet_result(GString *dump, const char *name, const char *word)
{
	packet_add(dump, IGT_PACKET_SUBTEST_RESULT, name, word, "0.125", "", NULL);
}

void packet_exit(GString *dump, int32_t code)
{
	g_autoptr(GString) data = g_string_new_len((const char *)&code, sizeof(code));

	g_string_append_len(data, "1.500", sizeof("1.500"));
	packet_bytes(dump, IGT_PACKET_EXIT, data->str, data->len);
}

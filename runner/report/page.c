/* SPDX-License-Identifier: MIT */
#include "report/page.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* As the browser computes it of what stands between the tags. */
static char *checksum(const char *text)
{
	guint8 digest[32];
	gsize len = sizeof(digest);
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *base64 = NULL;

	g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text));
	g_checksum_get_digest(sum, digest, &len);
	g_checksum_free(sum);
	base64 = g_base64_encode(digest, len);
	return g_strdup_printf("'sha256-%s'", base64);
}

char *page_escape(const char *text)
{
	g_autofree char *copy = g_strdup(text);

	/* HTML cannot hold control characters, not even as references. */
	for (char *c = copy; *c; c++)
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	return g_markup_escape_text(copy, -1);
}

char *page_pack(const char *text, size_t len)
{
	uLongf size = compressBound(len);
	g_autofree guchar *packed = g_malloc(size);

	/* The bound is room enough, so only memory could be missing, and glib aborts without. */
	if (compress2(packed, &size, (const guchar *)text, len, Z_DEFAULT_COMPRESSION) != Z_OK)
		g_error("zlib is out of memory");
	return g_base64_encode(packed, size);
}

/* In JSON a `<` stands only in strings, so nothing in it can end the element that it is in. */
static void print_json(struct json_object *data, FILE *stream)
{
	const char *text = json_object_to_json_string_ext(
		data, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	while (*text) {
		size_t run = strcspn(text, "<");

		fwrite(text, 1, run, stream);
		text += run;
		if (*text == '<') {
			fputs("\\u003c", stream);
			text++;
		}
	}
}

static void print_head(const struct page *page, FILE *stream)
{
	g_autofree char *title = page_escape(page->title);
	g_autofree char *css = checksum(page->css);
	g_autofree char *js = checksum(page->js);

	fprintf(stream,
		"<!DOCTYPE html>\n"
		"<html lang=\"en\">\n"
		"<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action "
		"'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n"
		"<title>%s</title>\n"
		"<style>%s</style>\n"
		"</head>\n",
		js, css, title, page->css);
}

void page_print(const struct page *page, FILE *stream)
{
	print_head(page, stream);
	fprintf(stream, "<body class=\"%s\">\n<noscript>%s</noscript>\n%s", page->body_class,
		page->fallback, page->body);
	fputs("<script type=\"application/json\" id=\"page\">", stream);
	print_json(page->data, stream);
	fputs("</script>\n", stream);
	for (unsigned i = 0; page->parts && i < page->parts->len; i++)
		fprintf(stream,
			"<script type=\"application/octet-stream\" id=\"part%u\">%s</script>\n", i,
			(const char *)g_ptr_array_index(page->parts, i));
	fprintf(stream, "<script>%s</script>\n</body>\n</html>\n", page->js);
}

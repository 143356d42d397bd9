/* SPDX-License-Identifier: MIT */
/**
 * One HTML file that needs nothing else: styles, scripts and data are in it, and
 * its policy lets the browser fetch nothing and run no other script. What a test
 * or a kernel said is only ever in it as escaped data.
 */
#ifndef RUNNER_REPORT_PAGE_H
#define RUNNER_REPORT_PAGE_H

#include <glib.h>
#include <stdio.h>

struct json_object;

/** Made by page/embed.py: styles, bodies and scripts of the two kinds of pages. */
extern const char page_run_css[];
extern const char page_run_body[];
extern const char page_run_js[];
extern const char page_compare_css[];
extern const char page_compare_body[];
extern const char page_compare_js[];

struct page {
	const char *title;
	const char *body_class;
	/** Of the arrays above. */
	const char *css, *body, *js;
	/** What is there without scripts, as HTML. */
	const char *fallback;
	/** Becomes the data island `page`. */
	struct json_object *data;
	/** Become the islands `part0`, `part1`, ...: char *, of page_pack(). NULL: none. */
	const GPtrArray *parts;
};

/** Prints the file. */
void page_print(const struct page *page, FILE *stream);

/** @text, compressed (zlib), in base64. Caller frees. */
char *page_pack(const char *text, size_t len);

/** @text (UTF-8) for a place between tags or in quotes. Caller frees. */
char *page_escape(const char *text);

#endif

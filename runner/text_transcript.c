/* SPDX-License-Identifier: MIT */
#include "text_transcript.h"

#include <string.h>

#include "igt_wire.h"
#include "journal.h"
#include "utf8.h"

/* A name whose end was cut off would be another one. */
static bool names_subtest(const struct stream *stream, const struct marker *marker)
{
	if (marker->kind == MARKER_START)
		return stream->text[marker->end - 1] == '\n';
	return marker->kind == MARKER_RESULT;
}

/* The subtests that @job asks for, without their dynamic parts. Caller unrefs. */
static GHashTable *listed_subtests(const struct job *job)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  /* value_destroy= */ NULL);

	for (unsigned i = 0; i < job->subtests->len; i++) {
		const char *name = g_ptr_array_index(job->subtests, i);

		g_hash_table_add(names, g_strndup(name, strcspn(name, "@")));
	}
	return names;
}

/* Adds the subtests that the markers of a stream name, all of them or those in @only. */
static void add_missing(struct transcript *transcript, const struct stream *stream,
			GHashTable *only)
{
	for (unsigned i = 0; i < stream->markers->len; i++) {
		const struct marker *marker = &g_array_index(stream->markers, struct marker, i);
		struct process *process = transcript_process(transcript);
		unsigned before = transcript->subtests->len;
		unsigned number;

		if (!names_subtest(stream, marker) ||
		    (only && !g_hash_table_contains(only, marker->name)))
			continue;
		number = transcript_add_subtest(transcript, marker->name);
		/* It began after those that are in the journal. */
		if (number > before && !process->ended)
			process->last = number;
	}
}

static void take_stream(struct stream *stream, char *text, size_t len)
{
	stream->text = text;
	stream->len = len;
	stream->markers = markers_scan(text, len);
}

static char *find_version(const struct stream *out)
{
	const char *end = out->text + out->len;
	const char *newline;

	for (const char *p = out->text; p < end; p = newline + 1) {
		newline = memchr(p, '\n', end - p);
		if (!newline)
			break;
		if (g_str_has_prefix(p, IGT_TEXT_VERSION))
			return utf8_from_bytes(p, newline - p);
	}
	return NULL;
}

struct transcript *text_transcript(const struct text_record *record, const struct job *job)
{
	struct transcript *transcript = transcript_new();
	g_autoptr(GHashTable) listed = listed_subtests(job);

	take_stream(&transcript->out, record->out, record->out_len);
	take_stream(&transcript->err, record->err, record->err_len);
	transcript->igt_version = find_version(&transcript->out);
	journal_read(record->journal, record->journal_len, transcript);
	add_missing(transcript, &transcript->err, /* only= */ NULL);
	/* A test may quote another's markers there. */
	add_missing(transcript, &transcript->out, listed);
	return transcript;
}

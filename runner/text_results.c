/* SPDX-License-Identifier: MIT */
#include "text_results.h"

#include <stdbool.h>
#include <string.h>

#include "igt_wire.h"
#include "markers.h"
#include "test_result.h"
#include "utf8.h"

/* A piece of out.txt or err.txt. */
struct slice {
	bool found;
	size_t begin, end;
};

/* One of the two output files. */
struct stream {
	const char *text;
	size_t len;
};

/* Slices and result of one name at one level (subtests, or dynamic subtests of one). */
struct piece {
	/* Borrowed from whoever lists the names. */
	const char *name;
	struct slice out, err;
	bool has_result;
	enum verdict verdict;
	double seconds;
};

/* All names of one level, in order, with a lookup by name. */
struct level {
	GArray *pieces;
	GHashTable *index;
};

static bool marker_is_dynamic(const struct marker *marker)
{
	return marker->kind == MARKER_DYNAMIC_START || marker->kind == MARKER_DYNAMIC_RESULT;
}

static void level_init(struct level *level)
{
	level->pieces =
		g_array_new(/* zero_terminated= */ FALSE, /* clear= */ TRUE, sizeof(struct piece));
	level->index = g_hash_table_new(g_str_hash, g_str_equal);
}

static void level_clear(struct level *level)
{
	g_array_unref(level->pieces);
	g_hash_table_unref(level->index);
}

/* @name outlives the level. */
static void level_add(struct level *level, const char *name)
{
	struct piece piece = {.name = name, .verdict = VERDICT_INCOMPLETE};

	if (g_hash_table_contains(level->index, name))
		return;
	g_array_append_val(level->pieces, piece);
	g_hash_table_insert(level->index, (char *)name, GUINT_TO_POINTER(level->pieces->len));
}

static struct piece *level_find(const struct level *level, const char *name)
{
	unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(level->index, name));

	return n > 0 ? &g_array_index(level->pieces, struct piece, n - 1) : NULL;
}

static struct slice *piece_slice(struct piece *piece, bool is_err)
{
	return is_err ? &piece->err : &piece->out;
}

/* Of several results of one name, the worst: a dying child may report before its parent. */
static void piece_take_result(struct piece *piece, const struct marker *marker)
{
	if (piece->has_result && verdict_rank(marker->verdict) >= verdict_rank(piece->verdict))
		return;
	piece->has_result = true;
	piece->verdict = marker->verdict;
	piece->seconds = marker->seconds;
}

/*
 * Cuts [@begin, @end) of a stream along the markers of a level: a name's slice
 * goes from behind the marker before its own to the one after. Markers of the
 * level above delimit too; names that the level does not know are mere text.
 */
static void level_cut(const struct level *level, bool dynamic, const GArray *markers, bool is_err,
		      size_t begin, size_t end)
{
	struct slice *open = NULL;
	const struct piece *current = NULL;
	size_t after_last = begin;

	for (unsigned i = 0; i < markers->len; i++) {
		const struct marker *marker = &g_array_index(markers, struct marker, i);
		bool ours = marker_is_dynamic(marker) == dynamic;
		struct piece *piece = ours ? level_find(level, marker->name) : NULL;

		if (ours ? !piece : !dynamic)
			continue;
		if (piece && !is_err &&
		    (marker->kind == MARKER_RESULT || marker->kind == MARKER_DYNAMIC_RESULT))
			piece_take_result(piece, marker);
		if (piece != current || !piece) {
			if (open)
				open->end = marker->begin;
			open = piece ? piece_slice(piece, is_err) : NULL;
			if (open && open->found)
				open = NULL;
			if (open)
				*open = (struct slice){true, after_last, end};
			current = piece;
		}
		after_last = marker->end;
	}
}

static char *slice_text(const struct stream *stream, const struct slice *slice)
{
	if (!slice->found)
		return g_strdup("");
	return utf8_from_bytes(stream->text + slice->begin, slice->end - slice->begin);
}

/* Text between or before markers; what follows the last one was not said during the test. */
static bool slice_has_stray_text(const struct stream *stream, const struct slice *slice)
{
	g_autoptr(GArray) markers = NULL;
	size_t at = slice->begin;

	if (!slice->found)
		return false;
	markers = markers_scan(stream->text, slice->begin, slice->end);
	for (unsigned i = 0; i < markers->len; i++) {
		const struct marker *marker = &g_array_index(markers, struct marker, i);

		if (marker->begin > at)
			return true;
		at = marker->end;
	}
	return false;
}

/* Everything that the functions below need of one job. */
struct reader {
	const struct job *job;
	const struct journal *journal;
	struct stream out, err;
	char *igt_version;
	GPtrArray *tests;
};

static struct test_result *add_result(struct reader *reader, const char *subtest,
				      const char *dynamic, const struct piece *piece)
{
	struct test_result *test =
		test_result_new(reader->job->binary, subtest, dynamic, piece->verdict);

	g_free(test->out);
	g_free(test->err);
	test->out = slice_text(&reader->out, &piece->out);
	test->err = slice_text(&reader->err, &piece->err);
	test->igt_version = g_strdup(reader->igt_version);
	test->seconds = piece->seconds;
	test->recorded = true;
	if (test->verdict == VERDICT_PASS && slice_has_stray_text(&reader->err, &piece->err))
		test->verdict = VERDICT_WARN;
	g_ptr_array_add(reader->tests, test);
	return test;
}

static void collect_dynamic_names(const GArray *markers, struct level *level)
{
	for (unsigned i = 0; i < markers->len; i++) {
		const struct marker *marker = &g_array_index(markers, struct marker, i);

		if (marker_is_dynamic(marker))
			level_add(level, marker->name);
	}
}

static GArray *scan_slice(const struct stream *stream, const struct slice *slice)
{
	return slice->found ? markers_scan(stream->text, slice->begin, slice->end)
			    : markers_scan(stream->text, 0, 0);
}

static void add_dynamic_results(struct reader *reader, const struct piece *container,
				struct test_result *container_result)
{
	g_autoptr(GArray) out = scan_slice(&reader->out, &container->out);
	g_autoptr(GArray) err = scan_slice(&reader->err, &container->err);
	struct level level;

	level_init(&level);
	collect_dynamic_names(out, &level);
	/* A name that stdout lost, with a log level that hides the start of a test. */
	collect_dynamic_names(err, &level);
	level_cut(&level, /* dynamic= */ true, out, /* is_err= */ false, container->out.begin,
		  container->out.end);
	level_cut(&level, /* dynamic= */ true, err, /* is_err= */ true, container->err.begin,
		  container->err.end);
	for (unsigned i = 0; i < level.pieces->len; i++) {
		struct piece *piece = &g_array_index(level.pieces, struct piece, i);

		if (piece->verdict == VERDICT_INCOMPLETE &&
		    (container->verdict == VERDICT_ABORT || container->verdict == VERDICT_NOTRUN))
			piece->verdict = container->verdict;
		add_result(reader, container->name, piece->name, piece);
	}
	container_result->is_container = level.pieces->len > 0;
	level_clear(&level);
}

/* How the process ended is the fate of the subtest that ran last. */
static void apply_end(const struct journal *journal, struct piece *last)
{
	if (!journal->ended) {
		/*
		 * Nobody saw the process end: the machine or the runner died
		 * while it was still at it, maybe because of it.
		 */
		if (last->verdict == VERDICT_PASS)
			last->verdict = VERDICT_INCOMPLETE;
	} else if (journal->timed_out) {
		last->verdict = VERDICT_TIMEOUT;
		last->seconds = journal->seconds;
	} else if (journal->exit_code == IGT_EXIT_ABORT) {
		last->verdict = VERDICT_ABORT;
	} else if (journal->exit_code == JOURNAL_EXIT_NOTRUN) {
		last->verdict = VERDICT_NOTRUN;
	}
}

/* The only one there was: all output is its own, markers or not. */
static void claim_unmarked(struct piece *piece, const struct reader *reader)
{
	if (!piece->out.found)
		piece->out = (struct slice){true, 0, reader->out.len};
	if (!piece->err.found)
		piece->err = (struct slice){true, 0, reader->err.len};
}

static void read_subtests(struct reader *reader)
{
	const GPtrArray *names = reader->journal->subtests;
	g_autoptr(GArray) out = markers_scan(reader->out.text, 0, reader->out.len);
	g_autoptr(GArray) err = markers_scan(reader->err.text, 0, reader->err.len);
	struct level level;

	level_init(&level);
	for (unsigned i = 0; i < names->len; i++)
		level_add(&level, g_ptr_array_index(names, i));
	level_cut(&level, /* dynamic= */ false, out, /* is_err= */ false, 0, reader->out.len);
	level_cut(&level, /* dynamic= */ false, err, /* is_err= */ true, 0, reader->err.len);
	if (names->len == 1)
		claim_unmarked(&g_array_index(level.pieces, struct piece, 0), reader);
	apply_end(reader->journal, &g_array_index(level.pieces, struct piece, names->len - 1));
	for (unsigned i = 0; i < level.pieces->len; i++) {
		const struct piece *piece = &g_array_index(level.pieces, struct piece, i);
		struct test_result *test =
			add_result(reader, piece->name, /* dynamic= */ NULL, piece);

		add_dynamic_results(reader, piece, test);
	}
	level_clear(&level);
}

/* No subtest began: the exit code speaks for the binary, or the first subtest asked for. */
static void read_simple(struct reader *reader)
{
	const struct journal *journal = reader->journal;
	const GPtrArray *listed = reader->job->subtests;
	struct piece piece = {.out = {true, 0, reader->out.len},
			      .err = {true, 0, reader->err.len},
			      .verdict = VERDICT_INCOMPLETE,
			      .seconds = journal->seconds};
	g_auto(GStrv) names = NULL;

	if (journal->timed_out)
		piece.verdict = VERDICT_TIMEOUT;
	else if (journal->ended)
		piece.verdict = verdict_from_exit_code(journal->exit_code);
	if (listed->len > 0)
		names = g_strsplit(g_ptr_array_index(listed, 0), "@", 2);
	add_result(reader, names ? names[0] : NULL, names && names[0] ? names[1] : NULL, &piece);
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

GPtrArray *text_results(const struct job *job, const struct text_record *record)
{
	struct reader reader = {.job = job,
				.journal = record->journal,
				.out = {record->out, record->out_len},
				.err = {record->err, record->err_len},
				.tests = test_result_list_new()};

	reader.igt_version = find_version(&reader.out);
	if (record->journal->subtests->len > 0)
		read_subtests(&reader);
	else
		read_simple(&reader);
	g_free(reader.igt_version);
	return reader.tests;
}

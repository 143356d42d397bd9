/* SPDX-License-Identifier: MIT */
#include "transcript.h"

#include <string.h>

#include "igt_wire.h"
#include "journal.h"
#include "test_result.h"
#include "utf8.h"

/* A piece of a stream. */
struct slice {
	bool found;
	/* Bytes; and the markers that stand in them, or at their end. */
	size_t begin, end;
	unsigned first, last;
};

/* Slices and result of one name at one level (subtests, or dynamic subtests of one). */
struct piece {
	/* Borrowed from whoever lists the names. */
	const char *name;
	struct slice out, err;
	bool has_result;
	enum verdict verdict;
	double seconds;
	/* The runner's last word; _VERDICT_INVALID if it has none. */
	enum verdict override;
};

/* All names of one level, in order, with a lookup by name. */
struct level {
	bool dynamic;
	GArray *pieces;
	GHashTable *index;
};

static bool kind_is_dynamic(enum marker_kind kind)
{
	return kind == MARKER_DYNAMIC_START || kind == MARKER_DYNAMIC_RESULT ||
	       kind == MARKER_DYNAMIC_OVERRIDE;
}

static bool kind_is_result(enum marker_kind kind)
{
	return kind == MARKER_RESULT || kind == MARKER_DYNAMIC_RESULT;
}

static bool kind_is_override(enum marker_kind kind)
{
	return kind == MARKER_OVERRIDE || kind == MARKER_DYNAMIC_OVERRIDE;
}

static void level_init(struct level *level, bool dynamic)
{
	level->dynamic = dynamic;
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
	struct piece piece = {
		.name = name, .verdict = VERDICT_INCOMPLETE, .override = _VERDICT_INVALID};

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

/* Of several results of one name, the worst: a dying child may report before its parent. */
static void piece_take_result(struct piece *piece, const struct marker *marker, bool is_err)
{
	/* What a line torn on stderr says less than its twin on stdout is nothing new. */
	if (is_err && marker->verdict == VERDICT_INCOMPLETE)
		return;
	if (piece->has_result && verdict_rank(marker->verdict) >= verdict_rank(piece->verdict))
		return;
	piece->has_result = true;
	piece->verdict = marker->verdict;
	piece->seconds = marker->seconds;
}

/* Doubts about a test, which say nothing of one that is bad anyway. */
static bool is_mild(enum verdict override)
{
	return override == VERDICT_WARN || override == VERDICT_INCOMPLETE;
}

static void piece_take_override(struct piece *piece, enum verdict override)
{
	if (piece->override == _VERDICT_INVALID || !is_mild(override))
		piece->override = override;
}

static void piece_take(struct piece *piece, const struct marker *marker, bool is_err)
{
	if (kind_is_override(marker->kind))
		piece_take_override(piece, marker->verdict);
	else if (kind_is_result(marker->kind))
		piece_take_result(piece, marker, is_err);
}

static void piece_apply_override(struct piece *piece)
{
	if (piece->override == _VERDICT_INVALID)
		return;
	if (is_mild(piece->override) && verdict_is_bad(piece->verdict))
		return;
	piece->verdict = piece->override;
}

static struct slice whole_stream(const struct stream *stream)
{
	return (struct slice){true, 0, stream->len, 0, stream->markers->len};
}

static const struct marker *stream_marker(const struct stream *stream, unsigned index)
{
	return &g_array_index(stream->markers, struct marker, index);
}

/* What the marker opens at this level, or goes on with; NULL if that is nothing. */
static struct piece *level_piece(const struct level *level, const struct marker *marker)
{
	if (marker->kind == MARKER_PROCESS || kind_is_dynamic(marker->kind) != level->dynamic)
		return NULL;
	return level_find(level, marker->name);
}

/*
 * Cuts a slice of a stream along the markers of a level: a name's slice goes
 * from behind the marker before its own to the one after, so that the first has
 * what came before it, and the last what came after. The beginning of another
 * process delimits, too; all else is mere text.
 */
static void level_cut(const struct level *level, const struct stream *stream, bool is_err,
		      const struct slice *whole)
{
	struct slice rest = *whole;
	const struct piece *current = NULL;
	struct slice *open = NULL;

	for (unsigned i = whole->first; i < whole->last; i++) {
		const struct marker *marker = stream_marker(stream, i);
		struct piece *piece = level_piece(level, marker);

		if (!piece && marker->kind != MARKER_PROCESS)
			continue;
		if (piece)
			piece_take(piece, marker, is_err);
		if (piece != current || !piece) {
			if (open) {
				open->end = marker->begin;
				open->last = i;
			}
			open = piece ? (is_err ? &piece->err : &piece->out) : NULL;
			if (open && open->found)
				open = NULL;
			if (open)
				*open = rest;
			current = piece;
		}
		rest.begin = marker->end;
		rest.first = i + 1;
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
	size_t at = slice->begin;

	for (unsigned i = slice->first; i < slice->last; i++) {
		const struct marker *marker = stream_marker(stream, i);

		if (marker->begin > at)
			return true;
		at = marker->end;
	}
	return false;
}

/* Everything that the functions below need of one job. */
struct reader {
	const struct transcript *transcript;
	const struct job *job;
	GPtrArray *tests;
};

/* True if nobody can know what else stderr said during the test. */
static bool err_may_be_lost(const struct stream *err, const struct slice *slice)
{
	return err->cut && (!slice->found || slice->end >= err->len);
}

static enum verdict judge(const struct reader *reader, const struct piece *piece)
{
	const struct transcript *transcript = reader->transcript;
	enum verdict verdict = piece->verdict;

	if (verdict == VERDICT_PASS && slice_has_stray_text(&transcript->err, &piece->err))
		verdict = VERDICT_WARN;
	else if (verdict == VERDICT_PASS && err_may_be_lost(&transcript->err, &piece->err))
		verdict = VERDICT_INCOMPLETE;
	return verdict;
}

/* A good result of a record that was tampered with is none. */
static void doubt(struct test_result *test)
{
	char *err;

	if (verdict_is_bad(test->verdict) && test->verdict != VERDICT_WARN)
		return;
	test->verdict = VERDICT_INCOMPLETE;
	err = g_strconcat(test->err,
			  "runner: the record of this job was changed after it was made\n", NULL);
	g_free(test->err);
	test->err = err;
}

static struct test_result *add_result(struct reader *reader, const char *subtest,
				      const char *dynamic, const struct piece *piece)
{
	const struct transcript *transcript = reader->transcript;
	struct test_result *test =
		test_result_new(reader->job->binary, subtest, dynamic, judge(reader, piece));

	g_free(test->out);
	g_free(test->err);
	test->out = slice_text(&transcript->out, &piece->out);
	test->err = slice_text(&transcript->err, &piece->err);
	test->igt_version = g_strdup(transcript->igt_version);
	test->seconds = piece->seconds;
	test->recorded = true;
	/* One that the end of the process judged was not timed by anybody. */
	test->timed = piece->has_result || dynamic ||
		      (piece->verdict != VERDICT_ABORT && piece->verdict != VERDICT_NOTRUN);
	if (transcript->doubtful)
		doubt(test);
	g_ptr_array_add(reader->tests, test);
	return test;
}

static void collect_dynamic_names(const struct stream *stream, const struct slice *slice,
				  struct level *level)
{
	for (unsigned i = slice->first; i < slice->last; i++) {
		const struct marker *marker = stream_marker(stream, i);

		if (kind_is_dynamic(marker->kind))
			level_add(level, marker->name);
	}
}

static void add_dynamic_results(struct reader *reader, const struct piece *container,
				struct test_result *container_result)
{
	const struct stream *out = &reader->transcript->out;
	const struct stream *err = &reader->transcript->err;
	struct level level;

	level_init(&level, /* dynamic= */ true);
	collect_dynamic_names(out, &container->out, &level);
	/* A name that stdout lost, with a log level that hides the start of a test. */
	collect_dynamic_names(err, &container->err, &level);
	level_cut(&level, out, /* is_err= */ false, &container->out);
	level_cut(&level, err, /* is_err= */ true, &container->err);
	for (unsigned i = 0; i < level.pieces->len; i++) {
		struct piece *piece = &g_array_index(level.pieces, struct piece, i);

		piece_apply_override(piece);
		if (piece->verdict == VERDICT_INCOMPLETE &&
		    (container->verdict == VERDICT_ABORT || container->verdict == VERDICT_NOTRUN))
			piece->verdict = container->verdict;
		add_result(reader, container->name, piece->name, piece);
	}
	container_result->is_container = level.pieces->len > 0;
	level_clear(&level);
}

/* How a process ended is the fate of the subtest that ran last in it. */
static void apply_end(const struct process *process, struct piece *last)
{
	if (process->timed_out) {
		last->verdict = VERDICT_TIMEOUT;
		/* It had no chance to tell how long it took. */
		last->seconds = process->seconds;
	} else if (!process->ended || process->exit_code == JOURNAL_EXIT_UNKNOWN) {
		/*
		 * Nobody saw the process end: the machine or the runner died
		 * while it was still at it, maybe because of it.
		 */
		if (last->verdict == VERDICT_PASS)
			last->verdict = VERDICT_INCOMPLETE;
	} else if (process->exit_code == IGT_EXIT_ABORT) {
		last->verdict = VERDICT_ABORT;
	} else if (process->exit_code == JOURNAL_EXIT_NOTRUN) {
		last->verdict = VERDICT_NOTRUN;
	}
	if (last->override == VERDICT_TIMEOUT)
		last->seconds = process->seconds;
}

static void apply_ends(const struct transcript *transcript, const struct level *level)
{
	for (unsigned i = 0; i < level->pieces->len; i++)
		piece_apply_override(&g_array_index(level->pieces, struct piece, i));
	for (unsigned i = 0; i < transcript->processes->len; i++) {
		const struct process *process =
			&g_array_index(transcript->processes, struct process, i);

		if (process->last > 0)
			apply_end(process,
				  &g_array_index(level->pieces, struct piece, process->last - 1));
	}
}

/* The only one there was: all output is its own, markers or not. */
static void claim_unmarked(const struct transcript *transcript, struct piece *piece)
{
	if (!piece->out.found)
		piece->out = whole_stream(&transcript->out);
	if (!piece->err.found)
		piece->err = whole_stream(&transcript->err);
}

static void read_subtests(struct reader *reader)
{
	const struct transcript *transcript = reader->transcript;
	const GPtrArray *names = transcript->subtests;
	struct slice out, err;
	struct level level;

	level_init(&level, /* dynamic= */ false);
	for (unsigned i = 0; i < names->len; i++)
		level_add(&level, g_ptr_array_index(names, i));
	out = whole_stream(&transcript->out);
	err = whole_stream(&transcript->err);
	level_cut(&level, &transcript->out, /* is_err= */ false, &out);
	level_cut(&level, &transcript->err, /* is_err= */ true, &err);
	if (names->len == 1)
		claim_unmarked(transcript, &g_array_index(level.pieces, struct piece, 0));
	apply_ends(transcript, &level);
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
	const struct transcript *transcript = reader->transcript;
	const struct process *process = transcript_process(transcript);
	const GPtrArray *listed = reader->job->subtests;
	struct piece piece = {.out = whole_stream(&transcript->out),
			      .err = whole_stream(&transcript->err),
			      .verdict = VERDICT_INCOMPLETE,
			      .override = transcript->override,
			      .seconds = process->seconds};
	g_auto(GStrv) names = NULL;
	struct test_result *test;

	if (process->timed_out)
		piece.verdict = VERDICT_TIMEOUT;
	else if (process->ended)
		piece.verdict = verdict_from_exit_code(process->exit_code);
	piece_apply_override(&piece);
	if (listed->len > 0)
		names = g_strsplit(g_ptr_array_index(listed, 0), "@", 2);
	test = add_result(reader, names ? names[0] : NULL, names && names[0] ? names[1] : NULL,
			  &piece);
	test->timed = process->ended;
}

GPtrArray *transcript_results(const struct transcript *transcript, const struct job *job)
{
	struct reader reader = {
		.transcript = transcript, .job = job, .tests = test_result_list_new()};

	if (transcript->subtests->len > 0)
		read_subtests(&reader);
	else
		read_simple(&reader);
	return reader.tests;
}

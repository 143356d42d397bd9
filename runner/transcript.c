/* SPDX-License-Identifier: MIT */
#include "transcript.h"

struct transcript *transcript_new(void)
{
	struct transcript *transcript = g_new0(struct transcript, 1);

	transcript->subtests = g_ptr_array_new_with_free_func(g_free);
	transcript->index = g_hash_table_new(g_str_hash, g_str_equal);
	transcript->processes = g_array_new(/* zero_terminated= */ FALSE, /* clear= */ TRUE,
					    sizeof(struct process));
	transcript->override = _VERDICT_INVALID;
	transcript_add_process(transcript);
	return transcript;
}

static void stream_clear(struct stream *stream)
{
	g_free(stream->text);
	g_clear_pointer(&stream->markers, g_array_unref);
}

void transcript_free(struct transcript *transcript)
{
	if (!transcript)
		return;
	stream_clear(&transcript->out);
	stream_clear(&transcript->err);
	g_hash_table_unref(transcript->index);
	g_ptr_array_unref(transcript->subtests);
	g_array_unref(transcript->processes);
	g_free(transcript->igt_version);
	g_free(transcript);
}

unsigned transcript_add_subtest(struct transcript *transcript, const char *name)
{
	unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(transcript->index, name));
	char *own;

	if (number > 0)
		return number;
	own = g_strdup(name);
	g_ptr_array_add(transcript->subtests, own);
	number = transcript->subtests->len;
	g_hash_table_insert(transcript->index, own, GUINT_TO_POINTER(number));
	return number;
}

struct process *transcript_process(const struct transcript *transcript)
{
	return &g_array_index(transcript->processes, struct process,
			      transcript->processes->len - 1);
}

void transcript_add_process(struct transcript *transcript)
{
	struct process process = {0};

	g_array_append_val(transcript->processes, process);
}

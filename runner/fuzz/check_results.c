/* SPDX-License-Identifier: MIT */
#include "check_results.h"

#include "fuzz.h"
#include "test_result.h"

static struct job *asked_for(void)
{
	struct job *job = job_new("bin", "a");

	g_ptr_array_add(job->subtests, g_strdup("b@d"));
	return job;
}

static void check_stream(const struct stream *stream)
{
	size_t at = 0;

	for (unsigned i = 0; i < stream->markers->len; i++) {
		const struct marker *marker = &g_array_index(stream->markers, struct marker, i);

		fuzz_assert(marker->begin >= at && marker->end >= marker->begin);
		at = marker->end;
	}
	fuzz_assert(at <= stream->len);
}

/* Nobody saw the last process end: what ran then has not passed. */
static void check_end(const struct transcript *transcript, const struct test_result *test)
{
	const struct process *process = transcript_process(transcript);

	if (process->ended || process->last == 0 || !test->subtest || test->dynamic)
		return;
	if (strcmp(test->subtest, transcript->subtests->pdata[process->last - 1]) == 0)
		fuzz_assert(test->verdict != VERDICT_PASS);
}

void check_results(const struct transcript *transcript, size_t size)
{
	struct job *job = asked_for();
	g_autoptr(GPtrArray) tests = transcript_results(transcript, job);
	size_t said = 0;

	check_stream(&transcript->out);
	check_stream(&transcript->err);
	fuzz_assert(tests->len > 0);
	for (unsigned i = 0; i < tests->len; i++) {
		const struct test_result *test = g_ptr_array_index(tests, i);

		fuzz_assert(test->verdict >= 0 && test->verdict < _VERDICT_MAX);
		fuzz_assert(g_str_has_prefix(test->name, "igt@bin"));
		fuzz_assert(g_utf8_validate(test->out, -1, NULL));
		fuzz_assert(g_utf8_validate(test->err, -1, NULL));
		fuzz_assert(test->seconds >= 0.0 && test->seconds < 1e9);
		said += strlen(test->out) + strlen(test->err);
		check_end(transcript, test);
	}
	/* Twice in neighbours, and so again in dynamic subtests; two bytes for one in UTF-8, or
	 * three. */
	fuzz_assert(said <= 16 * (size + transcript->out.len + transcript->err.len));
	job_free(job);
}

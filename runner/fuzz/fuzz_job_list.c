/* SPDX-License-Identifier: MIT */
/**
 * An input is a joblist.txt. Written again it is another text at most once.
 */
#include "fuzz.h"
#include "job_list.h"

static char *rewrite(const char *text)
{
	g_autoptr(GPtrArray) jobs = job_list_parse(text);

	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = g_ptr_array_index(jobs, i);
		g_autofree char *title = job_title(job);

		fuzz_assert(job->binary[0] != '\0' && title[0] != '\0');
		for (unsigned k = 0; k < job->subtests->len; k++)
			fuzz_assert(*(const char *)g_ptr_array_index(job->subtests, k) != '\0');
	}
	return job_list_to_text(jobs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	g_autofree char *once = rewrite(text);
	g_autofree char *twice = rewrite(once);

	fuzz_assert(strcmp(once, twice) == 0);
	free(text);
	return 0;
}

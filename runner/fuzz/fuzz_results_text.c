/* SPDX-License-Identifier: MIT */
/**
 * An input is the journal, stdout and stderr of a job, with a byte 0x1c between them.
 */
#include "check_results.h"
#include "fuzz.h"
#include "text_transcript.h"

static char *take_part(const uint8_t **data, size_t *size, size_t *ret_len)
{
	const uint8_t *end = memchr(*data, 0x1c, *size);
	size_t len = end ? (size_t)(end - *data) : *size;
	char *part = fuzz_string(*data, len);

	*data += end ? len + 1 : len;
	*size -= end ? len + 1 : len;
	*ret_len = len;
	return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct job *job = job_new("bin", "a");
	struct text_record record;
	struct transcript *transcript;
	size_t whole = size;
	char *journal = take_part(&data, &size, &record.journal_len);

	record.journal = journal;
	record.out = take_part(&data, &size, &record.out_len);
	record.err = take_part(&data, &size, &record.err_len);
	transcript = text_transcript(&record, job);
	check_results(transcript, whole);
	transcript_free(transcript);
	job_free(job);
	free(journal);
	return 0;
}

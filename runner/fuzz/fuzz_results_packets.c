/* SPDX-License-Identifier: MIT */
/**
 * An input is the file of packets of a job.
 */
#include "check_results.h"
#include "comms_transcript.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct transcript *transcript = comms_transcript((const char *)data, size);

	check_results(transcript, size);
	transcript_free(transcript);
	return 0;
}

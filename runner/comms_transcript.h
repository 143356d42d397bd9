/* SPDX-License-Identifier: MIT */
/** The transcript of a job whose test spoke in packets. */
#ifndef RUNNER_COMMS_TRANSCRIPT_H
#define RUNNER_COMMS_TRANSCRIPT_H

#include <stddef.h>

#include "transcript.h"

/**
 * Makes the transcript of the file `comms`. The lines that a test prints where there is no socket
 * are put back into both streams. Never fails; damaged packets are as good as lost, and what they
 * may have told of counts as untold. Caller frees.
 */
struct transcript *comms_transcript(const char *data, size_t len);

#endif

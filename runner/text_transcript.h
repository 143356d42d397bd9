/* SPDX-License-Identifier: MIT */
/** The transcript of a job whose test spoke the text protocol: journal.txt, out.txt, err.txt. */
#ifndef RUNNER_TEXT_TRANSCRIPT_H
#define RUNNER_TEXT_TRANSCRIPT_H

#include <stddef.h>

#include "transcript.h"

/** What a job left behind. Nothing is owned. */
struct text_record {
	const char *journal;
	size_t journal_len;
	/** Handed over to the transcript, which frees them. */
	char *out;
	size_t out_len;
	char *err;
	size_t err_len;
};

/**
 * Makes the transcript of @record. The journal names the subtests; what it lost is taken from
 * stderr, which it was made of, and what stderr lost from stdout, if @job asked for it. Never
 * fails.
 */
struct transcript *text_transcript(const struct text_record *record, const struct job *job);

#endif

/* SPDX-License-Identifier: MIT */
/** Results of one job from its text protocol: journal.txt, out.txt, err.txt. */
#ifndef RUNNER_TEXT_RESULTS_H
#define RUNNER_TEXT_RESULTS_H

#include <glib.h>
#include <stddef.h>

#include "job_list.h"
#include "journal.h"

/** What a job left behind. Nothing is owned. */
struct text_record {
	const char *out;
	size_t out_len;
	const char *err;
	size_t err_len;
	const struct journal *journal;
};

/**
 * The results (struct test_result *, caller unrefs), subtests in order of their
 * start, each followed by its dynamic subtests. There is always at least one.
 * The kernel log is not looked at. Time and space are linear in the record.
 */
GPtrArray *text_results(const struct job *job, const struct text_record *record);

#endif

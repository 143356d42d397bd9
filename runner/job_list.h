/* SPDX-License-Identifier: MIT */
/** What is to be run, one process after the other, and joblist.txt. */
#ifndef RUNNER_JOB_LIST_H
#define RUNNER_JOB_LIST_H

#include <glib.h>
#include <stddef.h>

#include "cleanup.h"

/** One process. */
struct job {
	/** Path below the test root, such as `virtio_madvise`. */
	char *binary;
	/** char *, `sub` or `sub@dynamic`; empty: the binary has none or runs all. */
	GPtrArray *subtests;
};

/** @subtest NULL: a job without subtests. Copies both. */
struct job *job_new(const char *binary, const char *subtest);
void job_free(struct job *job);

DEFINE_CLEANUP(struct job *, job_free);

/**
 * What is left of @job when @seen (char *) have run: the same with `!name` for each, which a test
 * takes for "not this one"; behind `*` if the job asks for all there are. NULL if nothing is left
 * that it names, or it is only a part of one subtest. Caller frees.
 */
struct job *job_without(const struct job *job, const GPtrArray *seen);

/** An empty list that owns its jobs (struct job *). */
GPtrArray *job_list_new(void);

/**
 * `igt@<binary>[@<subtest>[@<dynamic>]]` in lower case. @subtest and @dynamic
 * may be NULL. Caller frees.
 */
char *piglit_name(const char *binary, const char *subtest, const char *dynamic);

/** `binary (sub, sub)`, for people. Caller frees. */
char *job_title(const struct job *job);

/** The text of joblist.txt: `<binary>` or `<binary> <sub>[,<sub>...]` per line. Caller frees. */
char *job_list_to_text(const GPtrArray *jobs);

/** Reads joblist.txt. Blank lines count for nothing. Never fails. */
GPtrArray *job_list_parse(const char *text);

#endif

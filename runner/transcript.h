/* SPDX-License-Identifier: MIT */
/**
 * What the processes of one job said and how they ended, in whichever protocol. A job has one
 * process, or several, if it went on without what had run already after one was killed.
 */
#ifndef RUNNER_TRANSCRIPT_H
#define RUNNER_TRANSCRIPT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"
#include "job_list.h"
#include "markers.h"

/** stdout or stderr of all processes, one behind the other. */
struct stream {
	/** Owned; any bytes. */
	char *text;
	size_t len;
	/** struct marker in order of their place. Owned. */
	GArray *markers;
	/** There was more of it, which is lost. */
	bool cut;
};

/** One process of the job. */
struct process {
	/** The subtest that ran last in it, as index + 1; 0 if none began. */
	unsigned last;
	/** False if nobody saw its end; then the rest is 0. */
	bool ended;
	bool timed_out;
	/** As in the journal. */
	int exit_code;
	double seconds;
};

struct transcript {
	struct stream out;
	struct stream err;
	/** char *, in order of their start, each name once. Owned. */
	GPtrArray *subtests;
	/** Name -> index + 1 in `subtests`. */
	GHashTable *index;
	/** struct process, at least one. Owned. */
	GArray *processes;
	/** The runner's last word while no subtest had begun; _VERDICT_INVALID if there is none. */
	enum verdict override;
	/** The IGT-Version line, valid UTF-8, or NULL. */
	char *igt_version;
	/**
	 * The record is not what the runner wrote, and nobody knows where: nothing in it proves
	 * that a test passed.
	 */
	bool doubtful;
};

/** An empty transcript of one process without an end. */
struct transcript *transcript_new(void);
void transcript_free(struct transcript *transcript);

DEFINE_CLEANUP(struct transcript *, transcript_free);

/** Adds a subtest unless it is there; its index + 1. */
unsigned transcript_add_subtest(struct transcript *transcript, const char *name);

/** The process that was added last, which ends when another one is added. */
struct process *transcript_process(const struct transcript *transcript);
void transcript_add_process(struct transcript *transcript);

/**
 * The results (struct test_result *, caller unrefs), subtests in order of their start, each
 * followed by its dynamic subtests. There is always at least one: if no subtest of @job began, the
 * first one that it lists has the result of the process. The kernel log is not looked at. Time and
 * space are linear in the record.
 */
GPtrArray *transcript_results(const struct transcript *transcript, const struct job *job);

#endif

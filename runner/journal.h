/* SPDX-License-Identifier: MIT */
/**
 * journal.txt of one job: a line per started subtest, written at once, then how
 * the process ended. What a results reader knows of a job that was cut off.
 */
#ifndef RUNNER_JOURNAL_H
#define RUNNER_JOURNAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

/** Exit codes that no process has: not run on request, and unknown. */
#define JOURNAL_EXIT_NOTRUN (-1)
#define JOURNAL_EXIT_UNKNOWN 9999

/** A journal as read. */
struct journal {
	/** char *, in order of their start, each name once. Owned. */
	GPtrArray *subtests;
	/** True if the end of the process is on record; else the next three are 0. */
	bool ended;
	bool timed_out;
	int exit_code;
	double seconds;
};

/**
 * Reads a journal. Never fails: a last line without newline was being written
 * when the machine died and is left out, as is a line that no runner writes.
 */
struct journal *journal_parse(const char *text, size_t len);

void journal_free(struct journal *journal);

DEFINE_CLEANUP(struct journal *, journal_free);

/** Writes the journal of the running job, fed with its stderr. */
struct journal_writer;

/** @fd stays the caller's; it must outlive the writer. @sync: flush each line. */
struct journal_writer *journal_writer_new(int fd, bool sync);
void journal_writer_free(struct journal_writer *writer);

DEFINE_CLEANUP(struct journal_writer *, journal_writer_free);

/**
 * Takes the next piece of stderr, cut anywhere. *ret_started is set if a
 * subtest or dynamic subtest began in it. 0 or a negative errno of the file.
 */
int journal_writer_feed(struct journal_writer *writer, const char *data, size_t len,
			bool *ret_started);

/** Adds the last line: `exit:` or `timeout:`, code, seconds. */
int journal_writer_end(struct journal_writer *writer, bool timed_out, int exit_code,
		       double seconds);

/**
 * The journal's form of a wait(2) status: exit status below 128 as it is, from
 * 128 on `128 - status`, a killing signal S as `-S`. A test that dies of SIGHUP
 * by itself would read as JOURNAL_EXIT_NOTRUN and hide; it is UNKNOWN instead.
 */
int journal_exit_code(int wait_status);

#endif

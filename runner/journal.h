/* SPDX-License-Identifier: MIT */
/**
 * journal.txt of one job: a line per started subtest, written at once, then how
 * the process ended; and the same again if the job went on in another process.
 * What a results reader knows of a job that was cut off.
 */
#ifndef RUNNER_JOURNAL_H
#define RUNNER_JOURNAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"
#include "markers.h"
#include "transcript.h"

/** Exit codes that no process has: not run on request, and unknown. */
#define JOURNAL_EXIT_NOTRUN (-1)
#define JOURNAL_EXIT_UNKNOWN 9999
/** The last line of a process whose end nobody saw. */
#define JOURNAL_CUT_LINE "exit:9999 (0.000s)\n"

/**
 * Adds the subtests and processes of a journal to a transcript. Never fails: a last line without
 * newline was being written when the machine died and is left out, as is a line that no runner
 * writes.
 */
void journal_read(const char *text, size_t len, struct transcript *transcript);

/** Writes the journal of the running job, fed with its stderr. */
struct journal_writer;

/**
 * @fd stays the caller's; it must outlive the writer. @sync: flush each line.
 * @handler is told of each marker, after what the journal says of it is written.
 */
struct journal_writer *journal_writer_new(int fd, bool sync, marker_handler handler, void *user);
void journal_writer_free(struct journal_writer *writer);

DEFINE_CLEANUP(struct journal_writer *, journal_writer_free);

/** Takes the next piece of stderr, cut anywhere. 0 or a negative errno of the file. */
int journal_writer_feed(struct journal_writer *writer, const char *data, size_t len);

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

/* SPDX-License-Identifier: MIT */
/**
 * The files of one running job. Every piece goes to the file system as it
 * comes, in one write, so that a machine that dies takes at most what its file
 * system had not written yet; with sync, nothing.
 */
#ifndef RUNNER_JOB_RECORD_H
#define RUNNER_JOB_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"
#include "kmsg.h"
#include "markers.h"

struct job_record;

/**
 * Creates the files in the job's directory @dirfd, or goes on with those that are there: what an
 * earlier process of the job said is marked off, and what was cut off in it ends. @handler is told
 * of the markers on stderr. 0 or a negative errno.
 */
int job_record_open(int dirfd, bool sync, marker_handler handler, void *user,
		    struct job_record **ret);
void job_record_close(struct job_record *record);

DEFINE_CLEANUP(struct job_record *, job_record_close);

/** Adds stdout of the test. */
int job_record_out(struct job_record *record, const char *data, size_t len);

/** Adds stderr of the test, and to the journal. */
int job_record_err(struct job_record *record, const char *data, size_t len);

/** Adds a line of the runner's own to stderr; @line ends in a newline. */
int job_record_note(struct job_record *record, const char *line);

/** Adds what there is in the kernel log. See kmsg_copy(). */
int job_record_kmsg(struct job_record *record, int kmsg_fd, struct kmsg_batch *ret);

/** Adds how the process ended: the journal's last line. */
int job_record_end(struct job_record *record, bool timed_out, int exit_code, double seconds);

#endif

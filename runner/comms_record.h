/* SPDX-License-Identifier: MIT */
/**
 * comms of one job: the packets of the socket protocol (see igt_wire.h) as the test sent them,
 * each behind a canary, and those that the runner adds.
 */
#ifndef RUNNER_COMMS_RECORD_H
#define RUNNER_COMMS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cleanup.h"
#include "igt_wire.h"
#include "markers.h"

struct comms_record;

/**
 * Creates the file in the job's directory @dirfd, or goes on with one that is there, behind its
 * last whole packet. @handler is told of each start and result before it is recorded, so that
 * what the runner has to say of the time before can come first. 0 or a negative errno.
 */
int comms_record_open(int dirfd, bool sync, marker_handler handler, void *user,
		      struct comms_record **ret);
void comms_record_close(struct comms_record *record);

DEFINE_CLEANUP(struct comms_record *, comms_record_close);

/**
 * Takes packets off @socket_fd, some at a time so that a flood of them stops nobody else; the rest
 * keeps it readable. *ret_bytes is how many bytes were recorded. 0 or a negative errno of the file.
 */
int comms_record_receive(struct comms_record *record, int socket_fd, size_t *ret_bytes);

/** True once the test sent something: then its results are here, and not in its output. */
bool comms_record_is_used(const struct comms_record *record);

/** From now on only the test's log is recorded: it is to die, and what it starts has no result. */
void comms_record_stop_results(struct comms_record *record);

/** What process @pid is going to execute. */
int comms_record_exec(struct comms_record *record, pid_t pid, char *const *argv);

/** A line of the runner's own, in the test's log. */
int comms_record_log(struct comms_record *record, enum igt_packet_stream stream, const char *text);

/** The last word on the running subtest, or on the last one: a result of results.json. */
int comms_record_override(struct comms_record *record, const char *result);

/** How the process ended; @code as in the journal. */
int comms_record_exit(struct comms_record *record, int code, double seconds);

#endif

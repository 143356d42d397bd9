/* SPDX-License-Identifier: MIT */
/**
 * The file `comms` of a job: the packets of the socket protocol (see igt_wire.h) in the order in
 * which they came, each behind a canary. Where a file was cut or damaged, reading goes on at the
 * next canary, and says so.
 */
#ifndef RUNNER_COMMS_H
#define RUNNER_COMMS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "igt_wire.h"

/** A packet as read. The strings are the reader's. */
struct comms_packet {
	/** One that its type cannot explain is IGT_PACKET_INVALID, with nothing else in it. */
	enum igt_packet_type type;
	/** IGT_PACKET_LOG only. */
	enum igt_packet_stream stream;
	/** IGT_PACKET_EXIT only, as in the journal. */
	int exit_code;
	/** Of a start or result. */
	const char *name;
	/** The log text, command line, version line, overriding result, or word of a result. */
	const char *text;
	/** Of a result or exit; 0 if the packet has none. */
	double seconds;
	/** Bytes before this packet were none: packets may be missing here. */
	bool after_damage;
};

/** Where reading stands. Begin with the data and their length, and the rest zero. */
struct comms_reader {
	const char *data;
	size_t len;
	/** First byte that was not read. */
	size_t at;
	/** Set at the end if the last bytes were no packet. */
	bool damaged;
};

/** The next packet; false at the end. Never fails, whatever the data. */
bool comms_next(struct comms_reader *reader, struct comms_packet *ret);

/**
 * True if a test spoke in packets: the dump has something besides the runner's own note of what it
 * executed. Else the job's text is its record.
 */
bool comms_is_used(const char *data, size_t len);

#endif

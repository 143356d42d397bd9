/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Where a test's words go: as packets to the runner's socket if there is one, else as text to
 * stdout and stderr. The packets are described in igt_wire.h. Nothing here is for tests.
 */
#ifndef IGT_COMMS_H
#define IGT_COMMS_H

#include <stdbool.h>
#include <stddef.h>

#include "igt_wire.h"

/** Take the socket that the environment names, if it is one. Call once, before anything else. */
void igt_comms_init(void);
/** True when there is a socket, and markers must not be printed. */
bool igt_comms_active(void);

/**
 * Send a packet whose data are @strings, up to a NULL. Safe in signal handlers if @in_signal. A
 * runner that is gone is not told; nothing can be done about it here.
 */
void igt_comms_send(enum igt_packet_type type, bool in_signal, const char *const *strings);

/** Bring out a text, after all that was printed before, to a stream as it stands and in one piece. */
void igt_put(enum igt_packet_stream stream, const char *text);
/** igt_put() with printf's conversions. */
__attribute__((format(printf, 2, 3)))
void igt_putf(enum igt_packet_stream stream, const char *format, ...);
/** End the line that igt_put() has begun on a stream, if any: what follows has one of its own. */
void igt_put_line_end(enum igt_packet_stream stream);
/** igt_put() for a signal handler: takes no lock and no memory. */
void igt_put_from_signal(enum igt_packet_stream stream, const char *text);

#endif

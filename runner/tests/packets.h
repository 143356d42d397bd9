/* SPDX-License-Identifier: MIT */
/** Files of packets, made by hand. */
#ifndef RUNNER_TESTS_PACKETS_H
#define RUNNER_TESTS_PACKETS_H

#include <glib.h>

#include "igt_wire.h"

/** Adds a packet with its canary, whose data are @len bytes. */
void packet_bytes(GString *dump, enum igt_packet_type type, const void *data, size_t len);

/** The same, with strings up to NULL, each with its NUL. */
void packet_add(GString *dump, enum igt_packet_type type, ...) G_GNUC_NULL_TERMINATED;

void packet_log(GString *dump, enum igt_packet_stream stream, const char *text);
void packet_start(GString *dump, const char *name);
/** It took 0.125 s. */
void packet_result(GString *dump, const char *name, const char *word);
/** It took 1.5 s. */
void packet_exit(GString *dump, int32_t code);

#endif

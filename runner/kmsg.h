/* SPDX-License-Identifier: MIT */
/** The kernel log as a stream: what the kernel says while a job runs. */
#ifndef RUNNER_KMSG_H
#define RUNNER_KMSG_H

#include <stdbool.h>

/** Opens /dev/kmsg, non-blocking, behind the last record. Negative errno if it cannot. */
int kmsg_open_reader(int *ret_fd);

/**
 * Copies all records there are, raw, one write each, to @out_fd. *ret_any is
 * set if there were any, *ret_lost if some could not be read, mostly because
 * the kernel overwrote them first. @sync flushes. 0 or a negative errno of @out_fd.
 */
int kmsg_copy(int kmsg_fd, int out_fd, bool sync, bool *ret_any, bool *ret_lost);

/**
 * Puts one line into the kernel log, `<level>[IGT] ` before it. Without
 * permission nothing happens: it is a service to readers of the log.
 */
void kmsg_write(unsigned level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

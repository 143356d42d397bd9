/* SPDX-License-Identifier: MIT */
/** The kernel log as a stream: what the kernel says while a job runs. */
#ifndef RUNNER_KMSG_H
#define RUNNER_KMSG_H

#include <stdbool.h>
#include <stddef.h>

/** Levels of the kernel's messages. */
enum kmsg_level {
	KMSG_LEVEL_WARNING = 4,
	KMSG_LEVEL_INFO = 6,
	KMSG_LEVEL_DEBUG = 7,
};

/** Opens /dev/kmsg, non-blocking, behind the last record. Negative errno if it cannot. */
int kmsg_open_reader(int *ret_fd);

/** What kmsg_copy() came across. */
struct kmsg_batch {
	size_t bytes;
	/** Some could not be read, mostly because the kernel overwrote them first. */
	bool lost;
	/** The kernel itself spoke, and not only a process that writes to its log. */
	bool from_kernel;
};

/**
 * Copies records as they are to @out_fd, many in one write, and as many as a flood of them allows
 * others to have their turn; the rest keeps @kmsg_fd readable. @sync flushes. 0 or a negative
 * errno of @out_fd.
 */
int kmsg_copy(int kmsg_fd, int out_fd, bool sync, struct kmsg_batch *ret);

/**
 * Puts one line into the kernel log, `<level>[IGT] ` before it. Without
 * permission nothing happens: it is a service to readers of the log.
 */
void kmsg_write(enum kmsg_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * How many seconds the clock of the kernel log, by which its records have their time, is ahead of
 * CLOCK_MONOTONIC. To find out, puts a line with @text, which is unlike any other, into the log,
 * and reads up to it from @kmsg_fd. Negative errno if the log cannot be written.
 */
int kmsg_clock_offset(int kmsg_fd, const char *text, double *ret);

/** The facility of what kmsg_report() writes; the kernel's own is 0, that of tests 1. */
#define KMSG_REPORT_FACILITY 16

/** Puts a line of a report into the kernel log, in a way that every console shows it. */
void kmsg_report(const char *line);

#endif

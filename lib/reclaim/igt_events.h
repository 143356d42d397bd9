/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Tracepoints of the kernel, read while a test runs, from a trace instance of its own, which
 * nobody else's tracing disturbs and which is removed with the subtest or test; see igt_undo.h.
 *
 * What tests ask is in igt_commands.h and igt_shrinks.h; this is for further ones.
 */
#ifndef IGT_EVENTS_H
#define IGT_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

/** A line of a trace. */
struct igt_event {
	char task[17];	     /**< name of the thread that was running */
	int pid;	     /**< and its id */
	unsigned int cpu;    /**< that it ran on */
	uint64_t us;	     /**< since boot, of the trace's clock */
	char name[64];	     /**< of the tracepoint */
	const char *details; /**< the rest of the line, in the text it was parsed from */
};

/** A tracepoint to be watched. */
struct igt_event_choice {
	const char *event;  /**< "vmscan/mm_shrink_slab_end" */
	const char *filter; /**< in the words of the kernel's event filters, or NULL */
};

struct igt_events;

/**
 * Watch the @count tracepoints of @choices from now on. Skips, with the reason, where that cannot
 * be done. To be ended with igt_events_stop(); also ends with the subtest, or test, it began in.
 */
struct igt_events *igt_events_start(const struct igt_event_choice *choices, unsigned int count);

/**
 * Call @function with @data for each event that has come since the last call, in order. Fails the
 * test when the kernel had to drop some: there is room for some ten thousand.
 */
void igt_events_read(struct igt_events *events,
		     void (*function)(const struct igt_event *event, void *data), void *data);

/** End it. NULL is fine. */
void igt_events_stop(struct igt_events *events);

/** Parse a line of a trace. Returns 0, or -EINVAL for other text, comments included. */
int igt_event_parse(const char *line, struct igt_event *ret_event);

/** Whether a line says that the kernel dropped events. */
bool igt_event_is_loss(const char *line);

/**
 * The number behind "@key=" in @details, decimal or 0x. Returns 0, -ENOENT without the key,
 * -EINVAL when it is no number.
 */
int igt_event_number(const char *details, const char *key, uint64_t *ret_value);

#endif

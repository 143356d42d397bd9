/* SPDX-License-Identifier: MIT */
/** What memory did while a job ran: `memory.txt` of its folder. */
#ifndef RUNNER_REPORT_TIMELINE_H
#define RUNNER_REPORT_TIMELINE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"

#define TIMELINE_FILE "memory.txt"

/** A number that is not known, which the file has as `-`. */
#define TIMELINE_UNKNOWN (-1)

/** Samples of some columns over time. All is owned. */
struct timeline {
	/** Names of the columns without the first, which is the time; char *. */
	GPtrArray *columns;
	/** Seconds on the clock of the kernel log, double, ascending. */
	GArray *times;
	/**
	 * int64_t, a row of columns->len for each time: KiB, but for the column `shrinker`,
	 * which is in the kernel's objects, or TIMELINE_UNKNOWN.
	 */
	GArray *values;
};

/**
 * Reads @text (@len bytes, whatever they are). A last line without its newline is
 * left out, since the rest of a number may be missing; so are lines that are no
 * rows, and rows that go back in time. A missing column is unknown. NULL if it is
 * no such file, or of a later version.
 */
struct timeline *timeline_parse(const char *text, size_t len);
void timeline_free(struct timeline *timeline);

DEFINE_CLEANUP(struct timeline *, timeline_free);

/** Index of the first row that is not before @time; the number of rows if all are. */
unsigned timeline_find(const struct timeline *timeline, double time);

static inline double timeline_time(const struct timeline *timeline, unsigned row)
{
	return g_array_index(timeline->times, double, row);
}

static inline int64_t timeline_value(const struct timeline *timeline, unsigned row, unsigned column)
{
	return g_array_index(timeline->values, int64_t, row * timeline->columns->len + column);
}

#endif

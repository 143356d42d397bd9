/* SPDX-License-Identifier: MIT */
/** The kernel log of a test, as results.json has it: a line `<level> [seconds] text` a record. */
#ifndef RUNNER_REPORT_KERNEL_LOG_H
#define RUNNER_REPORT_KERNEL_LOG_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/** One record. @text is not terminated; it points into the log. */
struct kernel_line {
	unsigned level;
	/** Seconds on the kernel's clock. */
	double time;
	const char *text;
	size_t len;
};

/** The next record behind *cursor, which moves on; lines that are none are passed over. */
bool kernel_line_next(const char **cursor, struct kernel_line *ret);

/** What happened at one moment of a test, to be shown beside numbers over time. */
enum log_mark_kind {
	/** A subtest began. */
	LOG_MARK_START,
	/** A subtest ended; the text is its result word. */
	LOG_MARK_VERDICT,
	/** Memory was reclaimed; the text is `TRIGGER freed N pages`. */
	LOG_MARK_RECLAIM,
	/** The kernel complained; the text is the first line that says of what. */
	LOG_MARK_WARNING,
};

struct log_mark {
	enum log_mark_kind kind;
	double time;
	/** Owned. */
	char *text;
};

/**
 * The marks in @dmesg, in its order (struct log_mark *; caller unrefs), warnings
 * being the lines that are in @warnings too; those of one trace are one mark. Both
 * may be NULL. At most @max of each kind, the first ones.
 */
GPtrArray *log_marks(const char *dmesg, const char *warnings, unsigned max);

#endif

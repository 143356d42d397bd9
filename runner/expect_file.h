/* SPDX-License-Identifier: MIT */
/**
 * Expectation files, as deqp-runner and the kernel's DRM CI write them. What is
 * in one, read and checked; what it means for a result is in expectations.h.
 */
#ifndef RUNNER_EXPECT_FILE_H
#define RUNNER_EXPECT_FILE_H

#include <glib.h>
#include <stddef.h>

#include "verdict.h"

/** Told apart by how the file's name ends: `fails.txt`, `flakes.txt`, `skips.txt`. */
enum expect_kind {
	/** Lines `binary@subtest[@dynamic],Status`; exact names. */
	EXPECT_FAILS,
	/** One regular expression a line, searched in the name: may fail or pass. */
	EXPECT_FLAKES,
	/** The same: not to be run at all. */
	EXPECT_SKIPS,
};

/** One line of a file. All is owned by the entry. */
struct expect_entry {
	enum expect_kind kind;
	/** Of EXPECT_FAILS: the name in lower case, without `igt@`. */
	char *name;
	/** Of EXPECT_FAILS: the result that is expected; pass takes back an earlier file's line. */
	enum verdict verdict;
	/** Of the other kinds. */
	GRegex *regex;
	/** The comment lines right above, in one line; "" if there are none. */
	char *reason;
	char *file;
	unsigned line;
};

/** The kind that @file's name tells, or a negative errno if it tells none. */
int expect_file_kind(const char *file);

/**
 * Reads @text (@len bytes, whatever they are), the content of @file. *ret_entries
 * (struct expect_entry *, caller unrefs) is in order of the lines. The first line
 * that is wrong ends it: -EINVAL and a sentence `FILE:LINE: what; what to do` in
 * *ret_why (caller frees).
 */
int expect_file_parse(const char *file, enum expect_kind kind, const char *text, size_t len,
		      GPtrArray **ret_entries, char **ret_why);

/** How a fails file spells @verdict, such as `Fail` or `Dmesg-Fail`. Caller frees. */
char *expect_status_name(enum verdict verdict);

#endif

/* SPDX-License-Identifier: MIT */
/** The eleven results a test can have, and where they come from. */
#ifndef RUNNER_VERDICT_H
#define RUNNER_VERDICT_H

#include <errno.h>
#include <stdbool.h>

/** In the order in which results.json counts them. */
enum verdict {
	VERDICT_CRASH,
	VERDICT_PASS,
	VERDICT_DMESG_FAIL,
	VERDICT_DMESG_WARN,
	VERDICT_SKIP,
	VERDICT_INCOMPLETE,
	VERDICT_ABORT,
	VERDICT_TIMEOUT,
	VERDICT_NOTRUN,
	VERDICT_FAIL,
	VERDICT_WARN,
	_VERDICT_MAX,
	_VERDICT_INVALID = -EINVAL,
};

/** The name in results.json, such as `dmesg-warn`. Static. */
const char *verdict_name(enum verdict verdict);

/** Reverse of verdict_name(); _VERDICT_INVALID for anything else. */
enum verdict verdict_from_name(const char *name);

/**
 * The verdict of a marker line's result word (`SUCCESS (0.1s)`). Only the start
 * is compared. Anything unknown, also a word cut short, is VERDICT_INCOMPLETE.
 */
enum verdict verdict_from_word(const char *word);

/** The verdict of a test without subtests, from its exit code as the journal holds it. */
enum verdict verdict_from_exit_code(int code);

/** True for everything but pass and skip: the run as a whole did not succeed. */
bool verdict_is_bad(enum verdict verdict);

/**
 * Position in a list that has the worst first. Of two results of one subtest
 * in one process (a child crashes, then its parent fails) the lower rank counts.
 */
unsigned verdict_rank(enum verdict verdict);

#endif

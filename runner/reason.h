/* SPDX-License-Identifier: MIT */
/** Why a test has the result it has, in one line, out of what results.json holds of it. */
#ifndef RUNNER_REASON_H
#define RUNNER_REASON_H

#include "verdict.h"

/** In the kernel's log, behind "Per-test" or "Inactivity": the runner is about to kill the test. */
#define REASON_TIMEOUT_KMSG " timeout exceeded. Killing the current test with SIGQUIT."

/** The strings of one entry of results.json; NULL means empty. Nothing is owned. */
struct reason_texts {
	const char *out;
	const char *err;
	const char *dmesg;
	/** `dmesg-warnings` */
	const char *warnings;
};

/**
 * One printable line of at most some 300 bytes, valid UTF-8 if the texts are;
 * never empty, except for pass, which needs no reason. Caller frees with g_free().
 *
 * fail: the failed assertion and its message. skip: the test's own words, else
 * the requirement. crash: the signal. timeout: the limit, and what had gone wrong
 * before. dmesg-*: the kernel's first words. The others: what is known.
 */
char *reason_find(enum verdict verdict, const struct reason_texts *texts);

/**
 * What the runner adds to a killed test's stderr, so that the limit is on
 * record; reason_find() reads it back. @what: "per-test" or "inactivity".
 * Ends in a newline. Caller frees.
 */
char *reason_timeout_note(const char *what, unsigned long seconds);

#endif

/* SPDX-License-Identifier: MIT */
/** What is known to fail, to flake, or not to be run: all expectation files of a run together. */
#ifndef RUNNER_EXPECTATIONS_H
#define RUNNER_EXPECTATIONS_H

#include <glib.h>

#include "cleanup.h"
#include "expect_file.h"
#include "verdict.h"

/** Files on top of each other: of two that name one test, the later one counts. */
struct expectations;

/** What to make of one result. In the order in which reports show them. */
enum judgement {
	/** Did not go well, and nobody expected that, or not in this way. */
	JUDGED_UNEXPECTED,
	/** Passed, and should have failed: the expectation is stale. */
	JUDGED_XPASS,
	/** Is known to be unsteady; says nothing, however it went. */
	JUDGED_FLAKE,
	/** Ended badly in just the way that is expected. */
	JUDGED_XFAIL,
	/** Passed or was skipped, as tests do. */
	JUDGED_PLAIN,
	_JUDGEMENT_MAX,
};

struct judged {
	enum judgement judgement;
	/** The line that speaks about this test, or NULL. The expectations own it. */
	const struct expect_entry *entry;
};

struct expectations *expectations_new(void);
void expectations_free(struct expectations *expectations);

DEFINE_CLEANUP(struct expectations *, expectations_free);

/**
 * Adds a file on top. If it cannot be read or has a bad line, nothing is added,
 * *ret_why (caller frees) is a sentence that begins with FILE or FILE:LINE, and
 * a negative errno is returned.
 */
int expectations_add(struct expectations *expectations, const char *file, char **ret_why);

/**
 * Judges the result of test @name (any case, with or without `igt@`). Without
 * @expectations (NULL) every bad verdict is unexpected.
 *
 * A flake may end in any way but those by which the machine is lost (abort,
 * incomplete, notrun). A skip confirms or refutes nothing: it is JUDGED_PLAIN,
 * with the entry if there is one.
 */
struct judged expectations_judge(const struct expectations *expectations, const char *name,
				 enum verdict verdict);

/** The line of a skips file that forbids to run @name, or NULL. */
const struct expect_entry *expectations_skip(const struct expectations *expectations,
					     const char *name);

/**
 * The lines of fails files (const struct expect_entry *) that count: no later
 * file replaces or takes them back, and no skips file keeps their test from
 * running. Caller unrefs; it must not outlive @expectations.
 */
GPtrArray *expectations_awaited(const struct expectations *expectations);

#endif

/* SPDX-License-Identifier: MIT */
/** What is known to fail, to flake, or not to be run: all expectation files of a run together. */
#ifndef RUNNER_EXPECTATIONS_H
#define RUNNER_EXPECTATIONS_H

#include <glib.h>
#include <stdbool.h>

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
	/** A skip that is JUDGED_UNEXPECTED: the test is required to run. */
	bool is_required;
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
 * Adds the files of a machine, one layer above the other: for @name `DIR/a-b-c`
 * those that are there of `DIR/a-KIND.txt`, then of `DIR/a-b-KIND.txt`, then of
 * `DIR/a-b-c-KIND.txt`, with KIND fails, flakes and skips. That a machine has none
 * is fine; a DIR that is no folder is not. As expectations_add() otherwise.
 */
int expectations_add_layers(struct expectations *expectations, const char *name, char **ret_why);

/**
 * From now on tests with @regex (any case) in their name, which is without `igt@`,
 * have to run: a skip of theirs is JUDGED_UNEXPECTED. -EINVAL and a sentence in
 * *ret_why (caller frees) if it is no regular expression.
 */
int expectations_require(struct expectations *expectations, const char *regex, char **ret_why);

/** Where one option of a command line takes expectations from. */
enum expect_source {
	/** `--expect FILE` */
	EXPECT_FROM_FILE,
	/** `--expect-for DIR/A-B-C` */
	EXPECT_FROM_LAYERS,
	/** `--require REGEX` */
	EXPECT_FROM_REQUIREMENT,
};

/** Does what the option with @value asks for, in *expectations, which is made if it is NULL. */
int expectations_take(struct expectations **expectations, enum expect_source source,
		      const char *value, char **ret_why);

/** True if there is any requirement. */
bool expectations_has_required(const struct expectations *expectations);

/** True if a requirement speaks of test @name (any case, with or without `igt@`). */
bool expectations_is_required(const struct expectations *expectations, const char *name);

/**
 * Judges the result of test @name (any case, with or without `igt@`). Without
 * @expectations (NULL) every bad verdict is unexpected.
 *
 * A flake may end in any way but those by which the machine is lost (abort,
 * incomplete, notrun). A skip confirms or refutes nothing: it is JUDGED_PLAIN,
 * with the entry if there is one, unless the test is required.
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

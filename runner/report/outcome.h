/* SPDX-License-Identifier: MIT */
/**
 * One result in the words of each consumer. All formats take theirs from here, so
 * that no two of them disagree about what a run came to.
 */
#ifndef RUNNER_REPORT_OUTCOME_H
#define RUNNER_REPORT_OUTCOME_H

#include <stdbool.h>

#include "cleanup.h"
#include "expectations.h"
#include "report.h"

/** What a result means. */
enum outcome_kind {
	/** Something was verified. */
	OUTCOME_GOOD,
	/** What was tested is not as it should be, or a test that had to run did not. */
	OUTCOME_FAILED,
	/** There is no result: the test died, hung, or never had its turn. */
	OUTCOME_BROKEN,
	/** Neither good nor bad: skipped, failed as expected, or known to flake. */
	OUTCOME_NEUTRAL,
};

struct outcome {
	enum outcome_kind kind;
	struct judged judged;
	/** Directive behind the `#` of a KTAP line, or NULL. */
	const char *ktap;
	/** RESULT of a LAVA signal. */
	const char *lava;
	/** Status in KCIDB, which wants to know what happened, not what was expected. */
	const char *kcidb;
	/** Status in deqp-runner's results.csv. */
	const char *csv;
	/** In capitals, for people: the verdict, or XFAIL, XPASS, FLAKE. Owned. */
	char *word;
	/** One line; "" for a pass of which nothing is to be said. Owned. */
	char *reason;
};

/** What @entry comes to; @expectations may be NULL. Release with outcome_clear(). */
struct outcome outcome_of(const struct report_entry *entry,
			  const struct expectations *expectations);
void outcome_clear(struct outcome *outcome);

/** True unless it makes a run fail. */
static inline bool outcome_is_fine(const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_GOOD || outcome->kind == OUTCOME_NEUTRAL;
}

#endif

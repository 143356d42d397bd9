/* SPDX-License-Identifier: MIT */
#include "report/outcome.h"

#include "expect_line.h"
#include "reason.h"

/*
 * A test that never had its turn is no skip: whoever reads only this format must
 * see that the run is not whole.
 */
static const struct outcome by_verdict[_VERDICT_MAX] = {
	[VERDICT_PASS] = {OUTCOME_GOOD, .lava = "pass", .kcidb = "PASS", .csv = "Pass"},
	[VERDICT_SKIP] = {OUTCOME_NEUTRAL, .ktap = "SKIP", .lava = "skip", .kcidb = "SKIP",
			  .csv = "Skip"},
	[VERDICT_FAIL] = {OUTCOME_FAILED, .lava = "fail", .kcidb = "FAIL", .csv = "Fail"},
	[VERDICT_DMESG_FAIL] = {OUTCOME_FAILED, .lava = "fail", .kcidb = "FAIL", .csv = "Fail"},
	[VERDICT_DMESG_WARN] = {OUTCOME_FAILED, .lava = "fail", .kcidb = "FAIL", .csv = "Fail"},
	[VERDICT_WARN] = {OUTCOME_FAILED, .lava = "fail", .kcidb = "FAIL", .csv = "Warn"},
	[VERDICT_CRASH] = {OUTCOME_BROKEN, .ktap = "ERROR", .lava = "fail", .kcidb = "ERROR",
			   .csv = "Crash"},
	[VERDICT_TIMEOUT] = {OUTCOME_BROKEN, .ktap = "TIMEOUT", .lava = "fail", .kcidb = "ERROR",
			     .csv = "Timeout"},
	[VERDICT_ABORT] = {OUTCOME_BROKEN, .ktap = "ERROR", .lava = "fail", .kcidb = "ERROR",
			   .csv = "Crash"},
	/* The machine died in it: that is what the kernel did. */
	[VERDICT_INCOMPLETE] = {OUTCOME_BROKEN, .ktap = "ERROR", .lava = "fail", .kcidb = "FAIL",
				.csv = "Crash"},
	[VERDICT_NOTRUN] = {OUTCOME_BROKEN, .ktap = "ERROR", .lava = "fail", .kcidb = "MISS",
			    .csv = "Missing"},
};

/* What expectations change. Where a consumer has no word for it, it is left neutral. */
static void apply_judgement(struct outcome *outcome, enum verdict verdict)
{
	switch (outcome->judged.judgement) {
	case JUDGED_XFAIL:
		outcome->kind = OUTCOME_NEUTRAL;
		outcome->ktap = "XFAIL";
		outcome->lava = "skip";
		outcome->csv = "ExpectedFail";
		break;
	case JUDGED_XPASS:
		outcome->kind = OUTCOME_FAILED;
		outcome->lava = "fail";
		outcome->csv = "UnexpectedImprovement(Pass)";
		break;
	case JUDGED_FLAKE:
		outcome->kind = OUTCOME_NEUTRAL;
		outcome->ktap = "SKIP";
		outcome->lava = "skip";
		if (verdict != VERDICT_PASS)
			outcome->csv = "KnownFlake";
		break;
	case JUDGED_UNEXPECTED:
		if (!outcome->judged.is_required)
			break;
		outcome->kind = OUTCOME_FAILED;
		outcome->ktap = NULL;
		outcome->lava = "fail";
		/* What is missing is the machine's, not the kernel's. */
		outcome->kcidb = "ERROR";
		outcome->csv = "Fail";
		break;
	default:
		break;
	}
}

struct outcome outcome_of(const struct report_entry *entry, const struct expectations *expectations)
{
	struct outcome outcome = by_verdict[entry->verdict];
	g_autofree char *reason = reason_find(entry->verdict, &entry->texts);

	outcome.judged = expectations_judge(expectations, entry->name, entry->verdict);
	outcome.word = expect_word(&outcome.judged, entry->verdict);
	outcome.reason = expect_reason(&outcome.judged, entry->verdict, reason);
	apply_judgement(&outcome, entry->verdict);
	return outcome;
}

void outcome_clear(struct outcome *outcome)
{
	g_free(outcome->word);
	g_free(outcome->reason);
}

/* SPDX-License-Identifier: MIT */
#include "job_limits.h"

#include <math.h>

#include "machine_state.h"
#include "reason.h"

void job_limits_restart(struct job_limits *limits, double now)
{
	limits->subtest_started = now;
	limits->used = 0;
}

void job_limits_use(struct job_limits *limits, double now, size_t bytes)
{
	if (bytes == 0)
		return;
	limits->last_activity = now;
	limits->used += bytes;
}

/*
 * What still runs on a damaged kernel will hardly end, and its result is worth nothing. One that
 * only got slow may come back.
 */
static double patience(const struct job_limits *limits)
{
	if (limits->taint == 0)
		return 1;
	if ((limits->taint & TAINT_ALL_BAD) == TAINT_WARN && (limits->taint & TAINT_SOFT_LOCKUP))
		return 0.5;
	return 0.1;
}

static bool are_timed(const struct job_limits *limits)
{
	return limits->settings->per_test_timeout > 0 || limits->settings->inactivity_timeout > 0;
}

/* Infinity if there is no such limit. */
static double per_test_deadline(const struct job_limits *limits)
{
	unsigned long seconds = limits->settings->per_test_timeout;

	return seconds > 0 ? limits->subtest_started + seconds * patience(limits) : INFINITY;
}

static double inactivity_deadline(const struct job_limits *limits)
{
	unsigned long seconds = limits->settings->inactivity_timeout;

	return seconds > 0 ? limits->last_activity + seconds * patience(limits) : INFINITY;
}

double job_limits_deadline(const struct job_limits *limits)
{
	if (limits->taint && !are_timed(limits))
		return 0;
	return fmin(per_test_deadline(limits), inactivity_deadline(limits));
}

enum job_limit job_limits_exceeded(const struct job_limits *limits, double now)
{
	unsigned long most = limits->settings->disk_usage_limit;

	if (most > 0 && limits->used > most)
		return LIMIT_DISK_USAGE;
	if (now < job_limits_deadline(limits))
		return LIMIT_NONE;
	if (limits->taint)
		return LIMIT_TAINT;
	return now >= per_test_deadline(limits) ? LIMIT_PER_TEST : LIMIT_INACTIVITY;
}

char *job_limits_note(const struct job_limits *limits, enum job_limit exceeded)
{
	switch (exceeded) {
	case LIMIT_PER_TEST:
		return reason_timeout_note("per-test", limits->settings->per_test_timeout);
	case LIMIT_INACTIVITY:
		return reason_timeout_note("inactivity", limits->settings->inactivity_timeout);
	case LIMIT_DISK_USAGE:
		return g_strdup_printf("runner: This test was killed due to exceeding disk usage "
				       "limit. (Used %zu bytes, limit %lu)\n",
				       limits->used, limits->settings->disk_usage_limit);
	case LIMIT_TAINT:
		return g_strdup_printf(
			"runner: This test was killed due to a kernel taint (0x%lx).\n",
			limits->taint);
	case LIMIT_NONE:
		break;
	}
	return NULL;
}

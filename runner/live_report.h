/* SPDX-License-Identifier: MIT */
/** Results told while the run goes on, on stdout or in the kernel log. */
#ifndef RUNNER_LIVE_REPORT_H
#define RUNNER_LIVE_REPORT_H

#include <glib.h>

#include "cleanup.h"
#include "job_results.h"
#include "settings.h"

struct live_report;

/** For a run of @jobs; NULL if no report was asked for. Both outlive it. */
struct live_report *live_report_new(const struct settings *settings, const GPtrArray *jobs);
void live_report_free(struct live_report *live);

DEFINE_CLEANUP(struct live_report *, live_report_free);

/** Job @index starts. Jobs come in order, the first one may be any. */
void live_report_started(struct live_report *live, unsigned index);

/** Job @index is over, or will not be run. */
void live_report_ended(struct live_report *live, unsigned index, const struct job_results *results);

#endif

/* SPDX-License-Identifier: MIT */
/** What was tested, where and when, in words for people. */
#ifndef RUNNER_REPORT_RUN_FACTS_H
#define RUNNER_REPORT_RUN_FACTS_H

#include <glib.h>

#include "report.h"
#include "report/folder.h"

/** Labels that others look for. */
#define FACT_KERNEL "Kernel"
#define FACT_MALI "Mali"
#define FACT_MODEL "Model"
#define FACT_STARTED "Started"
#define FACT_TOOK "Took"

/** All is owned and valid UTF-8. */
struct fact {
	char *label;
	char *value;
};

/**
 * struct fact *, what a reader asks for first being first; caller unrefs. From
 * results.json, and from machine-facts.txt and guest.json if the folder has them.
 */
GPtrArray *run_facts_read(const struct report *report, const struct folder *folder);

/** The value of the fact @label, or NULL. It belongs to @facts. */
const char *run_facts_find(const GPtrArray *facts, const char *label);

/** When the run began, UTC, as RFC 3339 has it (`2026-11-21T09:02:16Z`), or NULL. Caller frees. */
char *run_facts_start_time(const struct report *report);

#endif

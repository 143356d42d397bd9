/* SPDX-License-Identifier: MIT */
/**
 * What machine a run was on: `machine-facts.txt` in the results folder, one
 * `Label: value` a line, for whoever compares runs later.
 */
#ifndef RUNNER_MACHINE_FACTS_H
#define RUNNER_MACHINE_FACTS_H

#include <stdbool.h>

#define MACHINE_FACTS_FILE "machine-facts.txt"
/** What the device tree's root is compatible with, the most special first, apart by ", ". */
#define MACHINE_FACT_COMPATIBLE "Compatible"

/** The text of the file, valid UTF-8; what cannot be found out is not in it. Caller frees. */
char *machine_facts_text(void);

/** Writes the file. @sync flushes it. 0 or a negative errno. */
int machine_facts_write(int results_fd, bool sync);

#endif

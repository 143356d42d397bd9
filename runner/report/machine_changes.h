/* SPDX-License-Identifier: MIT */
/** What a job left of the machine's health: `machine.txt` of its folder. */
#ifndef RUNNER_REPORT_MACHINE_CHANGES_H
#define RUNNER_REPORT_MACHINE_CHANGES_H

#include <glib.h>
#include <stddef.h>

#define MACHINE_CHANGES_FILE "machine.txt"

/**
 * Reads @text (@len bytes, whatever they are), a line for each subtest and one for the
 * job, which has no name: `subtest=NAME` and `KEY=VALUE` or `KEY=BEFORE->AFTER`,
 * apart by tabs. A last line without its newline counts for nothing. Gives a table from
 * subtest (lower case; "" for the job) to its fields (char **). Caller unrefs.
 */
GHashTable *machine_changes_parse(const char *text, size_t len);

/**
 * What changed during @subtest (any case; NULL or without a line of its own: during
 * the job), a sentence each (char *, valid UTF-8; caller unrefs), such as `taint
 * 0x0 -> 0x200` or `oom_kills 2`.
 */
GPtrArray *machine_changes_of(GHashTable *state, const char *subtest);

#endif

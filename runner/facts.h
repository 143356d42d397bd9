/* SPDX-License-Identifier: MIT */
/** What there is on the machine and can change while tests run: modules, taints, GPUs. */
#ifndef RUNNER_FACTS_H
#define RUNNER_FACTS_H

#include <glib.h>

/** Name -> value of all facts, strings. @root stands before /sys and /proc, mostly "". */
GHashTable *facts_read(const char *root);

/**
 * What changed, a line each, sorted by name: `new: NAME: VALUE`, `changed: NAME: OLD -> NEW`,
 * `deleted: NAME: OLD`. Caller unrefs the array (char *).
 */
GPtrArray *facts_compare(GHashTable *before, GHashTable *after);

#endif

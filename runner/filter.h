/* SPDX-License-Identifier: MIT */
/** Include and exclude expressions over test names. */
#ifndef RUNNER_FILTER_H
#define RUNNER_FILTER_H

#include <glib.h>
#include <stdbool.h>

/**
 * Compiles @expression, case-insensitive and unanchored, and appends it to
 * @filters (GRegex *). Logs and returns -EINVAL if it is no regular expression.
 */
int filter_add(GPtrArray *filters, const char *expression);

/**
 * The same for each line of a file; # and what follows it, and blanks at the ends, are no part of
 * an expression, and empty lines are none. Logs with FILE:LINE what is wrong.
 */
int filter_add_file(GPtrArray *filters, const char *path);

/** True if any of @filters matches somewhere in @name. False for an empty set. */
bool filter_matches(const GPtrArray *filters, const char *name);

/** True if @name may run: not excluded, and included or nothing is. Exclusion wins. */
bool filter_lets_through(const GPtrArray *include, const GPtrArray *exclude, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
/** Expectation files (see runner/expectations.h) as far as a run in a guest needs them. */
#ifndef GUEST_EXPECT_H
#define GUEST_EXPECT_H

#include <glib.h>
#include <stdio.h>

struct expectations;

/**
 * Does what the options of igt_report in the NULL-terminated list say, each with its
 * value behind it, later ones over earlier ones. *ret is NULL if there are none;
 * expectations_free it. Returns 0 or a negative errno with a sentence in ret_why that
 * names file and line.
 */
int guest_expect_read(const char *const *words, struct expectations **ret, char **ret_why);

/**
 * Takes the names (`binary@subtest`) that a skips file forbids out of the list, and
 * tells each on the stream. Returns 0, or -ENOENT with a sentence in ret_why if
 * nothing is left to run.
 */
int guest_expect_leave_out(const struct expectations *expectations, GPtrArray *names, FILE *stream,
			   char **ret_why);

#endif

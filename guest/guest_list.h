/* SPDX-License-Identifier: MIT */
/** The suite on the host, and which of its subtests a run asks for. */
#ifndef GUEST_LIST_H
#define GUEST_LIST_H

#include <glib.h>

/** Where the suite's programs lie below the prefix it was installed to. */
#define GUEST_SUITE_TESTS "libexec/igt-gpu-tools"

/**
 * Checks that prefix holds an installed suite: igt_runner, igt_results, igt_report
 * and a test list. Returns 0, or a negative errno with a sentence in ret_why.
 */
int guest_suite_check(const char *prefix, char **ret_why);

/**
 * Asks every binary of the suite's test-list.txt for its subtests (needs neither a
 * device nor root) and keeps the names, `binary@subtest`, in which any of the
 * patterns is found; no pattern keeps all. patterns is NULL-terminated or NULL.
 * ret_names gets an array of owned strings in the suite's order. Returns 0, or a
 * negative errno with a sentence in ret_why: an invalid pattern, one that finds
 * nothing, a binary that cannot list.
 */
int guest_list_collect(const char *prefix, const char *const *patterns, GPtrArray **ret_names,
		       char **ret_why);

/**
 * Puts the names, as guest_list_collect has found them, in the order of a file with a name a
 * line, and drops those that are not in it. `igt@` may stand before a name, # begins a comment.
 * A name that is there again is taken once. Returns 0, or a negative errno with a sentence in
 * ret_why: a file that cannot be read or names nothing, or FILE:LINE of a name that is none of
 * these.
 */
int guest_list_order(const char *file, GPtrArray *names, char **ret_why);

/** The names as a file for `igt_runner --test-list`. Owned by the caller, g_free. */
char *guest_list_text(const GPtrArray *names);

#endif

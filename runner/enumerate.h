/* SPDX-License-Identifier: MIT */
/** Which tests there are, and which of them the settings choose. */
#ifndef RUNNER_ENUMERATE_H
#define RUNNER_ENUMERATE_H

#include <glib.h>

#include "settings.h"

/**
 * Makes the list of jobs, one subtest each, from test_root/test-list.txt or
 * from the file of --test-list, through the include and exclude expressions.
 * Test binaries are run with --list-subtests for that. The list may be empty.
 * Logs what is wrong, then returns a negative errno. Caller unrefs *ret.
 */
int enumerate_jobs(const struct settings *settings, GPtrArray **ret);

/**
 * Takes the words of test-list.txt: names of binaries, without TESTLIST and END.
 * Caller unrefs the array (char *).
 */
GPtrArray *test_list_words(const char *text);

#endif

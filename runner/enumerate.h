/* SPDX-License-Identifier: MIT */
/** Which tests there are, and which of them the settings choose. */
#ifndef RUNNER_ENUMERATE_H
#define RUNNER_ENUMERATE_H

#include <glib.h>

#include "job_list.h"
#include "settings.h"

/**
 * Makes the list of jobs from test_root/test-list.txt or from the file of --test-list, through the
 * include and exclude expressions, and as far as they are of this shard. A job has one subtest, or
 * in multiple mode as many of one binary as come in a row; it names none if they are all that the
 * binary has. Test binaries are run with --list-subtests for that. The list may be empty; *ret_rest
 * is how many tests other shards have. Logs what is wrong, then returns a negative errno. Caller
 * unrefs *ret.
 */
int enumerate_jobs(const struct settings *settings, GPtrArray **ret, unsigned *ret_rest);

/**
 * What is left of @job when @seen (char *) have run, see job_without(). If it asks for all that
 * there are, the binary is asked for their names. NULL if nothing is left, or nobody can tell.
 */
struct job *enumerate_rest(const struct settings *settings, const struct job *job,
			   const GPtrArray *seen);

/**
 * Takes the words of test-list.txt: names of binaries, without TESTLIST and END.
 * Caller unrefs the array (char *).
 */
GPtrArray *test_list_words(const char *text);

#endif

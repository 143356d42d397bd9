/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Shell commands that a user has run at events of a test, with --hook.
 */
#ifndef IGT_HOOK_H
#define IGT_HOOK_H

#include <stdio.h>

/** The events, in the order in which they come. */
enum igt_hook_event {
	IGT_HOOK_PRE_TEST,
	IGT_HOOK_PRE_SUBTEST,
	IGT_HOOK_PRE_DYN_SUBTEST,
	IGT_HOOK_POST_DYN_SUBTEST,
	IGT_HOOK_POST_SUBTEST,
	IGT_HOOK_POST_TEST,
	IGT_HOOK_POST_KMOD_UNBIND,
};

/**
 * Add a hook: `[EVENT[,EVENT...]:]COMMAND`, for all events without any or with `*`. The text must
 * stay. Returns 0, or -EINVAL with the reason in @ret_why, to be freed, or -ENOMEM without.
 */
int igt_hook_add(const char *descriptor, char **ret_why);

/**
 * Run the commands for @event, one after the other, with what it is about in their environment.
 * @what: for the post events of tests and subtests the result word; for IGT_HOOK_POST_KMOD_UNBIND
 * the name of the module; else NULL. How a command ends makes no difference.
 */
void igt_hook_event(enum igt_hook_event event, const char *what);

/** Print what --help-hook tells. */
void igt_hook_help(FILE *out);

#endif

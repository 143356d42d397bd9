/* SPDX-License-Identifier: MIT */
/** Runs igt_guest as a user does, for tests of the whole program. */
#ifndef GUEST_TEST_INVOKE_H
#define GUEST_TEST_INVOKE_H

#include "guest_spawn.h"

#include <glib.h>
#include <stdint.h>

/** What came of one invocation. */
struct invocation {
	struct guest_spawned done;
	int64_t ms;
};

/** Runs igt_guest with the NULL-terminated arguments; fails the test after 120 s. */
void invoke(const char *const args[], struct invocation *ret);

/** Asserts exit code and a text on stderr; prints both channels if they differ. */
void invocation_assert(const struct invocation *run, int code, const char *err);

/** Frees the captured text. */
void invocation_clear(struct invocation *run);

#define _cleanup_invocation_ __attribute__((cleanup(invocation_clear)))

#endif

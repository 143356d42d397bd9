/* SPDX-License-Identifier: MIT */
/** Splitting a list of tests over several machines. */
#ifndef RUNNER_SHARD_H
#define RUNNER_SHARD_H

#include <stdbool.h>

#include "settings.h"

/**
 * True if the test `igt@...` belongs to the shard of the settings, or there are none. That hangs
 * on its name alone: whatever other tests come and go, it stays where it is.
 */
bool shard_has(const struct settings *settings, const char *name);

#endif

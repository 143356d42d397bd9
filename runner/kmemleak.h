/* SPDX-License-Identifier: MIT */
/** What kmemleak found in the kernel, into kmemleak.txt. */
#ifndef RUNNER_KMEMLEAK_H
#define RUNNER_KMEMLEAK_H

#include <stdbool.h>

/** Of the kernel. */
#define KMEMLEAK_FILE "/sys/kernel/debug/kmemleak"

/**
 * Has @file scan, and adds what it then knows of to kmemleak.txt in @results_fd, if that is
 * anything, under `kmemleaks found <when>:`. @clear: and makes it forget that. 0 or a negative
 * errno, not logged: -ENOENT if this kernel has no kmemleak.
 */
int kmemleak_scan(const char *file, int results_fd, const char *when, bool clear);

#endif

/* SPDX-License-Identifier: MIT */
/** What gcov counted in a kernel that is built for it, collected by a program of the user's. */
#ifndef RUNNER_CODE_COVERAGE_H
#define RUNNER_CODE_COVERAGE_H

#include "settings.h"

/** Of the kernel. */
#define CODE_COVERAGE_RESET "/sys/kernel/debug/gcov/reset"

/** Has the kernel count from zero. Negative errno, not logged, if it does not count at all. */
int code_coverage_reset(const char *reset_file);

/**
 * Runs the program with the place where it is to leave what it collects, code_cov/@name in the
 * results directory; letters of the name that make no file name become `_`. Why it failed, or
 * NULL; also NULL once @interrupt_fd is readable. Caller frees.
 */
char *code_coverage_collect(const struct settings *settings, const char *name, int interrupt_fd);

#endif

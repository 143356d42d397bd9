/* SPDX-License-Identifier: MIT */
/**
 * Running a tester, and looking at what it printed and returned.
 */
#ifndef RUN_TESTER_H
#define RUN_TESTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct run {
	int code; /* exit code, or 128 + the signal that ended it */
	/*
	 * Texts with all that changes from run to run made the same: process ids are PID, times
	 * 0.000, source lines N; the version line, the random seed and stack frames are left out.
	 */
	char *out;
	char *err;
};

/**
 * Run tester_<name> with the arguments that follow up to a NULL. @environment: "KEY=value" or
 * NULL. What IGT variables the caller has are not passed on. To be freed with run_free().
 */
__attribute__((sentinel))
struct run run_tester(const char *environment, const char *name, ...);

void run_free(struct run *run);

#define _cleanup_run_ __attribute__((cleanup(run_free)))

/** Fail unless @text contains @part. */
void assert_contains(const char *text, const char *part);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Running a tester, and looking at what it printed and returned.
 */
#ifndef RUN_TESTER_H
#define RUN_TESTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/** How a tester is run. All zero: with no variable of IGT's, and files to write to. */
struct run_setup {
	const char *environment[6]; /* "KEY=value", up to a NULL */
	bool socket;		    /* give it a runner's socket */
	const char *keys;	    /* stdout and stdin are a terminal, where these are typed */
	bool slow;		    /* stdout is a pipe that is nearly always full */
	bool raw;		    /* keep the lines that are left out otherwise */
	const char *tracer;	    /* be a debugger of this name around it */
};

struct run {
	int code; /* exit code, or 128 + the signal that ended it */
	/*
	 * Texts with all that changes from run to run made the same: process ids are PID, times
	 * 0.000, source lines N; the version line, the random seed and stack frames are left out.
	 */
	char *out;
	char *err;
	/*
	 * What came through the socket, a line for each packet: its type and its strings, in
	 * quotes; of logged text the version of the texts above.
	 */
	char *packets;
};

/**
 * Run tester_<name> with the arguments that follow up to a NULL. @environment: "KEY=value" or
 * NULL. What IGT variables the caller has are not passed on. To be freed with run_free().
 */
__attribute__((sentinel))
struct run run_tester(const char *environment, const char *name, ...);
/** run_tester() in another way. */
__attribute__((sentinel))
struct run run_tester_with(const struct run_setup *setup, const char *name, ...);
void run_free(struct run *run);

#define _cleanup_run_ __attribute__((cleanup(run_free)))

/** Whether an emulator of single programs (qemu-user) runs this: IGT_EMULATED is set. */
bool is_emulated(void);

/**
 * Run all of @tests. Where this is emulated, those named in @cannot, up to a NULL, are left out,
 * and stderr says so: an emulator of single programs has ways of its own.
 */
int run_tests_but(const struct CMUnitTest *tests, size_t count, const char *const *cannot);

/** Fail unless @text contains @part. */
void assert_contains(const char *text, const char *part);
/** Fail if @text contains @part. */
void assert_lacks(const char *text, const char *part);

#endif

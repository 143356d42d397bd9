/* SPDX-License-Identifier: MIT */
/**
 * What the sources of the test core share among themselves. Nothing here is for tests.
 */
#ifndef IGT_INTERNAL_H
#define IGT_INTERNAL_H

#include <stdbool.h>
#include <stdio.h>

#include "igt_core.h"

enum igt_mode {
	IGT_MODE_RUN,
	IGT_MODE_LIST,	   /* --list-subtests */
	IGT_MODE_TESTLIST, /* --show-testlist */
	IGT_MODE_DESCRIBE, /* --describe */
};

/** The parsed command line. */
struct igt_options {
	enum igt_mode mode;
	const char *pattern; /* of --run-subtest or --describe=; NULL: every subtest */
};

extern struct igt_options igt_options;

/** Description given with IGT_TEST_DESCRIPTION(); its address is NULL when there is none. */
extern const char *igt__test_description __attribute__((weak));

/** True when a listing was asked for and nothing may run. */
static inline bool igt_list_mode(void)
{
	return igt_options.mode != IGT_MODE_RUN;
}

/* igt_core.c */
bool igt_on_main_thread(void);
bool igt_in_child(void);
/** Turn this process into a child of the test: it owns no subtest, no child, no handler. */
void igt_become_child(void);
/**
 * End the running subtest as CRASH, from a signal handler, and go on behind it. Where that cannot
 * be done, in a child or on a second thread, print the result line and return.
 */
void igt_subtest_crashed(int sig);
/** End what runs as SKIP; the reason has been printed. */
_Noreturn void igt_end_skipped(void);
/** Stop with a message about wrong use of the library: SIGABRT. */
#define igt_internal_assert(condition, what)                                                   \
	do {                                                                                   \
		if (!(condition))                                                              \
			igt_misuse(what, __FILE__, __LINE__);                                  \
	} while (0)
_Noreturn void igt_misuse(const char *what, const char *file, int line);

/* igt_options.c */
/** Parse; options that only print end the process here. @subtests: the binary has subtests. */
void igt_parse_options(int argc, char **argv, bool subtests);
/** The IGT-Version line, with its newline. */
void igt_print_version(FILE *out);

/* igt_listing.c: descriptions, and the listing modes */
void igt_listing_begin(void);
void igt_listing_subtest(const char *name, const char *file, int line);
/** Forget a description that no subtest or group has taken. */
void igt_description_drop(void);

/* igt_marker.c: the lines a runner parses */
void igt_marker_executing(void);
void igt_marker_starting(const char *subtest);
void igt_marker_result(const char *subtest, const char *word, double seconds);
/** Result line of a test without subtests. */
void igt_marker_simple_result(const char *word, double seconds);
void igt_marker_exiting(int code);
/** The result line alone, with functions a signal handler may call. */
void igt_marker_crash_from_signal(const char *subtest, double seconds);

/* igt_log.c */
void igt_log_init_from_env(void);
void igt_log_set_debug(const char *domain);
void igt_log_ring_reset(void);
void igt_log_ring_dump(FILE *out);

/* igt_fork.c */
void igt_children_forget(void);
void igt_children_kill(void);
bool igt_children_left(void);

/* igt_signal.c */
void igt_signals_install(void);
/** Run the exit handlers, last installed first, each once. @sig: 0 on a normal exit. */
void igt_exit_handlers_run(int sig);
void igt_exit_handlers_forget(void);

/* igt_stack.c */
/** Write the caller's stack to @fd, one line a frame, each after @indent. */
void igt_stack_write(int fd, const char *indent);

#endif

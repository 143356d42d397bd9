/* SPDX-License-Identifier: MIT */
/**
 * What the sources of the test core share among themselves. Nothing here is for tests.
 */
#ifndef IGT_INTERNAL_H
#define IGT_INTERNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "igt_comms.h"
#include "igt_core.h"

#define IGT_NAME_MAX 255 /* characters of a subtest's name */
/* Each job of a subtest has one, and how many there are may depend on the machine. */
#define IGT_MAX_SUBTEST_HOOKS 1024

/* --- igt_options.c: the command line -------------------------------------------------------- */

enum igt_mode {
	IGT_MODE_RUN,
	IGT_MODE_LIST,	   /* --list-subtests */
	IGT_MODE_TESTLIST, /* --show-testlist */
	IGT_MODE_DESCRIBE, /* --describe */
};

/** The parsed command line. */
struct igt_options {
	enum igt_mode mode;
	const char *pattern;	     /* of --run-subtest or --describe=; NULL: every subtest */
	const char *dynamic_pattern; /* of --dynamic-subtest; NULL: every one */
	const char *interactive;     /* of --interactive-debug; NULL: off */
	bool trace_on_oops;
};

extern struct igt_options igt_options;

/** Options of the test's own; see igt_subtest_init_parse_opts(). */
struct igt_extra_options {
	const char *short_options;
	const struct option *long_options;
	const char *help;
	igt_opt_handler_t handler;
	void *data;
};

/** Parse; options that only print end the process here. @subtests: the binary has subtests. */
void igt_parse_options(int argc, char **argv, bool subtests, const struct igt_extra_options *extra);
/** The IGT-Version line, with its newline, to be freed. */
char *igt_version_line(void);

/** Description given with IGT_TEST_DESCRIPTION(); its address is NULL when there is none. */
extern const char *igt__test_description __attribute__((weak));

/** True when a listing was asked for and nothing may run. */
static inline bool igt_list_mode(void)
{
	return igt_options.mode != IGT_MODE_RUN;
}

/* --- igt_core.c: the state of the test, and how it all ends --------------------------------- */

/** What a fixture has left for the subtests after it. */
enum igt_outcome {
	IGT_OUTCOME_RUN,
	IGT_OUTCOME_SKIP,
	IGT_OUTCOME_FAIL,
};

/** A subtest or dynamic subtest, of which one each runs at a time. */
struct igt_block {
	bool open;
	char name[IGT_NAME_MAX + 1];
	struct timespec started;
	const char *word; /* how it ended, once it has */
	double seconds;	  /* how long it took */
	unsigned int hooks_outside;
};

struct igt_test {
	char name[IGT_NAME_MAX + 1];
	pid_t main_thread;
	struct timespec started;
	bool subtests; /* the binary is made of them */
	bool exiting;
	bool child;
	bool thread_failed; /* accessed with __atomic_* */

	bool in_fixture;
	enum igt_outcome henceforth;
	struct igt_block subtest;
	struct igt_block dynamic;
	bool container; /* the subtest is made of dynamic ones, of which: */
	bool dynamic_succeeded;
	bool dynamic_failed;

	struct {
		void (*function)(void *data);
		void *data;
	} hooks[IGT_MAX_SUBTEST_HOOKS];
	unsigned int hook_count;

	struct {
		void (*begin)(void);
		void (*success)(void);
	} watch; /* see igt_watch_subtests() */

	bool only_asking; /* see igt_wants_subtest() */
	bool wanted;
	unsigned int registered; /* subtests met, selected or not */
	unsigned int selected;
	bool succeeded;
	bool failed;
	bool skipped;
	int exit_code; /* of the first failure */
};

extern struct igt_test igt_test;

bool igt_on_main_thread(void);
bool igt_in_child(void);
/** Turn this process into a child of the test: it owns no subtest, no child, no handler. */
void igt_become_child(void);
/** Record a failure: the first one's code is the test's. */
void igt_count_failure(int code);
/** End what runs as FAIL if an assertion failed on another thread since it began. */
void igt_fail_for_threads(void);
/** End the test now, as igt_abort_on_f() does, which has told why. */
_Noreturn void igt_end_aborted(void);
/** End what runs as SKIP; the reason has been printed. */
_Noreturn void igt_end_skipped(void);
/** Stop with a message about wrong use of the library: SIGABRT. */
#define igt_internal_assert(condition, what)                                                   \
	do {                                                                                   \
		if (!(condition))                                                              \
			igt_misuse(what, __FILE__, __LINE__);                                  \
	} while (0)
_Noreturn void igt_misuse(const char *what, const char *file, int line);

/* --- igt_blocks.c: fixtures, groups, subtests ----------------------------------------------- */

/** Leave the innermost block, which ends with @word. */
_Noreturn void igt_leave_block(const char *word);
/** Leave a fixture, after which subtests end as @outcome says. */
_Noreturn void igt_leave_fixture(enum igt_outcome outcome);
/**
 * From now on call @begin when a subtest or dynamic subtest starts, and @success when one is about
 * to succeed, which may fail it.
 */
void igt_watch_subtests(void (*begin)(void), void (*success)(void));
/**
 * End the innermost block as CRASH, from a signal handler, and go on behind it. Where that cannot
 * be done, in a child or on a second thread, print the result line and return.
 */
void igt_block_crashed(int sig);

/* --- igt_listing.c: descriptions, and the listing modes -------------------------------------- */

void igt_listing_begin(void);
void igt_listing_subtest(const char *name, const char *file, int line);
/** Forget a description that no subtest or group has taken. */
void igt_description_drop(void);
/** A group begins, and takes the description that waits, and ends. */
void igt_group_describe(struct igt__group *group);
void igt_group_undescribe(struct igt__group *group);

/* --- igt_marker.c: the lines and packets a runner parses -------------------------------------- */

void igt_marker_executing(void);
void igt_marker_version(void);
/** @dynamic: it is a dynamic subtest. */
void igt_marker_starting(const char *name, bool dynamic);
void igt_marker_result(const char *name, bool dynamic, const char *word, double seconds);
/** Result line of a test without subtests. */
void igt_marker_simple_result(const char *word, double seconds);
void igt_marker_exiting(int code);
/** The result CRASH alone, with functions a signal handler may call. */
void igt_marker_crash_from_signal(const char *name, bool dynamic, double seconds);

/* --- igt_log.c ------------------------------------------------------------------------------- */

void igt_log_init_from_env(void);
/** Print debug records, and with @domain only those of this domain. */
void igt_log_set_debug(const char *domain);
void igt_log_ring_reset(void);
/** End what was printed and logged without a newline: a marker follows, or a failure's block. */
void igt_log_line_end(void);
/** Print all records that are remembered, to stderr. */
void igt_log_ring_dump(void);
/** This process is a child: threads that it does not have hold no lock of ours. */
void igt_log_become_child(void);
/** Have this process's lines begin with the index of a child of igt_multi_fork(). */
void igt_log_set_child_index(int index);

/* --- igt_fork.c ------------------------------------------------------------------------------ */

void igt_children_forget(void);
void igt_children_kill(void);
bool igt_children_left(void);

enum igt_helpers {
	IGT_HELPERS_ALL,
	IGT_HELPERS_OF_SUBTEST, /* started in the running subtest */
	IGT_HELPERS_OF_DYNAMIC, /* started in the running dynamic subtest */
};

/** Stop the helpers that still run. Safe in signal handlers. */
void igt_helpers_kill(enum igt_helpers which);

/* --- igt_signal.c ---------------------------------------------------------------------------- */

void igt_signals_install(void);
/** Run the exit handlers, last installed first, each once. @sig: 0 on a normal exit. */
void igt_exit_handlers_run(int sig);
void igt_exit_handlers_forget(void);
/**
 * The block in which it was set has ended: call the alarm of igt_set_timeout() off. @dynamic: a
 * dynamic subtest has ended, whose container's alarm goes on.
 */
void igt_timeout_forget(bool dynamic);
/** This process is a child, which has no alarm. */
void igt_timeout_become_child(void);
/**
 * Hold back, in this thread, all signals but those that end the test. What prints and logs does so
 * meanwhile: the handler of igt_set_timeout() jumps out of whatever it interrupts, and any other
 * one ends a write() in its midst. @ret_saved is for igt_signals_release().
 */
void igt_signals_hold(sigset_t *ret_saved);
void igt_signals_release(const sigset_t *saved);

/* --- igt_stack.c ----------------------------------------------------------------------------- */

/** Print the stack with symbols and offsets to stderr, as a signal handler may. */
void igt_stack_from_signal(void);
/** Print the stack with source lines, where libdw is there to tell them, to stdout. */
void igt_stack_print(void);

/* --- igt_debugger.c -------------------------------------------------------------------------- */

/** True when gdb runs this process: a failure stops there, with the stack as it is. */
bool igt_under_gdb(void);

#endif

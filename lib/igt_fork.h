/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Processes that a test starts: children that take part in the verdict, and helpers that only
 * work in the background. All of them die with the test.
 */
#ifndef IGT_FORK_H
#define IGT_FORK_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Start @count children; each runs the statement that follows and ends with it, @child being its
 * index. Collect them with igt_waitchildren(). A failed assertion ends a child with exit code 98;
 * a child cannot skip. Children that are left when a subtest fails are killed.
 */
#define igt_fork(child, count)                                                                 \
	for (int child = 0; child < (count); child++)                                          \
		for (; igt__fork(); igt__child_done())
bool igt__fork(void);
_Noreturn void igt__child_done(void);

/**
 * igt_fork() for children that log a lot: their lines begin with `<g:INDEX> `. Collect them with
 * igt_multi_wait().
 */
#define igt_multi_fork(child, count)                                                           \
	for (int child = 0; child < (count); child++)                                          \
		for (; igt__multi_fork(child); igt__child_done())
bool igt__multi_fork(int index);

/** Wait for all children; the first that ends badly is reported, kills the rest and fails us. */
void igt_waitchildren(void);
/** igt_waitchildren() that fails after @seconds, naming @what (NULL: a default). */
void igt_waitchildren_timeout(unsigned int seconds, const char *what);
/** igt_waitchildren() for what igt_multi_fork() started. */
void igt_multi_wait(void);
/**
 * Wait for all children. Returns 0, or what stands for the first that ended badly, of which the
 * rest were killed: its exit status, or 128 + the signal it died of.
 */
int __igt_waitchildren(void);

/** How many helpers run at the same time. */
#define IGT_MAX_HELPERS 4

/** A helper. To be zeroed, or set to use_SIGKILL, before it is first used. */
struct igt_helper_process {
	bool running;	  /**< between igt_fork_helper() and igt_stop_helper() */
	bool use_SIGKILL; /**< stop it with SIGKILL: it holds SIGTERM back */
	pid_t pid;	  /**< while it runs */
	int id;		  /**< its place among the helpers */
};

/**
 * Start a helper, which runs the statement that follows; @helper points to its
 * struct igt_helper_process. Stop it with igt_stop_helper(), or wait for its end with
 * igt_wait_helper(). One started in a subtest and still running when that ends is stopped.
 */
#define igt_fork_helper(helper) for (; igt__fork_helper(helper); igt__child_done())
bool igt__fork_helper(struct igt_helper_process *helper);
/** Stop @helper. That it has ended by itself is a failure of the test. */
void igt_stop_helper(struct igt_helper_process *helper);
/** Wait until @helper ends. Returns its wait status, as waitpid() gives it. */
int igt_wait_helper(struct igt_helper_process *helper);

#endif

/* SPDX-License-Identifier: MIT */
/** What the runner's tests share: scratch directories, hand-made records, running the tools. */
#ifndef RUNNER_TESTS_HELPERS_H
#define RUNNER_TESTS_HELPERS_H

/* cmocka wants these four before its own header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <json-c/json.h>
#include <sys/types.h>

/**
 * How many times as long all takes under AddressSanitizer: of what is done often, only to have more
 * of the same, so much less is done there.
 */
#ifdef __SANITIZE_ADDRESS__
#define SLOWNESS 4
#else
#define SLOWNESS 1
#endif

/** An empty directory of its own. Removed with scratch_remove(), which also frees the name. */
char *scratch_new(void);
void scratch_remove(char *dir);

/**
 * Puts scratch directories into memory, if there is a place for it: where a test makes thousands
 * of results.json, each would be flushed to the disk. Call before anything else.
 */
void use_memory_for_scratch(void);

/** Setup and teardown for cmocka: *state is a scratch directory. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/** Writes @dir/@name, with the directories on the way. */
void put_bytes(const char *dir, const char *name, const char *data, size_t len);
void put_file(const char *dir, const char *name, const char *text);

/** Reads @dir/@name; "" if there is none. Caller frees. */
char *get_file(const char *dir, const char *name);

/** A record with @joblist and otherwise default settings; no job has run. */
void put_run(const char *dir, const char *joblist);

/** The four files of job @index. */
void put_job(const char *dir, unsigned index, const char *out, const char *err, const char *dmesg,
	     const char *journal);

/** Makes results.json of @dir and reads it. Fails the test if that does not work. Caller puts. */
struct json_object *make_results(const char *dir);

/** Reads results.json of @dir, which must be there. Caller puts. */
struct json_object *read_results(const char *dir);

/** A string of test @name in results; "" if test or key is missing. */
const char *test_string(struct json_object *results, const char *name, const char *key);

/** `result` of test @name. */
#define test_result(results, name) test_string(results, name, "result")

/** A counter of `totals`. */
int total_of(struct json_object *results, const char *group, const char *verdict);

/** How a tool ended. */
struct tool_run {
	int status;
	char *out, *err;
};

/** Runs one of the tools to its end; the words end with NULL. Its exit status is in the result. */
struct tool_run run_tool(const char *tool, ...) G_GNUC_NULL_TERMINATED;
void tool_run_clear(struct tool_run *run);

/** Starts igt_runner, or another tool, and returns at once. stdout and stderr are dropped. */
pid_t start_runner(const char *const *words);
pid_t start_tool(const char *tool, const char *const *words);

/** Waits for a process of start_runner(); its wait(2) status. */
int wait_runner(pid_t pid);

/**
 * Whether igt_runner can start a run. Where it cannot, under an emulator of one program that lacks
 * PR_SET_CHILD_SUBREAPER (qemu-user of Debian 12), tests that make runs are skipped: skip_all().
 */
bool runs_can_start(void);
#define NO_RUNS "igt_runner cannot adopt processes here: there is no PR_SET_CHILD_SUBREAPER"

/** Says in TAP that nothing is run, and why. Returns 0, for main(). */
int skip_all(const char *why);

/** A test root with the tester under several names, and `many`, in @dir/root. Caller frees. */
char *make_test_root(const char *dir, const char *test_list);

/** Where igt_runner is tried: a scratch directory with a test root, and a place for results. */
struct workplace {
	char *dir, *root, *results;
	/** Has the tester write its process id into the file `pid` in @dir. */
	char *environment;
};

/** @test_list: of make_test_root(). Freed with all that is in it. */
struct workplace *workplace_new(const char *test_list);
void workplace_free(struct workplace *place);

/** Polls for @dir/@name to have text, up to some seconds. Caller frees. */
char *wait_for_file(const char *dir, const char *name);

/** Polls for @dir/@name to have @text at least so many times, up to some seconds. */
void wait_for_text(const char *dir, const char *name, const char *text, unsigned times);

/** True if process @pid exists and is no zombie. */
bool process_lives(pid_t pid);

#endif

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

/** An empty directory of its own. Removed with scratch_remove(), which also frees the name. */
char *scratch_new(void);
void scratch_remove(char *dir);

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

/** Starts igt_runner and returns at once. stdout and stderr are dropped. */
pid_t start_runner(const char *const *words);

/** Waits for a process of start_runner(); its wait(2) status. */
int wait_runner(pid_t pid);

/** A test root with the tester under several names, in @dir/root. Caller frees the path. */
char *make_test_root(const char *dir, const char *test_list);

/** Polls for @dir/@name to have text, up to some seconds. Caller frees. */
char *wait_for_file(const char *dir, const char *name);

/** True if process @pid exists and is no zombie. */
bool process_lives(pid_t pid);

#endif

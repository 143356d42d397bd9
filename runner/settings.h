/* SPDX-License-Identifier: MIT */
/** What a run was asked to do, and its record in the results directory. */
#ifndef RUNNER_SETTINGS_H
#define RUNNER_SETTINGS_H

#include <glib.h>
#include <stdbool.h>

#include "cleanup.h"

/** Deadlines are sums of doubles and this; a century is no limit either. In seconds. */
#define SETTINGS_TIMEOUT_MAX 3153600000UL

/** dmesg_warn_level while nobody has said which: none that a kernel message has. */
#define SETTINGS_DMESG_LEVEL_UNSAID 8

/** How much the runner says on stdout. The values are those of metadata.txt. */
enum log_level {
	LOG_LEVEL_QUIET = -1,
	LOG_LEVEL_NORMAL = 0,
	LOG_LEVEL_VERBOSE = 1,
};

/** Which of a subtest and its dynamic subtests results.json keeps. Values of metadata.txt. */
enum prune_mode {
	PRUNE_KEEP_DYNAMIC = 0,
	PRUNE_KEEP_SUBTESTS = 1,
	PRUNE_KEEP_ALL = 2,
	PRUNE_KEEP_REQUESTED = 3,
};

/** What ends a run once it is seen, besides a test that asks for it. Bits of metadata.txt. */
enum abort_condition {
	ABORT_ON_TAINT = 1 << 0,
	ABORT_ON_LOCKDEP = 1 << 1,
	ABORT_ON_PING = 1 << 2,
	ABORT_ON_ALL = ABORT_ON_TAINT | ABORT_ON_LOCKDEP | ABORT_ON_PING,
};

/** What is told of each result while the run goes on. */
enum live_format {
	/** Nothing; of each job that starts, though, one line. */
	LIVE_NONE,
	LIVE_TEXT,
	LIVE_KTAP,
	LIVE_LAVA,
};

struct expectations;

/**
 * All settings of one run. Strings and arrays are owned. Times are in seconds,
 * 0 means no limit.
 */
struct settings {
	char *name;
	char *test_root;
	char *results_path;
	/** File with test names, or NULL. */
	char *test_list;
	/** GRegex *, any of which lets a test in, or keeps it out. */
	GPtrArray *include;
	GPtrArray *exclude;
	/** `KEY=VALUE` for the tests, char *. */
	GPtrArray *environment;
	/** Given on to each test as `--hook`, char *. */
	GPtrArray *hooks;
	/** The command line that asked for the run, char *. */
	GPtrArray *cmdline;
	enum log_level log_level;
	enum prune_mode prune_mode;
	unsigned long per_test_timeout;
	unsigned long inactivity_timeout;
	unsigned long overall_timeout;
	/** Kernel messages of this level and below can change a result. */
	unsigned long dmesg_warn_level;
	/** Bytes that one subtest may print, kernel log included; 0: no limit. */
	unsigned long disk_usage_limit;
	/** Bits of enum abort_condition. */
	unsigned long abort_mask;
	/** Shell command that ends the run when it fails, or NULL. */
	char *abort_command;
	/** Program that collects what gcov counted, or NULL. */
	char *code_coverage_script;
	/** Directory of the control group for the tests, or NULL: they are in the runner's. */
	char *test_cgroup;
	/** Of the parts that a list is split into, the one to run, from 1; total 0: all of it. */
	unsigned long shard_index;
	unsigned long shard_total;
	/** One process runs several subtests. */
	bool multiple_mode;
	/** Kernel messages count if they match, not if they do not. */
	bool piglit_style_dmesg;
	bool facts;
	/** Look for leaks of kernel memory at the end, and with `_each` after each test. */
	bool kmemleak;
	bool kmemleak_each;
	bool use_watchdog;
	/** Have code_coverage_script run at the end, and with `_per_test` after each job. */
	bool code_coverage;
	bool code_coverage_per_test;
	bool dry_run;
	bool allow_non_root;
	bool sync;
	bool overwrite;
	bool list_all;
	/** A test that is missing is a skip with and without it. */
	bool ignore_missing;
	enum live_format report;
	/** The report goes into the kernel log instead of stdout. */
	bool report_to_kmsg;
	/** The exit status tells whether everything went as expected. */
	bool strict;
	/** NULL if no option has to do with them. */
	struct expectations *expectations;
};

/** Settings with the defaults of the command line. Freed with settings_free(). */
struct settings *settings_new(void);
void settings_free(struct settings *settings);

DEFINE_CLEANUP(struct settings *, settings_free);

/** dmesg_warn_level where none is given: the piglit style looks at one level more. */
unsigned long settings_default_dmesg_level(const struct settings *settings);

/** The text of metadata.txt. Caller frees with g_free(). */
char *settings_to_metadata(const struct settings *settings);

/** The text of environment.txt, or NULL if the tests get no variables. Caller frees. */
char *settings_to_environment(const struct settings *settings);

/** The text of hooks.txt, or NULL if there are none. Caller frees. */
char *settings_to_hooks(const struct settings *settings);

/**
 * Reads metadata.txt of results directory @dirfd (@path is its name in messages).
 * Unknown keys and values that cannot be read are warned about and ignored. What
 * other files hold, expressions, environment and hooks, stays empty. Logs, then
 * returns a negative errno, if the file cannot be read.
 */
int settings_read_metadata(int dirfd, const char *path, struct settings **ret);

/**
 * Reads environment.txt and hooks.txt, if there are any, on top of that: who runs the tests needs
 * them. Logs, then returns a negative errno, if one is there and cannot be read.
 */
int settings_read_surroundings(int dirfd, const char *path, struct settings *settings);

#endif

/* SPDX-License-Identifier: MIT */
/** What a run was asked to do, and its record in the results directory. */
#ifndef RUNNER_SETTINGS_H
#define RUNNER_SETTINGS_H

#include <glib.h>
#include <stdbool.h>

#include "cleanup.h"

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
	/** The command line that asked for the run, char *. */
	GPtrArray *cmdline;
	enum log_level log_level;
	enum prune_mode prune_mode;
	unsigned long per_test_timeout;
	unsigned long inactivity_timeout;
	unsigned long overall_timeout;
	/** Kernel messages of this level and below can change a result. */
	unsigned long dmesg_warn_level;
	/** Only read from records of other runners: one process ran several subtests. */
	bool multiple_mode;
	/** Only read: kernel messages count if they match, not if they do not. */
	bool piglit_style_dmesg;
	bool dry_run;
	bool allow_non_root;
	bool sync;
	bool overwrite;
	bool list_all;
	/** One line per finished subtest on stdout instead of one per started job. */
	bool report_text;
};

/** Settings with the defaults of the command line. Freed with settings_free(). */
struct settings *settings_new(void);
void settings_free(struct settings *settings);

DEFINE_CLEANUP(struct settings *, settings_free);

/** The text of metadata.txt. Caller frees with g_free(). */
char *settings_to_metadata(const struct settings *settings);

/** The text of environment.txt, or NULL if the tests get no variables. Caller frees. */
char *settings_to_environment(const struct settings *settings);

/**
 * Reads metadata.txt of results directory @dirfd (@path is its name in messages).
 * Unknown keys and values that cannot be read are warned about and ignored.
 * Only what a reader of results needs is taken over. Logs, then returns a
 * negative errno, if the file cannot be read.
 */
int settings_read_metadata(int dirfd, const char *path, struct settings **ret);

#endif

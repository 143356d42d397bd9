/* SPDX-License-Identifier: MIT */
/** The results directory: made for a run, refused if it holds another one's. */
#ifndef RUNNER_RESULTS_DIR_H
#define RUNNER_RESULTS_DIR_H

#include <glib.h>

#include "settings.h"

/** Names the boot of the machine in which the run began, or went on last. */
#define RESULTS_DIR_BOOT "boot.txt"

/**
 * Creates (with parents) or reuses settings->results_path. What an earlier run
 * left there is removed with --overwrite, else refused with -EEXIST, or with
 * -EBUSY while a runner is at work on it. Then the plan of this run is written
 * and flushed: joblist.txt, environment.txt, hooks.txt, and metadata.txt last,
 * which makes the directory a run's. As long as the descriptor is open nobody
 * else gets at it. Logs, then returns a negative errno.
 */
int results_dir_create(const struct settings *settings, const GPtrArray *jobs, int *ret_fd);

/**
 * Opens @path, the results directory of a run that is to go on. As long as the descriptor is open
 * nobody else gets at it. Logs, then returns a negative errno; -EBUSY if a runner is at work on it.
 */
int results_dir_open(const char *path, int *ret_fd);

/**
 * Reads joblist.txt of results directory @results_fd (@path is its name in messages). Logs, then
 * returns a negative errno, also if there are results of more jobs than it lists. Caller unrefs.
 */
int results_dir_read_jobs(int results_fd, const char *path, GPtrArray **ret);

/** Opens directory @index of a job. Negative errno, not logged. */
int results_dir_open_job(int results_fd, unsigned index, int *ret_fd);

/** The same; creates it if it is not there yet. */
int results_dir_add_job(int results_fd, unsigned index, bool sync, int *ret_fd);

/** Takes the end of the run back, since it goes on. Negative errno, not logged. */
int results_dir_reopen_run(int results_fd);

#endif

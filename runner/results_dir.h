/* SPDX-License-Identifier: MIT */
/** The results directory: made for a run, refused if it holds another one's. */
#ifndef RUNNER_RESULTS_DIR_H
#define RUNNER_RESULTS_DIR_H

#include <glib.h>

#include "settings.h"

/**
 * Creates (with parents) or reuses settings->results_path. What an earlier run
 * left there is removed with --overwrite, else refused with -EEXIST. Then the
 * plan of this run is written: joblist.txt, environment.txt, and metadata.txt
 * last, which makes the directory a run's. Logs, then returns a negative errno.
 */
int results_dir_create(const struct settings *settings, const GPtrArray *jobs, int *ret_fd);

/** Creates and opens directory @index of a job. Negative errno, not logged. */
int results_dir_add_job(int results_fd, unsigned index, bool sync, int *ret_fd);

#endif

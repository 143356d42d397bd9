/* SPDX-License-Identifier: MIT */
/** The command line and the environment of a job. */
#ifndef RUNNER_JOB_COMMAND_H
#define RUNNER_JOB_COMMAND_H

#include <glib.h>

#include "job_list.h"
#include "settings.h"

/** Where a test may leave files to go with its results, an absolute path. */
#define JOB_ENV_ATTACHMENTS "IGT_RUNNER_ATTACHMENTS_DIR"
/** The folder for it in a job's directory. */
#define JOB_ATTACHMENTS "attachments"

/**
 * `<binary> [--run-subtest a,b [--dynamic-subtest d]] [--hook H]...`, NULL-terminated; the first
 * word is the path. Caller unrefs.
 */
GPtrArray *job_command(const struct settings *settings, const struct job *job);

/** `KEY=VALUE` on top of the runner's own environment, for job @index. Caller unrefs. */
GPtrArray *job_environment(const struct settings *settings, unsigned index);

#endif

/* SPDX-License-Identifier: MIT */
/** The results folder beside results.json: which of its numbered folders a result is from. */
#ifndef RUNNER_REPORT_FOLDER_H
#define RUNNER_REPORT_FOLDER_H

#include <stddef.h>

#include "cleanup.h"

struct folder;

/** Never fails: what is not there, or cannot be read, is not known then. */
struct folder *folder_open(const char *path);
void folder_free(struct folder *folder);

DEFINE_CLEANUP(struct folder *, folder_free);

/** The job that gave the result @name (see report_entry), the last if there are several; or -1. */
int folder_job(const struct folder *folder, const char *name);

/**
 * Reads file @name of job @job, or of the run if @job is negative. NULL if there
 * is none. It ends in a NUL behind *ret_len bytes. Caller frees.
 */
char *folder_read(const struct folder *folder, int job, const char *name, size_t *ret_len);

#endif

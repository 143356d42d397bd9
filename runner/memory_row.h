/* SPDX-License-Identifier: MIT */
/** One row of a job's memory time line (see sampler.h), from /proc and debugfs. */
#ifndef RUNNER_MEMORY_ROW_H
#define RUNNER_MEMORY_ROW_H

#include <glib.h>
#include <sys/types.h>

/** Files that stay open between two rows. */
struct memory_source;

/** Of process @pid and what descends from it, and of cgroup.procs @procs_fd if that is not -1. */
struct memory_source *memory_source_new(int procs_fd, pid_t pid);
void memory_source_free(struct memory_source *source);

/** The lines before the first row. */
extern const char memory_row_header[];

/** Appends a row for @time, with its newline. */
void memory_row_add(struct memory_source *source, double time, GString *rows);

#endif

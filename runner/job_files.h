/* SPDX-License-Identifier: MIT */
/** The files in a job's directory that decide its results. */
#ifndef RUNNER_JOB_FILES_H
#define RUNNER_JOB_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "job_list.h"
#include "seal.h"
#include "transcript.h"

/** By enum sealed_file. Cleared with job_files_clear(). */
struct job_files {
	/** As bytes, with a NUL behind; NULL if there is no such file. */
	char *data[_SEALED_MAX];
	size_t len[_SEALED_MAX];
	enum seal_verdict seal[_SEALED_MAX];
};

/** Reads what there is in @job_fd. 0, or a negative errno for a file that cannot be read. */
int job_files_read(int job_fd, struct job_files *ret);
/**
 * Seals what there is in @job_fd, and hands it over, so that nobody has to read it once more. @sync
 * flushes the seal. 0 or a negative errno.
 */
int job_files_seal(int job_fd, bool sync, struct job_files *ret);
void job_files_clear(struct job_files *files);

/** The bytes of a file; "" if it is not there. The files own it. */
const char *job_files_data(const struct job_files *files, enum sealed_file file);

/**
 * What the job's processes said. Logs where the files are not what was recorded, and where @job is
 * not what was executed. May take data out of @files. Never NULL, caller frees.
 */
struct transcript *job_files_transcript(struct job_files *files, const struct job *job,
					unsigned index);

#endif

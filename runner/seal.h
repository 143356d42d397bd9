/* SPDX-License-Identifier: MIT */
/**
 * seal.txt of a job that is over: size and CRC-32 of the files that decide its results.
 * A disk that was not written to its end, or gives back something else, is found out by it; a
 * record without one, of a job that was cut off or of another runner, is taken as it is.
 */
#ifndef RUNNER_SEAL_H
#define RUNNER_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The files, in the order of their lines. */
enum sealed_file {
	SEALED_OUT,
	SEALED_ERR,
	SEALED_DMESG,
	SEALED_JOURNAL,
	SEALED_COMMS,
	_SEALED_MAX,
};

/** Their names in the job's directory. Static. */
const char *sealed_file_name(enum sealed_file file);

struct seal {
	struct {
		/** Else nothing is known of the file. */
		bool known;
		size_t size;
		uint32_t crc;
	} files[_SEALED_MAX];
};

/** What a file turns out to be. */
enum seal_verdict {
	/** As it was recorded, as far as anybody knows. */
	SEAL_HOLDS,
	/** The end is missing, or reads as zeros. */
	SEAL_CUT,
	/** Other bytes than were recorded; nobody knows which. */
	SEAL_BROKEN,
};

/**
 * Writes the seal of job directory @job_fd over @data, of @len bytes each; NULL: there is no such
 * file. @sync flushes it. 0 or a negative errno.
 */
int seal_write(int job_fd, char *const data[_SEALED_MAX], const size_t len[_SEALED_MAX],
	       bool sync);

/** Takes the seal off, since the record goes on. Also fine if there is none. Negative errno. */
int seal_remove(int job_fd);

/** Reads the seal. Never fails: where it says nothing, nothing is known. */
void seal_read(int job_fd, struct seal *ret);

/** Judges what was read of a file; NULL if it is not there. */
enum seal_verdict seal_check(const struct seal *seal, enum sealed_file file, const char *data,
			     size_t len);

#endif

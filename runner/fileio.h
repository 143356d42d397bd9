/* SPDX-License-Identifier: MIT */
/**
 * Small file helpers. All return 0 or a negative errno and log nothing: the
 * caller knows what the file is for. `ret_` outputs stay untouched on failure.
 */
#ifndef RUNNER_FILEIO_H
#define RUNNER_FILEIO_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

/** Cleanup handler behind `autofd`: closes *fd unless it is negative. */
static inline void fd_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/** Declares a file descriptor that is closed when it leaves scope. */
#define autofd __attribute__((cleanup(fd_closep))) int

/** Hands the descriptor over to the caller and leaves -1 behind. */
static inline int fd_steal(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

/** Writes all @len bytes, across short writes and EINTR. */
int fd_write_all(int fd, const void *data, size_t len);

/**
 * Flushes a file or directory to its medium. File systems that have no such
 * operation (EINVAL, EROFS, ENOTSUP) count as success: there is nothing to do.
 */
int fd_sync(int fd);

/**
 * Reads a whole file. *ret_text is NUL-terminated after *ret_len bytes (the
 * text itself may hold NULs) and is freed by the caller with g_free().
 */
int file_read_at(int dirfd, const char *name, char **ret_text, size_t *ret_len);

/** How file_write_at() treats a file that is there already. */
enum file_write_mode {
	FILE_CREATE_NEW,
	FILE_TRUNCATE,
};

/** Writes a whole file. @sync flushes it. -EEXIST with FILE_CREATE_NEW if it exists. */
int file_write_at(int dirfd, const char *name, const char *text, enum file_write_mode mode,
		  bool sync);

/**
 * Replaces a file atomically: a temporary in the same directory is written,
 * flushed and renamed. On failure the old file, if any, is still there, whole.
 */
int file_replace_at(int dirfd, const char *name, const char *data, size_t len);

/**
 * The same for a file that is written piece by piece. *ret_temporary, freed by the caller, is its
 * name until it is committed; to give it up, remove that. The descriptor stays the caller's.
 */
int file_replacement_open(int dirfd, const char *name, char **ret_temporary, int *ret_fd);
int file_replacement_commit(int dirfd, int fd, const char *temporary, const char *name);

/** Parses a decimal number in 0..@max without sign, blanks or rest; -EINVAL or -ERANGE. */
int parse_number(const char *text, unsigned long max, unsigned long *ret);

/** Seconds of @clock since its epoch. */
double clock_seconds(clockid_t clock);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Reading all there is below a directory, for what that makes the kernel do. Names are those of
 * IGT GPU Tools.
 */
#ifndef IGT_DIR_H
#define IGT_DIR_H

#include <stddef.h>

/** The path of the open file @fd, into @path. Returns 0 or a negative errno. */
int igt_dir_get_fd_path(int fd, char *path, size_t path_len);

/**
 * Called with the path of a file from the directory on, and @data. A negative result ends it.
 */
typedef int (*igt_dir_process_file_cb)(int dirfd, const char *filename, void *data);

/**
 * Call @callback for each regular file below @dirfd, @max_depth directories deep at most (-1: any
 * number), in the order of their names; links are not followed. Returns 0, a negative errno, or
 * the callback's negative result.
 */
int igt_dir_for_each_file(int dirfd, int max_depth, igt_dir_process_file_cb callback, void *data);

/**
 * Read every file below @dirfd that can be read, as root nearly all, and forget what is in it.
 * Reading may fail, for the kernel's own reasons; each such file is a line of the debug log. What
 * has no end is left after 16 MiB. Returns 0, or a negative errno if a directory cannot be read.
 */
int igt_dir_process_files_simple(int dirfd);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Small files of procfs, sysfs and debugfs: read whole, written with one write().
 */
#ifndef IGT_FILES_H
#define IGT_FILES_H

/** Read @path into a string in @ret_text that the caller frees. Returns 0 or a negative errno. */
int igt_file_read(const char *path, char **ret_text);

/** Write @text. Returns 0 or a negative errno; a short write is -EIO. */
int igt_file_write(const char *path, const char *text);

#endif

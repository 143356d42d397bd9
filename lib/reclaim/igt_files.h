/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Small files of procfs, sysfs and debugfs: read whole, written with one write().
 */
#ifndef IGT_FILES_H
#define IGT_FILES_H

#include <stdint.h>

/** Read @path into a string in @ret_text that the caller frees. Returns 0 or a negative errno. */
int igt_file_read(const char *path, char **ret_text);

/** Write @text. Returns 0 or a negative errno; a short write is -EIO. */
int igt_file_write(const char *path, const char *text);

/**
 * The number behind @key in text made of lines "key number", as memory.stat and /proc/vmstat are.
 * Returns 0, -ENOENT without such a line, -EINVAL when it is no number.
 */
int igt_entry_parse(const char *text, const char *key, uint64_t *ret_value);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Attributes in sysfs, of a DRM device or below any open directory. Names are those of IGT GPU
 * Tools.
 *
 * @dir is an open directory, @attr a path below it. Functions that return a bool or a value fail
 * the test when the attribute cannot be read or written; those with "__" do not.
 */
#ifndef IGT_SYSFS_H
#define IGT_SYSFS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The directory in sysfs of the node that @device is, into @path; NULL when it is no device. */
char *igt_sysfs_path(int device, char *path, int pathlen);
/** The same, opened, or -1; to be closed. */
int igt_sysfs_open(int device);

/** Whether there is such an attribute. */
bool igt_sysfs_has_attr(int dir, const char *attr);

/** One read() of up to @len bytes; returns how many, or a negative errno. */
ssize_t igt_sysfs_read(int dir, const char *attr, void *data, size_t len);
/** One write() of @len bytes; returns how many were taken, or a negative errno. */
ssize_t igt_sysfs_write(int dir, const char *attr, const void *data, size_t len);

/** All of an attribute without the newline at its end, to be freed, or NULL and errno. */
char *igt_sysfs_get(int dir, const char *attr);
/** Write @value. Returns whether all of it was taken. */
bool igt_sysfs_set(int dir, const char *attr, const char *value);

/** Read with scanf's conversions. Returns what scanf() does, or a negative errno. */
__attribute__((format(scanf, 3, 4)))
int igt_sysfs_scanf(int dir, const char *attr, const char *format, ...);
/** Write with printf's conversions. Returns what printf() does, or a negative errno. */
__attribute__((format(printf, 3, 4)))
int igt_sysfs_printf(int dir, const char *attr, const char *format, ...);
/** igt_sysfs_printf() with an argument list. */
__attribute__((format(printf, 3, 0)))
int igt_sysfs_vprintf(int dir, const char *attr, const char *format, va_list args);

/** @name Numbers, in any base that strtoull() tells from their first characters */
/** @{ */
/** Read or write a number. The forms with "__" return whether that was possible. */
bool __igt_sysfs_get_u32(int dir, const char *attr, uint32_t *value);
uint32_t igt_sysfs_get_u32(int dir, const char *attr);
bool __igt_sysfs_set_u32(int dir, const char *attr, uint32_t value);
void igt_sysfs_set_u32(int dir, const char *attr, uint32_t value);
bool __igt_sysfs_get_u64(int dir, const char *attr, uint64_t *value);
uint64_t igt_sysfs_get_u64(int dir, const char *attr);
bool __igt_sysfs_set_u64(int dir, const char *attr, uint64_t value);
void igt_sysfs_set_u64(int dir, const char *attr, uint64_t value);
/** @} */

/** @name Booleans: 1, Y, y or true; 0, N, n or false; written as 1 or 0 */
/** @{ */
/** Read or write a boolean. The forms with "__" return whether that was possible. */
bool __igt_sysfs_get_boolean(int dir, const char *attr, bool *value);
bool igt_sysfs_get_boolean(int dir, const char *attr);
bool __igt_sysfs_set_boolean(int dir, const char *attr, bool value);
void igt_sysfs_set_boolean(int dir, const char *attr, bool value);
/** @} */

#endif

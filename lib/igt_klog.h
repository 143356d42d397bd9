/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: did the kernel warn of itself?
 *
 * A WARN, an oops or a report of a checker is the kernel's own verdict that something is wrong
 * inside. A runner sees them as well; this is for claims that are about nothing else.
 */
#ifndef IGT_KLOG_H
#define IGT_KLOG_H

#include <stdbool.h>
#include <stddef.h>

/** Look at what the kernel logs from now on, until the subtest ends. Skips where one may not. */
void igt_klog_start(void);

/**
 * The first warning since igt_klog_start(), or since the last call that returned one: false if
 * there was none, else its line is in @text.
 */
bool igt_klog_warned(char *text, size_t size);

/** Fail, "claim: the kernel warns: ...", if the kernel warned since igt_klog_start(). */
void igt_klog_assert_quiet(const char *claim);

/**
 * The text of a record of /dev/kmsg, and whether it is the first line of a warning. Returns the
 * start of the text in @record, or NULL when it is no record.
 */
const char *igt_klog_parse(const char *record, bool *ret_warning);

#endif

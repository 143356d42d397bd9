/* SPDX-License-Identifier: MIT */
/** Short names for results folders. */
#ifndef RUNNER_REPORT_LABELS_H
#define RUNNER_REPORT_LABELS_H

#include <glib.h>

/** The last two parts of @path, valid UTF-8: `2026-11-21T09-02-16/t860`. Caller frees. */
char *label_of(const char *path);

/**
 * As much of each of @paths (@count) as tells them apart: `monday/t860` and
 * `tuesday/t860` become `monday` and `tuesday`. Caller frees with g_strfreev().
 */
char **labels_of(const char *const *paths, unsigned count);

#endif

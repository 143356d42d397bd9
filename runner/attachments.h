/* SPDX-License-Identifier: MIT */
/** Files that tests and their hooks left with the results of a job. */
#ifndef RUNNER_ATTACHMENTS_H
#define RUNNER_ATTACHMENTS_H

#include <glib.h>

/**
 * Lists what is in the attachments of job @index in results directory @path: lower-case name of a
 * test (char *) -> files, by their paths below @path (GPtrArray of char *, sorted). NULL if there
 * are none; a folder that cannot be read counts as empty. All is valid UTF-8. Caller unrefs.
 */
GHashTable *attachments_list(const char *path, unsigned index);

#endif

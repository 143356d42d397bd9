/* SPDX-License-Identifier: MIT */
/**
 * A file with one JSON object, written member by member, so that only the names of what was written
 * stay in memory. It takes the place of an earlier one when it is complete, or never.
 */
#ifndef RUNNER_JSON_FILE_H
#define RUNNER_JSON_FILE_H

#include <stdbool.h>

#include "cleanup.h"

struct json_object;
struct json_file;

/**
 * Begins file @name in @dirfd, which must stay open. What goes wrong from here on, the file keeps
 * to itself until json_file_commit(). Caller frees, which drops what was not committed.
 */
struct json_file *json_file_new(int dirfd, const char *name);
void json_file_free(struct json_file *file);

DEFINE_CLEANUP(struct json_file *, json_file_free);

/**
 * Adds a member to the innermost object that is open. Of several with one key the last one stays.
 * Takes over @value. @key is valid UTF-8.
 */
void json_file_add(struct json_file *file, const char *key, struct json_object *value);

/** True if the innermost object that is open has such a member. */
bool json_file_has(const struct json_file *file, const char *key);

/** Opens a member of the outermost object that is an object itself, and closes it. */
void json_file_begin(struct json_file *file, const char *key);
void json_file_end(struct json_file *file);

/** Closes the outermost object and puts the file in its place. 0 or a negative errno. */
int json_file_commit(struct json_file *file);

#endif

/* SPDX-License-Identifier: MIT */
/** Valid UTF-8 out of whatever a test, a kernel or a dying disk wrote. */
#ifndef RUNNER_UTF8_H
#define RUNNER_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** True if the bytes are valid UTF-8 without NULs as they are. */
bool utf8_is_clean(const char *bytes, size_t len);

/**
 * Copies @len bytes as valid UTF-8 without NULs. Well-formed sequences stay as
 * they are. A byte that belongs to none is taken for Latin-1 (so the original
 * can be told, as other IGT result writers do it). NUL becomes U+FFFD: it would
 * end the string for C consumers of the JSON.
 * The caller frees the result with g_free().
 */
char *utf8_from_bytes(const char *bytes, size_t len);

#endif

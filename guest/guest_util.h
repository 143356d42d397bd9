/* SPDX-License-Identifier: MIT */
/**
 * Small things every source of igt_guest uses: errors with a sentence, clocks,
 * and a reader that cuts a byte stream into lines.
 */
#ifndef GUEST_UTIL_H
#define GUEST_UTIL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/** Closes *fd if it is open, keeps errno, and marks it closed. For cleanup attributes. */
void guest_close(int *fd);

#define _cleanup_close_ __attribute__((cleanup(guest_close)))

/**
 * Returns -err and stores the formatted sentence in *ret_why (owned by the
 * caller, g_free). The sentence says what is wrong, where, and what to do; main
 * prints it once. ret_why may be NULL.
 */
int guest_fail(char **ret_why, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** CLOCK_MONOTONIC in milliseconds. */
int64_t guest_now_ms(void);

/** Writes all of buf to a blocking descriptor. Returns 0 or a negative errno. */
int guest_write_all(int fd, const void *buf, size_t len);

/**
 * Bytes in, lines out. A line longer than GUEST_LINE_MAX is handed on in pieces,
 * so that a guest that never ends a line cannot fill the host's memory.
 */
#define GUEST_LINE_MAX 65536

struct guest_lines {
	GString *pending; /* NULL until the first bytes arrive */
};

/** Called for each line: no end of line, bytes that are no printable text replaced by '?'. */
typedef void (*guest_line_fn)(const char *line, void *data);

/** Feeds len bytes and calls fn for each line that they complete. */
void guest_lines_feed(struct guest_lines *lines, const char *buf, size_t len, guest_line_fn fn,
		      void *data);

/** Hands a last line without line end to fn, and frees the buffer. */
void guest_lines_finish(struct guest_lines *lines, guest_line_fn fn, void *data);

/** Removes a directory and everything below it; does not follow links. Returns 0 or -errno. */
int guest_remove_tree(const char *path);

/** Removes the directory *path (if not NULL) and frees the string. For cleanup attributes. */
void guest_remove_treep(char **path);

#define _cleanup_tree_ __attribute__((cleanup(guest_remove_treep)))

#endif

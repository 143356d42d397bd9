/* SPDX-License-Identifier: MIT */
/**
 * @file
 * From an address of this process to a line of source, by its debug information. Nothing here is
 * for tests.
 */
#ifndef IGT_SOURCE_LINE_H
#define IGT_SOURCE_LINE_H

#include <stdbool.h>
#include <stdint.h>

/** Where an instruction comes from. */
struct igt_source_line {
	const char *file; /**< until igt_source_lines_close(), as is function */
	int line;	      /**< in it */
	const char *function; /**< that it is in */
};

/**
 * Get ready: loads libdw, which no test needs as long as it passes. Where it is not there, or
 * was not when this was built, no line is found.
 */
void igt_source_lines_open(void);
/** Find the line of the instruction at @address; false when nothing tells it. */
bool igt_source_line_find(uintptr_t address, struct igt_source_line *ret_line);
/** Free what igt_source_lines_open() and igt_source_line_find() have read. */
void igt_source_lines_close(void);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * The process that makes pressure, and what it is told. Nothing here is for tests.
 */
#ifndef IGT_PRESSURE_WORKER_H
#define IGT_PRESSURE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "reclaim/igt_self.h"

/** To it: allocate or read so many bytes more. */
struct igt_pressure_order {
	uint64_t bytes;
	bool fill; /**< with what does not compress; otherwise the pages are only there */
	bool huge; /**< as huge pages, if the kernel has some; not with fill */
};

/** From it: done. */
struct igt_pressure_answer {
	int result;	/**< 0 or a negative errno */
};

/** Started with a socket, and for page cache the file that it reads. */
extern const struct igt_self_program igt_pressure_anon, igt_pressure_file;

#endif

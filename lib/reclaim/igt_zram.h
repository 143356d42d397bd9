/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A zram device for the time of a test, to be used as a disk: what is written to it takes memory,
 * which the kernel allocates while it writes, without doing I/O.
 */
#ifndef IGT_ZRAM_H
#define IGT_ZRAM_H

#include <stdint.h>

/**
 * Add a zram device of @bytes, a multiple of the page size, with nothing written to it. Returns its
 * path, which is good until the next call. It is removed with the subtest, or when a fixture called
 * this, the test, also by SIGKILL; see igt_undo.h. Whoever opened it has to have closed it then.
 * Skips, with the reason, where there is no zram.
 */
const char *igt_zram_disk(uint64_t bytes);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Swap for the time of a test: a zram device of its own, or where there is no zram, a file.
 *
 * It is used before any other swap that is active. igt_swap_off() ends it, at the latest when the
 * subtest that called igt_swap_on() does, or, when a fixture called it, the test, also by SIGKILL;
 * see igt_undo.h. Device or file go with it; a module that was loaded for it goes with the subtest
 * or test.
 */
#ifndef IGT_SWAP_H
#define IGT_SWAP_H

#include <stddef.h>
#include <stdint.h>

/**
 * Activate swap for @bytes, a multiple of the page size. zram takes memory only as it fills; a
 * file takes room on a disk, of the first of /var/tmp, /tmp and / that can hold swap. Skips, with
 * all reasons, where neither is to be had. One area at a time.
 */
void igt_swap_on(uint64_t bytes);

/** igt_swap_on() with a file in @directory. */
void igt_swap_on_file(const char *directory, uint64_t bytes);

/** Bring back what is in the swap, and deactivate it. Fine when it is not on. */
void igt_swap_off(void);

/**
 * Write the signature of a swap area of @bytes into @page, its first @page_size bytes. Returns 0,
 * or -EINVAL when @bytes is no multiple of the page size, or too small or large for an area.
 */
int igt_swap_header(void *page, size_t page_size, uint64_t bytes);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Swap for the time of a test: a zram device of its own.
 *
 * igt_swap_off() ends it, at the latest when the subtest that called igt_swap_on() does, or, when
 * a fixture called it, the process, be it by a signal. What is left is an unused, empty device,
 * which the next igt_swap_on() takes.
 */
#ifndef IGT_SWAP_H
#define IGT_SWAP_H

#include <stddef.h>
#include <stdint.h>

/**
 * Activate swap for @bytes, a multiple of the page size. It takes memory only as it fills. Skips,
 * with the reason, where zram or swap are not to be had. One area at a time.
 */
void igt_swap_on(uint64_t bytes);

/** Bring back what is in the swap of igt_swap_on(), and deactivate it. Fine when it is not on. */
void igt_swap_off(void);

/**
 * Write the signature of a swap area of @bytes into @page, its first @page_size bytes. Returns 0,
 * or -EINVAL when @bytes is no multiple of the page size, or too small or large for an area.
 */
int igt_swap_header(void *page, size_t page_size, uint64_t bytes);

#endif

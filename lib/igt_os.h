/* SPDX-License-Identifier: MIT */
/**
 * @file
 * How much memory the machine has, and whether that suffices. Names are those of IGT GPU Tools.
 */
#ifndef IGT_OS_H
#define IGT_OS_H

#include <stdbool.h>
#include <stdint.h>

/** RAM that is there, in MiB. */
uint64_t igt_get_total_ram_mb(void);
/** RAM that can be allocated now, in MiB. */
uint64_t igt_get_avail_ram_mb(void);
/** Swap that is active, in MiB, used or free. */
uint64_t igt_get_total_swap_mb(void);

/** For igt_require_memory(): objects are kept in RAM. */
#define CHECK_RAM 0x1
/** For igt_require_memory(): objects may be in swap, too. */
#define CHECK_SWAP 0x2

/**
 * Whether @count objects of @size bytes, and what the kernel needs to keep track of them, fit into
 * RAM that can be allocated now and, with CHECK_SWAP in @mode, free swap. The figures are in bytes;
 * what does not fit into 64 bits is UINT64_MAX.
 */
bool __igt_check_memory(uint64_t count, uint64_t size, unsigned int mode, uint64_t *ret_required,
			uint64_t *ret_total);
/** Skip, with the figures, unless they fit. */
void igt_require_memory(uint64_t count, uint64_t size, unsigned int mode);

#endif

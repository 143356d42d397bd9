/* SPDX-License-Identifier: MIT */
/**
 * @file
 * How much memory the machine has, and whether that suffices. Names are those of IGT GPU Tools.
 */
#ifndef IGT_OS_H
#define IGT_OS_H

#include <stdbool.h>
#include <stdint.h>

/** In MiB: RAM that is there, RAM that can be allocated now, and swap that is active. */
uint64_t igt_get_total_ram_mb(void);
uint64_t igt_get_avail_ram_mb(void);
uint64_t igt_get_total_swap_mb(void);

/** What objects may be kept in, for igt_require_memory(). */
#define CHECK_RAM 0x1
#define CHECK_SWAP 0x2

/**
 * Whether @count objects of @size bytes, and what the kernel needs to keep track of them, fit into
 * RAM that can be allocated now and, with CHECK_SWAP in @mode, all swap. The figures are in bytes;
 * what does not fit into 64 bits is UINT64_MAX.
 */
bool __igt_check_memory(uint64_t count, uint64_t size, unsigned int mode, uint64_t *ret_required,
			uint64_t *ret_total);
/** Skip, with the figures, unless they fit. */
void igt_require_memory(uint64_t count, uint64_t size, unsigned int mode);

#endif

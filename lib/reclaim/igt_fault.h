/* SPDX-License-Identifier: MIT */
/**
 * Oracle: are the pages of a mapping still in the page tables?
 *
 * Reading a page that is costs no fault; after the kernel zapped the mapping each page costs a
 * minor one. The counter is the thread's own, so nobody else disturbs it.
 */
#ifndef IGT_FAULT_H
#define IGT_FAULT_H

#include <stdint.h>

/** Read one byte of each page from @start on; returns the minor faults that took. */
uint64_t igt_faults_reading(const void *start, uint64_t bytes);

#endif

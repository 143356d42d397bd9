/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: are the pages of a mapping still in the page tables?
 *
 * Reading a page that is costs no fault; after the kernel zapped the mapping each page costs a
 * minor one. The counter is the thread's own, so nobody else disturbs it; but the thread's code may
 * be paged, too, so it is pages that are counted, not their faults.
 */
#ifndef IGT_FAULT_H
#define IGT_FAULT_H

#include <stdint.h>

/** Read one byte of each page from @start on; returns how many took a minor fault. */
uint64_t igt_faults_reading(const void *start, uint64_t bytes);

#endif

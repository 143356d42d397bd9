/* SPDX-License-Identifier: MIT */
/**
 * A process that has the kernel scan for memory all the time, beside what a test does.
 */
#ifndef RECLAIM_SCANNER_H
#define RECLAIM_SCANNER_H

#include <stdbool.h>
#include <stdint.h>

struct gem_device;

/** Far more than there is: a scan for so many looks at all BOs. */
#define SCAN_ALL_PAGES 65536

/** Start it; it ends with scanner_stop(), or when the subtest fails. One at a time. */
void scanner_start(struct gem_device *dev);

/**
 * Wait until the scan that is going on has ended, and @scans that begin after it. Returns false if
 * that takes longer than @timeout_ms.
 */
bool scanner_await(unsigned int scans, unsigned int timeout_ms);

/** End it, waiting for the scan that it is at. Returns how long the longest took, in ms. */
unsigned int scanner_stop(void);

#endif

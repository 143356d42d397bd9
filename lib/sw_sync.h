/* SPDX-License-Identifier: MIT */
/**
 * Fences that are signalled when a test says so (CONFIG_SW_SYNC). Names are those of IGT GPU
 * Tools.
 */
#ifndef SW_SYNC_H
#define SW_SYNC_H

#include <stdint.h>

/** Skip unless timelines can be created. */
void igt_require_sw_sync(void);

/** A new timeline, at 0; to be closed. Closing it signals, with an error, what waits on it. */
int sw_sync_timeline_create(void);

/**
 * sw_sync_timeline_create() for the subtest that runs, at whose end it is closed: what still waits
 * goes on then, also when the subtest fails. Skips as igt_require_sw_sync() does.
 */
int sw_sync_timeline_of_subtest(void);

/** A sync_file whose fence signals when the timeline reaches @seqno; to be closed. */
int sw_sync_timeline_create_fence(int timeline, uint32_t seqno);

/** Advance the timeline; fences have signalled when this returns. */
void sw_sync_timeline_inc(int timeline, uint32_t count);

#endif

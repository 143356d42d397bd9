/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Fences that are signalled when a test says so (CONFIG_SW_SYNC), and what any sync_file tells.
 * Names are those of IGT GPU Tools.
 */
#ifndef SW_SYNC_H
#define SW_SYNC_H

#include <stdint.h>

/** Status of a fence that ended badly; in fact it is the negative errno of that. */
#define SW_SYNC_FENCE_STATUS_ERROR (-1)
/** Status of a fence that has not signalled. */
#define SW_SYNC_FENCE_STATUS_ACTIVE 0
/** Status of a fence that has. */
#define SW_SYNC_FENCE_STATUS_SIGNALED 1

/** Skip unless timelines can be created. */
void igt_require_sw_sync(void);

/** A new timeline, at 0; to be closed. Closing it signals, with an error, what waits on it. */
int sw_sync_timeline_create(void);

/**
 * sw_sync_timeline_create() for the subtest that runs, at whose end it is closed: what still waits
 * goes on then, also when the subtest fails. Skips as igt_require_sw_sync() does.
 */
int sw_sync_timeline_of_subtest(void);

/** Advance the timeline; fences have signalled when this returns. */
void sw_sync_timeline_inc(int timeline, uint32_t count);

/** A sync_file whose fence signals when the timeline reaches @seqno, or a negative errno. */
int __sw_sync_timeline_create_fence(int timeline, uint32_t seqno);
/** __sw_sync_timeline_create_fence() that fails the test; to be closed. */
int sw_sync_timeline_create_fence(int timeline, uint32_t seqno);

/** A sync_file that signals when both have, to be closed, or a negative errno. */
int sync_fence_merge(int fence1, int fence2);
/** Wait up to @timeout_ms, -1: for ever. Returns 0, -ETIME, or -EINVAL: this is no fence. */
int sync_fence_wait(int fence, int timeout_ms);
/** SW_SYNC_FENCE_STATUS_ACTIVE or ..._SIGNALED, else a negative errno: the fence's or ours. */
int sync_fence_status(int fence);
/** How many fences the sync_file is made of, or a negative errno. */
int sync_fence_count(int fence);
/** How many of them have this @status, or a negative errno. */
int sync_fence_count_status(int fence, int status);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Timelines of sw_sync, and their sync_files.
 */
#include <errno.h>
#include <unistd.h>

#include "core/helpers.h"
#include "igt.h"
#include "sw_sync.h"

static void fence_signals_at_its_point(void)
{
	const int timeline = sw_sync_timeline_create();
	const int fence = sw_sync_timeline_create_fence(timeline, 2);

	igt_assert_eq(sync_fence_status(fence), SW_SYNC_FENCE_STATUS_ACTIVE);
	igt_assert_eq(sync_fence_wait(fence, 0), -ETIME);
	sw_sync_timeline_inc(timeline, 1);
	igt_assert_eq(sync_fence_wait(fence, 0), -ETIME);
	sw_sync_timeline_inc(timeline, 1);
	igt_assert_eq(sync_fence_wait(fence, -1), 0);
	igt_assert_eq(sync_fence_status(fence), SW_SYNC_FENCE_STATUS_SIGNALED);
	close(fence);
	close(timeline);
}

static void merged_fence_waits_for_all(void)
{
	const int timeline[] = {sw_sync_timeline_create(), sw_sync_timeline_create()};
	const int fence[] = {
		sw_sync_timeline_create_fence(timeline[0], 1),
		sw_sync_timeline_create_fence(timeline[1], 1),
	};
	const int merged = sync_fence_merge(fence[0], fence[1]);

	igt_assert_fd(merged);
	igt_assert_eq(sync_fence_count(merged), 2);
	igt_assert_eq(sync_fence_count_status(merged, SW_SYNC_FENCE_STATUS_ACTIVE), 2);
	sw_sync_timeline_inc(timeline[0], 1);
	igt_assert_eq(sync_fence_count_status(merged, SW_SYNC_FENCE_STATUS_ACTIVE), 1);
	igt_assert_eq(sync_fence_count_status(merged, SW_SYNC_FENCE_STATUS_SIGNALED), 1);
	igt_assert_eq(sync_fence_wait(merged, 0), -ETIME);
	sw_sync_timeline_inc(timeline[1], 1);
	igt_assert_eq(sync_fence_wait(merged, 0), 0);
	igt_assert_eq(sync_fence_merge(merged, -1), -ENOENT);
	for (int i = 0; i < 2; i++) {
		close(fence[i]);
		close(timeline[i]);
	}
	close(merged);
}

static void closing_a_timeline_fails_its_fences(void)
{
	const int timeline = sw_sync_timeline_create();
	const int fence = __sw_sync_timeline_create_fence(timeline, 1);

	igt_assert_fd(fence);
	close(timeline);
	igt_assert_eq(sync_fence_wait(fence, 0), 0);
	igt_assert_lte(sync_fence_status(fence), SW_SYNC_FENCE_STATUS_ERROR);
	close(fence);
	igt_assert_eq(__sw_sync_timeline_create_fence(-1, 1), -EBADF);
}

void helpers_sw_sync(void)
{
	igt_fixture()
		igt_require_sw_sync();

	igt_describe("A fence signals when its timeline reaches it, and not before");
	igt_subtest("fence-signals-at-its-point")
		fence_signals_at_its_point();

	igt_describe("A merged fence has two, and signals with the later one");
	igt_subtest("merged-fence-waits-for-all")
		merged_fence_waits_for_all();

	igt_describe("Fences of a timeline that is closed end with an error");
	igt_subtest("closed-timeline-fails-fences")
		closing_a_timeline_fails_its_fences();
}

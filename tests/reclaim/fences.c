/* SPDX-License-Identifier: MIT */
/**
 * Fences as others put them on BOs: any number of them, at any time, and not always with success.
 */
#include <linux/dma-buf.h>
#include <unistd.h>

#include "dmabuf_sync_file.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/busy.h"
#include "reclaim/evict.h"
#include "reclaim/fences.h"
#include "reclaim/igt_fault.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"
#include "reclaim/scanner.h"
#include "sw_sync.h"

#define BO_BYTES KiB(256)

/* What a scan takes at most, on a machine that has other things to do. */
#define SCAN_MS 10000

static void assert_taken(struct gem_bo *bo, const char *claim)
{
	igt_reclaim(bo->dev, RECLAIM_SHRINKER, bo->bytes);
	evict_assert_taken(bo, claim);
}

static void assert_left(struct gem_bo *bo, const char *claim)
{
	igt_reclaim(bo->dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, claim);
}

static void failed_counts_as_signalled(struct gem_device *dev, enum gem_advice advice)
{
	struct gem_bo *bo;
	int timeline, fence;

	igt_require_sw_sync();
	igt_require_free_memory(BO_BYTES);
	timeline = sw_sync_timeline_create();
	fence = sw_sync_timeline_create_fence(timeline, 1);
	evict_leftovers(dev);
	bo = busy_bo(dev, BO_BYTES, advice, DMA_BUF_SYNC_WRITE, &fence, 1);
	assert_left(bo, "a BO with a fence that may still fail is kept");

	/* Nobody can signal it now, so the kernel does, with an error. */
	close(timeline);
	igt_assert_f(sync_fence_status(fence) < 0, "the fence of a closed timeline has status %d, "
		     "expected an error\n", sync_fence_status(fence));
	close(fence);
	assert_taken(bo, "a fence that failed protects nothing");
}

/** FE09: a fence that ends with an error has ended, and does not keep the BO from being evicted. */
void fences_failed_allow_eviction(struct gem_device *dev)
{
	failed_counts_as_signalled(dev, GEM_WILLNEED);
}

/** FE09: a fence that ended with an error keeps no BO that is lent from being purged. */
void fences_failed_allow_purge(struct gem_device *dev)
{
	failed_counts_as_signalled(dev, GEM_DONTNEED);
}

#define FENCES 64

/* Of one subtest. Fences of a single timeline would be one, the last. */
static struct timelines {
	int timelines[FENCES];
	int fences[FENCES];
	int count;
} all;

static void close_timelines(void *data)
{
	for (; all.count > 0; all.count--) {
		close(all.timelines[all.count - 1]);
		close(all.fences[all.count - 1]);
	}
}

static void make_timelines(void)
{
	igt_require_sw_sync();
	igt_on_subtest_end(close_timelines, NULL);
	for (int i = 0; i < FENCES; i++) {
		all.timelines[i] = sw_sync_timeline_create();
		all.fences[i] = sw_sync_timeline_create_fence(all.timelines[i], 1);
		all.count++;
	}
}

static int merge(void)
{
	int merged = sync_fence_merge(all.fences[0], all.fences[1]);

	for (int i = 2; i < FENCES; i++) {
		const int former = merged;

		igt_assert_fd(former);
		merged = sync_fence_merge(former, all.fences[i]);
		close(former);
	}
	igt_assert_fd(merged);
	igt_assert_eq(sync_fence_count(merged), FENCES);
	return merged;
}

static void last_counts(struct gem_device *dev, enum gem_advice advice)
{
	struct gem_bo *of_file, *one_by_one;
	int merged;

	igt_require_free_memory(2 * BO_BYTES);
	make_timelines();
	merged = merge();
	evict_leftovers(dev);
	of_file = busy_bo(dev, BO_BYTES, advice, DMA_BUF_SYNC_READ, &merged, 1);
	one_by_one = busy_bo(dev, BO_BYTES, advice, DMA_BUF_SYNC_READ, all.fences, FENCES);
	close(merged);

	for (int i = 0; i < FENCES; i++) {
		if (i % 8 == 0 || i == FENCES - 1) {
			assert_left(of_file, "a BO with some fences of a file left is kept");
			igt_assert_bo_resident(one_by_one,
					       "a BO with some of its fences left is kept");
		}
		/* In another order than they were made. */
		sw_sync_timeline_inc(all.timelines[(29 * i + 17) % FENCES], 1);
	}
	assert_taken(of_file, "when all fences of a file have signalled the BO can go");
	evict_assert_taken(one_by_one, "when all its fences have signalled a BO can go");
}

/**
 * FE10: of 64 fences, in one file or one by one, the last that signals counts, whichever it is: the
 * BO is not evicted before.
 */
void fences_last_allows_eviction(struct gem_device *dev)
{
	last_counts(dev, GEM_WILLNEED);
}

/** FE10: of 64 fences the last that signals counts: a BO that is lent is not purged before. */
void fences_last_allows_purge(struct gem_device *dev)
{
	last_counts(dev, GEM_DONTNEED);
}

/* A whole scan passes, and no page of the BO, which is there and busy, is taken. */
static void assert_spared(struct gem_bo *bo, const char *claim)
{
	igt_assert_f(scanner_await(1, SCAN_MS), "no scan ends within %d ms\n", SCAN_MS);
	igt_assert_bo_resident(bo, claim);
}

#define ROUNDS 10

/**
 * FE11: fences come to a BO and signal while scans go on; from when a fence is there until it has
 * signalled the BO is left alone, and what is written between is there the next time.
 */
void fences_come_and_go(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();
	unsigned int evicted = 0;
	struct gem_bo *bo;
	int dmabuf;

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	bo = gem_bo_filled(dev, BO_BYTES);
	/* By which fences come to a BO that is not exported any more. */
	dmabuf = dup(gem_bo_export(bo));
	igt_assert_fd(dmabuf);
	busy_leave_to_mapping(bo);
	scanner_start(dev);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		dmabuf_import_timeline_fence(dmabuf, i % 2 ? DMA_BUF_SYNC_READ : DMA_BUF_SYNC_WRITE,
					     timeline, i + 1);
		/* Back, if it has gone since. */
		igt_assert_bo_content(bo, "a BO is whole when it gets a fence");
		assert_spared(bo, "a BO is left alone from when a fence is there");
		gem_bo_fill(bo);
		sw_sync_timeline_inc(timeline, 1);
		igt_assert_f(scanner_await(1, SCAN_MS), "no scan ends within %d ms\n", SCAN_MS);
		/* One page brings all back, but each takes a fault of its own. */
		igt_assert_f(!igt_sigbus_probe(bo->map, IGT_ACCESS_READ).raised,
			     "reading a BO without fences raises SIGBUS\n");
		evicted += igt_faults_reading(bo->map, bo->bytes) > 0;
		igt_assert_bo_content(bo, "what is written behind a fence survives");
	}
	scanner_stop();
	close(dmabuf);
	igt_info("evicted between %u of %u fences\n", evicted, ROUNDS);
	igt_assert_f(evicted > 0, "of %u times that no fence was left the BO was never evicted\n",
		     ROUNDS);
}

/** FE11: while scans go on, BOs that are lent stay as long as they have a fence, and go then. */
void fences_come_and_go_on_lent(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	scanner_start(dev);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		const int fence = sw_sync_timeline_create_fence(timeline, i + 1);
		struct gem_bo *bo = busy_bo(dev, BO_BYTES, GEM_DONTNEED,
					    i % 2 ? DMA_BUF_SYNC_READ : DMA_BUF_SYNC_WRITE, &fence,
					    1);

		close(fence);
		/* Back, if there is swap and it was evicted before it had its fence. */
		igt_assert_bo_content(bo, "a BO is whole when it gets a fence");
		assert_spared(bo, "a BO that is lent is left alone while it has a fence");
		sw_sync_timeline_inc(timeline, 1);
		igt_assert_f(scanner_await(1, SCAN_MS), "no scan ends within %d ms\n", SCAN_MS);
		igt_assert_bo_purged(bo, "a BO that is lent goes when its fence has signalled");
		gem_bo_free(bo);
	}
	scanner_stop();
}

static void assert_waiting_moves_nothing(struct gem_bo *bo, const char *what)
{
	const uint64_t before = igt_reclaimable(bo->dev);

	igt_assert_f(!gem_bo_is_busy(bo), "a BO that was %s is told busy\n", what);
	gem_bo_wait_idle(bo);
	evict_assert_counted(bo->dev, before, 0, "to wait for a BO brings nothing back");
}

/** FE05: who waits for an evicted BO is told at once that it is idle, and it stays where it is. */
void fences_wait_for_evicted_moves_nothing(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);

	assert_waiting_moves_nothing(bo, "evicted");
	igt_assert_bo_evicted(bo, "a BO that is waited for stays evicted");
}

/** FE05: who waits for a purged BO is told at once that it is idle, and it stays purged. */
void fences_wait_for_purged_moves_nothing(struct gem_device *dev)
{
	struct gem_bo *bo = purged_bo(dev, BO_BYTES);

	assert_waiting_moves_nothing(bo, "purged");
	igt_assert_bo_purged(bo, "a BO that is waited for stays purged");
}

/* SPDX-License-Identifier: MIT */
/**
 * What the GPU has to do with BOs that are lent and purged.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "reclaim/gpu_use.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"
#include "sw_sync.h"

#define BO_BYTES MiB(1)

/* A word between the marks at a page's start and end, in the BO's last page. */
#define WORD (BO_BYTES - 1024)
#define BEFORE UINT64_C(0)
#define VALUE UINT64_C(0x0123456789abcdef)

/*
 * A driver may take a BO for busy until it has cleaned up behind the job, a moment after the
 * fence. So an idle BO is scanned for until it is gone.
 */
#define SETTLE_MS 2000

/* Of BOs that nobody may touch, before and behind the one that is purged. */
#define NEIGHBOURS 4

static uint64_t word_of(const struct gem_bo *bo)
{
	return ((volatile uint64_t *)bo->map)[WORD / sizeof(uint64_t)];
}

static void assert_word(const struct gem_bo *bo, uint64_t expected, const char *claim)
{
	errno = 0;
	igt_assert_f(word_of(bo) == expected, "%s: %s reads %#" PRIx64 ", expected %#" PRIx64 "\n",
		     claim, bo->label, word_of(bo), expected);
}

static void gpu_write(struct gem_bo *bo, uint64_t value, int after)
{
	int r = gem_bo_gpu_write(bo, WORD, value, after);

	igt_assert_f(r == 0, "%s: having the GPU write to it: %s\n", bo->label, strerror(-r));
}

static void assert_purged_soon(struct gem_bo *bo, const char *claim)
{
	const uint64_t pages = bo->pages;
	bool gone;

	gone = igt_wait(igt_reclaim(bo->dev, RECLAIM_SHRINKER, bo->bytes).pages >= pages,
			SETTLE_MS, 10);
	errno = 0;
	igt_assert_f(gone, "%s: no scan within %d ms frees it\n", claim, SETTLE_MS);
	igt_assert_bo_purged(bo, claim);
}

/** PF02: the pages of a BO are there for what is queued to be done with it. B99: they were not. */
void gpu_use_queued_is_kept(struct gem_device *dev)
{
	struct gem_bo *bo;
	int timeline, fence;

	gem_require_gpu_write(dev);
	igt_require_memory(BO_BYTES);
	timeline = sw_sync_timeline_of_subtest();
	fence = sw_sync_timeline_create_fence(timeline, 1);
	bo = gem_bo_filled(dev, BO_BYTES);

	gpu_write(bo, VALUE, fence);
	close(fence);
	igt_assert_f(gem_bo_is_busy(bo), "%s has work queued and is told idle\n", bo->label);
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, "a BO with work queued is not purged");

	sw_sync_timeline_inc(timeline, 1);
	gem_bo_wait_idle(bo);
	assert_word(bo, VALUE, "work on a BO that was lent meanwhile is done");
	igt_assert_bo_retained(bo, "work on a BO leaves the rest of it");
	assert_purged_soon(bo, "once the work is done the BO is purged");
}

/** PF02: nor are pages taken from below a GPU that works, whenever the scan comes. */
void gpu_use_writing_is_kept(struct gem_device *dev)
{
	struct gem_bo *bo;

	gem_require_gpu_write(dev);
	igt_require_memory(BO_BYTES);
	for (int i = 0; i < 16; i++) {
		bo = gem_bo_filled(dev, BO_BYTES);
		gpu_write(bo, VALUE + i, -1);
		gem_bo_madvise(bo, GEM_DONTNEED);
		igt_reclaim(dev, RECLAIM_SHRINKER, 0);
		/* Done before the scan or after it, so the BO is whole or gone, and never half. */
		if (gem_bo_madvise(bo, GEM_WILLNEED)) {
			gem_bo_wait_idle(bo);
			assert_word(bo, VALUE + i, "what was started on a BO is done");
			igt_assert_bo_retained(bo, "a BO that was busy is whole");
		} else {
			igt_assert_bo_purged(bo, "a BO that was idle is gone");
		}
		gem_bo_free(bo);
	}
}

/** PF01: what was purged belongs to others; the GPU cannot reach them by its old address. */
void gpu_use_of_purged_hits_nobody(struct gem_device *dev)
{
	struct gem_bo *neighbours[2 * NEIGHBOURS], *bo;
	int r;

	gem_require_gpu_write(dev);
	igt_require_memory((2 * NEIGHBOURS + 1) * BO_BYTES);
	igt_klog_start();
	for (int i = 0; i < NEIGHBOURS; i++)
		neighbours[i] = gem_bo_filled(dev, BO_BYTES);
	bo = gem_bo_filled(dev, BO_BYTES);
	/* So the GPU has seen its address. */
	gpu_write(bo, VALUE, -1);
	gem_bo_wait_idle(bo);
	assert_word(bo, VALUE, "the GPU writes to a BO");
	gem_bo_madvise(bo, GEM_DONTNEED);
	assert_purged_soon(bo, "reclaim purges what is lent");
	/* These get the pages that were freed, and maybe more of what it had. */
	for (int i = NEIGHBOURS; i < 2 * NEIGHBOURS; i++)
		neighbours[i] = gem_bo_filled(dev, BO_BYTES);

	r = gem_bo_gpu_write(bo, WORD, ~VALUE, -1);
	igt_assert_f(r == 0 || r == -EINVAL || r == -ENOMEM,
		     "work on a purged BO: %s, expected success, %s or %s\n", strerror(-r),
		     strerror(EINVAL), strerror(ENOMEM));
	gem_bo_wait_idle(bo);

	igt_assert_bo_purged(bo, "work on a purged BO brings nothing back");
	for (int i = 0; i < 2 * NEIGHBOURS; i++) {
		igt_assert_bo_resident(neighbours[i], "work on a purged BO hits no other");
		assert_word(neighbours[i], BEFORE, "work on a purged BO hits no other");
		gpu_write(neighbours[i], VALUE + i, -1);
		gem_bo_wait_idle(neighbours[i]);
		assert_word(neighbours[i], VALUE + i, "work on other BOs goes on");
	}
	igt_klog_assert_quiet("work on a purged BO is no mistake of the kernel's");
}

/** PF01: a BO that is lent and still there can be used, or the kernel says at once that not. */
void gpu_use_of_lent_is_whole_or_refused(struct gem_device *dev)
{
	struct gem_bo *bo;
	int r;

	gem_require_gpu_write(dev);
	igt_require_memory(BO_BYTES);
	bo = gem_bo_filled(dev, BO_BYTES);
	gem_bo_madvise(bo, GEM_DONTNEED);

	r = gem_bo_gpu_write(bo, WORD, VALUE, -1);
	igt_assert_f(r == 0 || r == -EINVAL, "work on a BO that is lent: %s, expected success or %s\n",
		     strerror(-r), strerror(EINVAL));
	gem_bo_wait_idle(bo);
	assert_word(bo, r == 0 ? VALUE : BEFORE, "what is accepted is done, what is refused not");

	igt_assert_f(gem_bo_madvise(bo, GEM_WILLNEED), "nothing was reclaimed, yet it is lost\n");
	gpu_write(bo, ~VALUE, -1);
	gem_bo_wait_idle(bo);
	assert_word(bo, ~VALUE, "a BO that was taken back can be used");
	igt_assert_bo_resident(bo, "a BO that was taken back is whole");
}

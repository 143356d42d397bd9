/* SPDX-License-Identifier: MIT */
/**
 * What the madvise ioctl accepts, refuses and answers.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/madvise.h"
#include "reclaim/purge.h"

/* What "retained" holds before a call that must leave it alone. */
#define UNTOUCHED 0xdeadbeef

/*
 * A closed BO is gone when the host has answered, which may be busy with something else: as long
 * as virtio-gpu's own waits.
 */
#define CLOSE_MS 15000

static void assert_no_such_handle(struct gem_device *dev, uint32_t handle, const char *which)
{
	uint32_t retained = UNTOUCHED;
	int r = gem_madvise_raw(dev, handle, GEM_DONTNEED, &retained);

	igt_assert_f(r == -ENOENT, "%s handle %#x: %s, expected %s\n", which, handle, strerror(-r),
		     strerror(ENOENT));
	igt_assert_eq_u32(retained, UNTOUCHED);
}

/** MA01: the render and the primary node have the ioctl; handle 0 is the way to find out. */
void madvise_works_on_both_nodes(struct gem_device *dev)
{
	for (int render = 0; render <= 1; render++) {
		struct gem_device *node = gem_device_reopen(dev, render);

		assert_no_such_handle(node, 0, render ? "render node:" : "primary node:");
		gem_device_close(node);
	}
}

/* A handle that @other has and @dev, which has no BO, has not. */
static uint32_t foreign_handle(struct gem_device *dev, struct gem_device *other)
{
	igt_assert_f(!dev->bos, "this file has BOs, whose handles may be the same\n");
	return gem_bo_create(other, igt_page_size())->handle;
}

/** MA02: ENOENT, and nothing written, for handles that this file does not have. */
void madvise_refuses_unknown_handles(struct gem_device *dev)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *closed;
	uint32_t handle;

	assert_no_such_handle(dev, foreign_handle(dev, other), "another file's");
	gem_device_close(other);

	closed = gem_bo_create(dev, igt_page_size());
	handle = closed->handle;
	gem_bo_free(closed);
	assert_no_such_handle(dev, handle, "closed");
	assert_no_such_handle(dev, 0, "null");
	assert_no_such_handle(dev, UINT32_MAX, "largest");
}

/** MA03, MA21: advice that does not exist is refused, and the BO is none the worse for it. */
void madvise_refuses_unknown_advice(struct gem_device *dev)
{
	static const uint32_t unknown[] = {2, 0x7fffffff, 0x80000000, 0xffffffff};
	struct gem_bo *bo = gem_bo_filled(dev, MiB(1));

	for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++) {
		uint32_t retained = 0;
		int r = gem_madvise_raw(dev, bo->handle, unknown[i], &retained);

		igt_assert_f(r == -EOPNOTSUPP || r == -EINVAL,
			     "advice %#x: %s, expected %s or %s\n", unknown[i], strerror(-r),
			     strerror(EOPNOTSUPP), strerror(EINVAL));
		r = gem_madvise_raw(dev, 0, unknown[i], &retained);
		igt_assert_f(r == -EOPNOTSUPP || r == -EINVAL || r == -ENOENT,
			     "advice %#x for handle 0: %s, expected an error\n", unknown[i],
			     strerror(-r));
		igt_assert_bo_retained(bo, "refused advice changes nothing");
	}
}

/** MA05: WILLNEED finds the contents retained, whether CPU and GPU ever used the BO or not. */
void madvise_willneed_retains(struct gem_device *dev)
{
	struct gem_bo *fresh = gem_bo_create(dev, MiB(1));
	struct gem_bo *used = gem_bo_filled(dev, MiB(1));

	igt_assert_f(gem_bo_madvise(fresh, GEM_WILLNEED),
		     "a BO never used is told not retained, expected retained\n");
	gem_bo_flush(used);
	gem_bo_madvise(used, GEM_WILLNEED);
	igt_assert_bo_retained(used, "WILLNEED keeps what it finds");
}

/** MA06: without pressure a BO that was lent comes back with all its pages. */
void madvise_lending_frees_nothing(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_require_free_memory(MiB(4));
	bo = gem_bo_filled(dev, MiB(4));

	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_assert_bo_resident(bo, "lending alone frees nothing");

	gem_bo_madvise(bo, GEM_WILLNEED);
	igt_assert_bo_resident(bo, "what was lent comes back whole");
}

/** MA07: repeating advice changes nothing: taken back, a BO is not purged by a scan. */
void madvise_is_idempotent(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_require_free_memory(MiB(4));
	bo = gem_bo_filled(dev, MiB(4));

	for (int i = 0; i < 3; i++)
		igt_assert_f(gem_bo_madvise(bo, GEM_DONTNEED), "DONTNEED %d: not retained\n", i);
	for (int i = 0; i < 3; i++)
		igt_assert_f(gem_bo_madvise(bo, GEM_WILLNEED), "WILLNEED %d: not retained\n", i);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_retained(bo, "a BO that was taken back is not purged");
}

/** MA08: no advice brings purged contents back. */
void madvise_purged_stays_purged(struct gem_device *dev)
{
	struct gem_bo *bo = purged_bo(dev, MiB(1));

	for (int i = 0; i < 100; i++) {
		const enum gem_advice advice = i % 2 ? GEM_DONTNEED : GEM_WILLNEED;

		igt_assert_f(!gem_bo_madvise(bo, advice),
			     "advice %d of 100, %s: a purged BO is told retained\n", i + 1,
			     advice == GEM_DONTNEED ? "DONTNEED" : "WILLNEED");
	}
	igt_assert_bo_purged(bo, "no advice brings purged pages back");
}

/**
 * PF05: a BO lent twice is counted once, wherever it stands, and leaves with its handle. B101: it
 * was put into the kernel's list a second time.
 */
void madvise_twice_is_counted_once(struct gem_device *dev)
{
	struct gem_bo *bos[16], *left[8];
	uint64_t before, lent;

	igt_require_free_memory(ARRAY_SIZE(bos) * KiB(256));
	igt_klog_start();
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	before = igt_reclaimable(dev);
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++) {
		bos[i] = gem_bo_filled(dev, KiB(256));
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
	/* Again, the other way round and by every second, so that neighbours change in a list. */
	for (unsigned int i = ARRAY_SIZE(bos); i-- > 0;)
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i += 2)
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	lent = igt_reclaimable(dev) - before;
	igt_assert_eq_u64(lent, ARRAY_SIZE(bos) * KiB(256));

	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++)
		if (i % 2)
			gem_bo_free(bos[i]);
		else
			left[i / 2] = bos[i];
	igt_assert_f(igt_wait(igt_reclaimable(dev) - before == ARRAY_SIZE(left) * KiB(256),
			      CLOSE_MS, 10),
		     "half of the BOs that were lent are closed, and %" PRIu64
		     " KiB of %zu KiB are left to reclaim\n",
		     (igt_reclaimable(dev) - before) >> 10, ARRAY_SIZE(left) * 256);

	igt_reclaim(dev, RECLAIM_SHRINKER, ARRAY_SIZE(left) * KiB(256));
	for (unsigned int i = 0; i < ARRAY_SIZE(left); i++) {
		igt_assert_bo_purged(left[i], "a BO that was lent twice is purged");
		gem_bo_free(left[i]);
	}
	igt_klog_assert_quiet("lending twice is no mistake of the kernel's");
}

#define ROUNDS 500

struct adviser {
	const struct gem_bo *bo;
	enum gem_advice last;
	int error;
};

/* By turns, beginning such that it ends with @last. */
static void *advise(void *data)
{
	struct adviser *adviser = data;

	for (int i = 0; i < ROUNDS && !adviser->error; i++) {
		const uint32_t advice = (ROUNDS - 1 - i) % 2 ? !adviser->last : adviser->last;
		uint32_t retained = 0;

		adviser->error = gem_madvise_raw(adviser->bo->dev, adviser->bo->handle, advice,
						 &retained);
		if (adviser->error == -EINTR)
			adviser->error = 0;
	}
	return NULL;
}

static void advise_both(struct gem_bo *bo, enum gem_advice last)
{
	struct adviser advisers[2] = {{bo, last, 0}, {bo, last, 0}};
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		igt_assert(pthread_create(&threads[i], NULL, advise, &advisers[i]) == 0);
	for (int i = 0; i < 2; i++)
		igt_assert(pthread_join(threads[i], NULL) == 0);
	igt_assert_eq(advisers[0].error, 0);
	igt_assert_eq(advisers[1].error, 0);
	bo->advice = last;
}

/** CO09: of what two threads say at once, the last word counts. B95: list and mark differed. */
void madvise_from_two_threads(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_require_no_swap();
	igt_klog_start();
	bo = gem_bo_filled(dev, MiB(1));
	advise_both(bo, GEM_WILLNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, "with WILLNEED as the last word of both a BO is kept");

	advise_both(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, MiB(1));
	igt_assert_bo_purged(bo, "with DONTNEED as the last word of both a BO is purged");
	igt_klog_assert_quiet("advice of two at once is no mistake of the kernel's");
}

/* SPDX-License-Identifier: MIT */
/**
 * What changes in the kernel's books when BOs are evicted, pinned, purged and brought back.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drmtest.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/account.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

#define SETTLE_MS 5000

/* Expect the count to fall by @bytes from @before. */
static uint64_t assert_fallen(struct gem_device *dev, uint64_t before, uint64_t bytes,
			      const char *claim)
{
	uint64_t after = before;

	igt_assert_f(igt_wait((after = igt_reclaimable(dev)) == before - bytes, SETTLE_MS, 10),
		     "%s: what can be reclaimed changes from %" PRIu64 " KiB to %" PRIu64
		     " KiB, expected %" PRIu64 " KiB less\n", claim, before >> 10, after >> 10,
		     bytes >> 10);
	return after;
}

/** AC02: each BO that is evicted, purged or closed falls out of the count with just its pages. */
void account_changes_with_state(struct gem_device *dev)
{
	/* Of different sizes, so that the count tells which it was. */
	const uint64_t sizes[] = {KiB(64), KiB(128), KiB(256), KiB(512)};
	struct gem_bo *bos[ARRAY_SIZE(sizes)];
	uint64_t count;

	igt_require_free_memory(MiB(1));
	evict_leftovers(dev);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		bos[i] = gem_bo_filled(dev, sizes[i]);
	count = igt_reclaimable(dev);

	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
	count = assert_fallen(dev, count, sizes[0], "the oldest is evicted");
	gem_bo_madvise(bos[2], GEM_DONTNEED);
	count = assert_fallen(dev, count, 0, "one that is lent counts as before");
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
	count = assert_fallen(dev, count, sizes[2], "what is lent is purged");
	/* In swap or on its way there, it can still be given up. */
	gem_bo_madvise(bos[0], GEM_DONTNEED);
	evict_assert_counted(dev, count, sizes[0], "an evicted one that is lent counts");
	count += sizes[0];
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
	count = assert_fallen(dev, count, sizes[0], "one that was evicted is purged");
	gem_bo_free(bos[1]);
	count = assert_fallen(dev, count, sizes[1], "one is closed");

	igt_assert_bo_purged(bos[0], "what was evicted, lent and scanned for is purged");
	igt_assert_bo_purged(bos[2], "what was lent and scanned for is purged");
	igt_assert_bo_resident(bos[3], "what a scan had no need of is not touched");
}

static void close_at_subtest_end(void *data)
{
	drm_close_driver(*(int *)data);
}

/**
 * AC02: what another device has attached is pinned, and not counted; whether a BO counts that was
 * exported and is not attached is told.
 */
void account_leaves_out_pinned(struct gem_device *dev)
{
	struct drm_gem_close imported = {0};
	uint64_t before, exported;
	static int vgem;
	struct gem_bo *bo;
	int r;

	vgem = drm_open_driver(DRIVER_VGEM);
	igt_on_subtest_end(close_at_subtest_end, &vgem);
	igt_require_free_memory(MiB(1));
	evict_leftovers(dev);
	before = igt_reclaimable(dev);
	bo = gem_bo_filled(dev, MiB(1));
	evict_assert_counted(dev, before, bo->bytes, "a BO that can be evicted counts");
	gem_bo_export(bo);
	exported = igt_reclaimable(dev) - before;
	igt_info("of a BO of %" PRIu64 " KiB that is exported %" PRIu64 " KiB are counted\n",
		 bo->bytes >> 10, exported >> 10);

	r = drmPrimeFDToHandle(vgem, bo->dmabuf, &imported.handle) < 0 ? -errno : 0;
	errno = 0;
	igt_assert_f(r == 0, "importing a BO into vgem: %s\n", strerror(-r));
	igt_assert_f(igt_reclaimable(dev) == before, "a BO that is attached elsewhere is counted: %"
		     PRIu64 " KiB\n", (igt_reclaimable(dev) - before) >> 10);
	evict_exactly(dev, 0);
	igt_assert_bo_resident(bo, "a BO that is attached elsewhere is not evicted");

	igt_assert(drmIoctl(vgem, DRM_IOCTL_GEM_CLOSE, &imported) == 0);
	evict_assert_counted(dev, before, exported, "a BO that is let go of counts as before");
	igt_assert_bo_resident(bo, "a BO that was attached is as it was");
}

#define CYCLES 20

/**
 * AC05: pages that come and go between the GPU and swap are counted as unevictable while the GPU
 * has them, and none is left among those when it has not.
 */
void account_of_unevictable_returns(struct gem_device *dev)
{
	const uint64_t bytes = MiB(2), slack = MiB(1);
	const uint64_t stranded = igt_vmstat_counter("unevictable_pgs_stranded");
	const uint64_t rescued = igt_vmstat_counter("unevictable_pgs_rescued");
	uint64_t before;
	struct gem_bo *bo;

	igt_memcg_enter();
	before = igt_meminfo("Unevictable");
	bo = evicted_bo(dev, bytes);
	for (int i = 0; i < CYCLES; i++) {
		igt_assert_bo_evicted(bo, "a touch brings it back each time");
		/* Reclaim finds pages that it may not have, and puts them where they belong. */
		igt_memcg_reclaim(bytes);
		evict_exactly(dev, bytes);
	}
	igt_info("%d evictions of %" PRIu64 " pages: %" PRIu64 " rescued, %" PRIu64 " stranded\n",
		 CYCLES, bo->pages, igt_vmstat_counter("unevictable_pgs_rescued") - rescued,
		 igt_vmstat_counter("unevictable_pgs_stranded") - stranded);
	igt_assert_f(igt_wait(igt_meminfo("Unevictable") <= before + slack, SETTLE_MS, 20),
		     "with a BO evicted %" PRIu64 " KiB are unevictable, %" PRIu64 " KiB before "
		     "there was one\n", igt_meminfo("Unevictable") >> 10, before >> 10);
	igt_assert_eq_u64(igt_vmstat_counter("unevictable_pgs_stranded"), stranded);
	gem_bo_free(bo);
}

/* Each processor keeps slots of swap at hand, 64 to give away and 64 that it got back. */
#define CACHED_SLOTS 128

/** AC14: the swap of BOs that are purged is the machine's again. */
void account_of_swap_returns(struct gem_device *dev)
{
	const uint64_t slack = sysconf(_SC_NPROCESSORS_ONLN) * CACHED_SLOTS * igt_page_size();
	const uint64_t bytes = max(MiB(2), slack);
	struct gem_bo *bos[4];
	uint64_t before;

	igt_memcg_enter();
	before = igt_meminfo("SwapFree");
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++)
		bos[i] = swapped_bo(dev, bytes);
	igt_assert_f(igt_wait(igt_meminfo("SwapFree") <= before - ARRAY_SIZE(bos) * bytes + bytes,
			      SETTLE_MS, 20), "BOs of %" PRIu64 " KiB in swap take %" PRIu64
		     " KiB of it\n", (ARRAY_SIZE(bos) * bytes) >> 10,
		     (before - igt_meminfo("SwapFree")) >> 10);
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++)
		gem_bo_madvise(bos[i], GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, ARRAY_SIZE(bos) * bytes);

	igt_assert_f(igt_wait(igt_meminfo("SwapFree") + slack >= before, SETTLE_MS, 20),
		     "purged in swap, BOs leave %" PRIu64 " KiB of it free, expected >= %" PRIu64
		     " KiB\n", igt_meminfo("SwapFree") >> 10, (before - slack) >> 10);
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++)
		igt_assert_bo_purged(bos[i], "what is lent is purged in swap");
}

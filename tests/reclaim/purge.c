/* SPDX-License-Identifier: MIT */
/**
 * Which BOs reclaim purges.
 */
#include <errno.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"

#define BOS 8
#define BO_BYTES MiB(16)
#define SETTLE_MS 3000

struct gem_bo *purged_bo(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_filled(dev, bytes);

	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, bytes);
	igt_assert_bo_purged(bo, "reclaim purges what is lent");
	return bo;
}

void purge_lent(struct gem_bo *bo, const char *claim)
{
	const bool gone = igt_wait((igt_reclaim(bo->dev, RECLAIM_SHRINKER, bo->bytes),
				    !gem_bo_madvise(bo, GEM_DONTNEED)), SETTLE_MS, 10);

	errno = 0;
	igt_assert_f(gone, "%s: no scan within %d ms takes it\n", claim, SETTLE_MS);
}

/** PU01: lent BOs lose their pages to the shrinker, the owner is told, the count falls by them. */
void purge_takes_dontneed(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];
	uint64_t lent;

	igt_require_free_memory(BOS * BO_BYTES);
	for (int i = 0; i < BOS; i++) {
		bos[i] = gem_bo_touched(dev, BO_BYTES);
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
	lent = igt_reclaimable(dev);

	igt_reclaim(dev, RECLAIM_SHRINKER, BOS * BO_BYTES);

	for (int i = 0; i < BOS; i++)
		igt_assert_bo_purged(bos[i], "the shrinker takes lent pages and says so");
	igt_assert_eq_u64(lent - igt_reclaimable(dev), BOS * BO_BYTES);
}

/** PU02: what is needed stays, page for page, where there is no swap to put it. */
void purge_spares_willneed(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];

	igt_require_no_swap();
	igt_require_free_memory(BOS * BO_BYTES);
	for (int i = 0; i < BOS; i++) {
		bos[i] = gem_bo_filled(dev, BO_BYTES);
		gem_bo_madvise(bos[i], GEM_WILLNEED);
	}

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);

	for (int i = 0; i < BOS; i++)
		igt_assert_bo_resident(bos[i], "without swap nothing that is needed is taken");
}

/** PU03, PU19: of BOs lent and kept by turns exactly the lent ones are lost, without any swap. */
void purge_takes_only_dontneed(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];

	igt_require_no_swap();
	igt_require_free_memory(BOS * MiB(4));
	for (int i = 0; i < BOS; i++) {
		bos[i] = gem_bo_filled(dev, MiB(4));
		gem_bo_madvise(bos[i], i % 2 ? GEM_WILLNEED : GEM_DONTNEED);
	}

	igt_reclaim(dev, RECLAIM_SHRINKER, BOS / 2 * MiB(4));

	for (int i = 0; i < BOS; i++) {
		if (i % 2)
			igt_assert_bo_resident(bos[i], "a BO between purged ones stays whole");
		else
			igt_assert_bo_purged(bos[i], "a lent BO between others is purged");
	}
}

static bool is_dead(struct gem_bo *bo)
{
	return igt_sigbus_probe(bo->map, IGT_ACCESS_READ).raised;
}

/**
 * PU13: who asks for one page gets one BO, the one that was lent the longest time ago. To see which
 * it was only the mappings are looked at, for some kernels take a question for new advice.
 */
void purge_takes_oldest_first(struct gem_device *dev)
{
	struct gem_bo *bos[16], *by_age[ARRAY_SIZE(bos)];
	const unsigned int count = ARRAY_SIZE(bos);

	igt_require_no_swap();
	igt_require_free_memory(count * KiB(64));
	for (unsigned int i = 0; i < count; i++)
		bos[i] = gem_bo_filled(dev, KiB(64));
	/* In another order than they were made and filled. */
	for (unsigned int i = 0; i < count; i++) {
		by_age[i] = bos[(5 * i + 3) % count];
		gem_bo_madvise(by_age[i], GEM_DONTNEED);
	}

	for (unsigned int scans = 1; scans <= count; scans++) {
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
		for (unsigned int i = 0; i < count; i++)
			igt_assert_f(is_dead(by_age[i]) == (i < scans),
				     "after %u of %u scans for a page the BO that was lent as "
				     "number %u is %s\n", scans, count, i + 1,
				     i < scans ? "still there" : "gone already");
	}
	for (unsigned int i = 0; i < count; i++)
		igt_assert_bo_purged(by_age[i], "a BO that has gone was purged");
}

/** PU14: the kernel's own walk over all shrinkers purges what is lent, given enough turns. */
void purge_by_drop_caches(struct gem_device *dev)
{
	struct gem_bo *bos[64];

	igt_require_free_memory(ARRAY_SIZE(bos) * MiB(1));
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++) {
		bos[i] = gem_bo_touched(dev, MiB(1));
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}

	igt_reclaim(dev, RECLAIM_DROP_CACHES, ARRAY_SIZE(bos) * MiB(1));

	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++)
		igt_assert_bo_purged(bos[i], "drop_caches takes lent pages");
}

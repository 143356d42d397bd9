/* SPDX-License-Identifier: MIT */
/**
 * Which BOs reclaim purges.
 */
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"

#define BOS 8
#define BO_BYTES MiB(16)

struct gem_bo *purged_bo(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_filled(dev, bytes);

	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, bytes);
	igt_assert_bo_purged(bo, "reclaim purges what is lent");
	return bo;
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

/** PU03: of BOs lent and kept by turns exactly the lent ones are lost. */
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

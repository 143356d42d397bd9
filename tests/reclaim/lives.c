/* SPDX-License-Identifier: MIT */
/**
 * BOs before their first use, of odd sizes, and those that come after one that was purged.
 */
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/lives.h"
#include "reclaim/purge.h"

/**
 * MA15: of a BO that was never used a kernel may say either that it lost it, or that there is
 * nothing to lose. What it says must be true: the BO can be used, or it cannot.
 */
void lives_unused_is_consistent(struct gem_device *dev)
{
	struct gem_bo *bo;
	bool retained;

	igt_require_free_memory(MiB(1));
	bo = gem_bo_create(dev, MiB(1));
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	retained = gem_bo_madvise(bo, GEM_WILLNEED);
	igt_info("a BO lent before its first use is %s by a scan\n",
		 retained ? "retained" : "purged");
	if (!retained) {
		igt_assert_bo_purged(bo, "what was purged unused stays so");
		return;
	}
	gem_bo_fill(bo);
	gem_bo_wait_idle(bo);
	igt_assert_bo_retained(bo, "what was retained unused can be used");
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, MiB(1));
	igt_assert_bo_purged(bo, "what was used at last is purged as any other");
}

/* A BO of @bytes is counted while it is lent, and purged whole by the next scan. */
static void purge_one(struct gem_device *dev, uint64_t bytes)
{
	const uint64_t before = igt_reclaimable(dev);
	struct gem_bo *bo = gem_bo_touched(dev, bytes);

	gem_bo_label(bo, "BO of %" PRIu64 " KiB", bytes >> 10);
	gem_bo_madvise(bo, GEM_DONTNEED);
	evict_assert_counted(dev, before, bytes, "a BO that is lent counts with all its pages");
	evict_exactly(dev, bytes);
	igt_assert_bo_purged(bo, "a BO of any size is purged");
	gem_bo_free(bo);
}

/** MA16: from one page to as much as fits, sizes count exactly, beside powers of two as well. */
void lives_of_any_size_are_counted(struct gem_device *dev)
{
	const uint64_t page = igt_page_size();
	const uint64_t sizes[] = {
		page, 3 * page, 511 * page, 512 * page, 513 * page, MiB(64), MiB(1024),
	};

	igt_require_no_swap();
	igt_require_free_memory(513 * page);
	evict_leftovers(dev);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] > dev->caps.max_bo_bytes || !igt_has_free_memory(sizes[i]))
			igt_info("no BO of %" PRIu64 " MiB: too large for this %s\n",
				 sizes[i] >> 20,
				 sizes[i] > dev->caps.max_bo_bytes ? "GPU" : "machine");
		else
			purge_one(dev, sizes[i]);
	}
}

/* On machines with so many processors that more were needed a leak may go unnoticed. */
#define MOST_LIVES 600

/**
 * MA17: a handle that is used again is a new BO, which knows nothing of the one that was purged
 * under it; and of that one nothing is left.
 */
void lives_leave_nothing_to_the_next(struct gem_device *dev)
{
	const unsigned int lives = min_t(unsigned int, igt_objects_noticed() / 2 + 1, MOST_LIVES);
	struct gem_bo *bos[MOST_LIVES];
	uint32_t handles[MOST_LIVES];
	uint64_t files;

	igt_require_free_memory(lives * KiB(16));
	evict_leftovers(dev);
	files = igt_open_files();
	for (unsigned int i = 0; i < lives; i++) {
		bos[i] = gem_bo_filled(dev, KiB(16));
		gem_bo_madvise(bos[i], GEM_DONTNEED);
		handles[i] = bos[i]->handle;
	}
	igt_reclaim(dev, RECLAIM_SHRINKER, lives * KiB(16));
	for (unsigned int i = 0; i < lives; i++) {
		igt_assert_bo_purged(bos[i], "reclaim purges what is lent");
		gem_bo_free(bos[i]);
	}
	for (unsigned int i = 0; i < lives; i++) {
		bos[i] = gem_bo_filled(dev, KiB(16));
		/* The kernel gives the lowest that is free. */
		igt_assert_eq_u32(bos[i]->handle, handles[i]);
		gem_bo_madvise(bos[i], GEM_WILLNEED);
		igt_assert_bo_retained(bos[i], "a BO with an old handle has what was written");
	}
	for (unsigned int i = 0; i < lives; i++)
		gem_bo_free(bos[i]);
	igt_assert_objects_freed(files, 2 * lives, "BOs that are closed are gone");
}

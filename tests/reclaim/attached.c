/* SPDX-License-Identifier: MIT */
/**
 * What an attachment protects, and from when to when.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/attached.h"
#include "reclaim/busy.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/importer.h"
#include "reclaim/purge.h"

/*
 * The pieces of a larger one may be longer than vgem says it takes: it does not say how long they
 * may be, which stands for 64 KiB, and the DMA debugging of a debug kernel complains.
 */
#define BO_BYTES KiB(64)

/* Of one that is attached by nobody, so large that a cgroup's charge for it is seen. */
#define PURGED_BYTES MiB(1)

#define SETTLE_MS 3000

/* A mapped BO that was filled and advised; *@ret_left can be reclaimed beside it. */
static struct gem_bo *new_bo(struct gem_device *dev, enum gem_advice advice, uint64_t *ret_left)
{
	struct gem_bo *bo;

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	*ret_left = igt_reclaimable(dev);
	bo = gem_bo_filled(dev, BO_BYTES);
	if (advice != GEM_WILLNEED)
		gem_bo_madvise(bo, advice);
	return bo;
}

static void assert_kept(struct gem_bo *bo, struct gem_bo *theirs, uint64_t left, const char *claim)
{
	evict_assert_counted(bo->dev, left, 0, claim);
	igt_reclaim(bo->dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, claim);
	igt_assert_bo_content(theirs, claim);
	importer_write(theirs, bo, claim);
}

/* What an importer's GPU has worked with its driver may let go a moment after the importer. */
static void assert_taken(struct gem_bo *bo, uint64_t left, const char *claim)
{
	igt_wait(igt_reclaimable(bo->dev) == left + BO_BYTES, SETTLE_MS, 1);
	evict_assert_counted(bo->dev, left, BO_BYTES, claim);
	evict_exactly(bo->dev, BO_BYTES);
	evict_assert_taken(bo, claim);
}

/**
 * DB03: what another device has is neither purged nor evicted, though its owner has closed it.
 * B182: it was purged then.
 */
void attached_is_kept(struct gem_device *dev, struct gem_device *importer, enum gem_advice advice)
{
	struct gem_bo *bo, *theirs;
	uint64_t left;

	bo = new_bo(dev, advice, &left);
	theirs = importer_take(importer, bo);
	importer_map(theirs);
	assert_kept(bo, theirs, left, "what is exported and attached is kept");

	busy_leave_to_mapping(bo);
	assert_kept(bo, theirs, left, "what is attached is kept without handle and dma-buf");
}

/** DB13: when the importer has let go, and nobody has a dma-buf any more, the BO is reclaimed. */
void attached_ends_with_importer(struct gem_device *dev, struct gem_device *importer,
				 enum gem_advice advice)
{
	struct gem_bo *bo, *theirs;
	uint64_t left;

	bo = new_bo(dev, advice, &left);
	theirs = importer_take(importer, bo);
	busy_leave_to_mapping(bo);
	evict_assert_counted(dev, left, 0, "what is attached does not count");

	gem_bo_free(theirs);

	assert_taken(bo, left, "what the importer has let go is reclaimed");
}

/** DB13, CO16: of two importers each protects the BO, whoever goes first. */
void attached_twice_is_kept(struct gem_device *dev, struct gem_device *importer,
			    enum gem_advice advice)
{
	struct gem_device *second = gem_device_reopen(importer, /* render= */ true);
	struct gem_bo *bo, *first_has, *second_has;
	uint64_t left;

	bo = new_bo(dev, advice, &left);
	first_has = importer_take(importer, bo);
	second_has = importer_take(second, bo);
	importer_map(second_has);
	busy_leave_to_mapping(bo);
	gem_bo_free(first_has);
	assert_kept(bo, second_has, left, "what the second importer has is kept");

	gem_bo_free(second_has);
	assert_taken(bo, left, "what both importers have let go is reclaimed");
	gem_device_close(second);
}

/**
 * DB13: a BO whose handles are closed comes back to its own device through the importer; then it is
 * exported as before, and protected, also when the importer has gone.
 */
void attached_comes_back(struct gem_device *dev, struct gem_device *importer,
			 enum gem_advice advice)
{
	struct gem_bo *bo, *theirs, *again;
	uint64_t left;

	bo = new_bo(dev, advice, &left);
	theirs = importer_take(importer, bo);
	busy_leave_to_mapping(bo);
	again = gem_bo_import(dev, gem_bo_export(theirs), BO_BYTES);
	again->pattern = bo->pattern;
	again->filled = true;
	again->advice = advice;

	gem_bo_free(theirs);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, "a BO that came back is kept as one that is exported");
	igt_assert_bo_retained(again, "a BO that came back is what it was");

	gem_bo_free(again);
	assert_taken(bo, left, "when its last handle is closed it is reclaimed");
}

/**
 * DB04, SI08, SI09: a BO that is in swap is whole when it is exported and attached, and not taken
 * again as long as it is.
 */
void attached_swapped_is_whole(struct gem_device *dev, struct gem_device *importer)
{
	struct gem_bo *bo, *theirs;
	uint64_t left;

	igt_memcg_enter();
	bo = swapped_bo(dev, BO_BYTES);
	left = igt_reclaimable(dev);
	theirs = importer_take(importer, bo);
	importer_map(theirs);
	igt_assert_bo_content(theirs, "what was in swap is whole for the importer");
	igt_assert_bo_content(bo, "what was in swap is whole for the exporter");
	importer_write(theirs, bo, "what was in swap is one for both");
	assert_kept(bo, theirs, left, "what was in swap is kept while it is attached");

	busy_leave_to_mapping(bo);
	gem_bo_free(theirs);
	assert_taken(bo, left, "what was attached can be evicted again");
}

/* Mapping what was purged through its dma-buf is an error, or brings what cannot be touched. */
static void assert_maps_nothing(struct gem_bo *bo)
{
	void *map = mmap(NULL, bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bo->dmabuf, 0);

	if (map == MAP_FAILED) {
		igt_debug("mmap of the dma-buf of a purged BO: %s\n", strerror(errno));
		return;
	}
	igt_assert_map_dead(bo, map, "a dma-buf that is mapped after the purge is empty");
	munmap(map, bo->bytes);
}

/**
 * DB06: a BO that was purged has nothing to share: to attach it is an error, and nobody gets new
 * pages for it. B114: they were allocated.
 */
void attached_purged_is_refused(struct gem_device *dev, struct gem_device *importer)
{
	uint64_t before;
	uint32_t handle;
	struct gem_bo *bo;
	int r;

	igt_memcg_enter();
	bo = purged_bo(dev, PURGED_BYTES);
	before = igt_memcg_current();
	gem_bo_export(bo);

	r = drmPrimeFDToHandle(importer->fd, bo->dmabuf, &handle) < 0 ? -errno : 0;
	errno = 0;
	igt_assert_f(r < 0, "%s attaches a BO that was purged, expected an error\n",
		     importer_name(importer));
	igt_debug("attaching a BO that was purged: %s\n", strerror(-r));
	assert_maps_nothing(bo);
	igt_assert_f(igt_memcg_current() < before + PURGED_BYTES / 2,
		     "sharing a BO that was purged takes memory: %" PRIu64 " KiB are charged, %"
		     PRIu64 " KiB were before\n", igt_memcg_current() >> 10, before >> 10);
	igt_assert_bo_purged(bo, "sharing brings nothing back");
}

/* SPDX-License-Identifier: MIT */
/**
 * Scans for little, among BOs that are large, or used all the time.
 */
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/evict_order.h"
#include "reclaim/igt_fault.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

/* Far beyond the 128 pages that the kernel asks a shrinker for at a time. */
#define LARGE MiB(64)

/** EV09: whoever asks for one page of a large BO gets all of it, and it comes back as it was. */
void evict_takes_large_whole(struct gem_device *dev)
{
	uint64_t before, after;
	struct gem_bo *bo;

	igt_require_free_memory(LARGE);
	evict_leftovers(dev);
	bo = gem_bo_filled(dev, LARGE);
	before = igt_reclaimable(dev);
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
	after = igt_reclaimable(dev);
	igt_assert_f(before - after == LARGE, "a scan for one page of a BO of %" PRIu64
		     " KiB takes %" PRIu64 " KiB\n", LARGE >> 10, (before - after) >> 10);
	igt_assert_bo_evicted(bo, "a large BO is evicted whole");
}

#define COLD 8
#define BO_BYTES KiB(256)

/** Whether the BO was evicted; it is back then. */
static bool was_evicted(const struct gem_bo *bo)
{
	return igt_faults_reading(bo->map, igt_page_size()) > 0;
}

/**
 * EV14: how often the BO that the GPU uses all the time is evicted while there are idle ones is
 * told; a kernel does better the less it is. Its contents, and those of the others, survive.
 */
void evict_spares_what_is_used(struct gem_device *dev)
{
	struct gem_bo *hot, *cold[COLD];
	unsigned int hot_evicted = 0, cold_evicted = 0;

	igt_require_free_memory((COLD + 1) * BO_BYTES);
	evict_leftovers(dev);
	/* The first to get its pages, so that only its use can tell that it is needed. */
	hot = gem_bo_filled(dev, BO_BYTES);
	for (int i = 0; i < COLD; i++)
		cold[i] = gem_bo_filled(dev, BO_BYTES);
	for (int i = 0; i < COLD; i++) {
		gem_bo_flush(hot);
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
		hot_evicted += was_evicted(hot);
	}
	for (int i = 0; i < COLD; i++)
		cold_evicted += was_evicted(cold[i]);
	igt_info("of %d scans for a page %u evict the BO that is used before each, %u one of %d "
		 "that are not used\n", COLD, hot_evicted, cold_evicted, COLD);
	igt_assert_f(hot_evicted + cold_evicted == COLD, "%d scans for a page evict %u BOs\n",
		     COLD, hot_evicted + cold_evicted);
	igt_assert_bo_retained(hot, "a BO that is evicted while it is used is as it was");
	for (int i = 0; i < COLD; i++)
		igt_assert_bo_retained(cold[i], "BOs that are evicted beside it are as they were");
}

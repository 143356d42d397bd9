/* SPDX-License-Identifier: MIT */
/**
 * One door to all ways of reclaim.
 */
#define IGT_LOG_DOMAIN "igt_reclaim"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt_aux.h"
#include "igt_core.h"
#include "reclaim/igt_fault.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_trigger.h"

void igt_reclaim_require(struct gem_device *dev)
{
	struct igt_shrinker found;
	const char *why = "";
	int r;

	if (dev->shrinker)
		return;
	r = igt_shrinker_find(dev, &found, &why);
	errno = 0;
	igt_require_f(r != -EOPNOTSUPP, "Reclaim cannot be triggered: %s\n", why);
	igt_assert_f(r != -ENXIO, "no shrinker of this kernel counts the pages that BOs lend\n");
	igt_assert_f(r == 0, "reading the shrinkers in debugfs: %s\n", strerror(-r));
	dev->shrinker = malloc(sizeof(*dev->shrinker));
	igt_assert(dev->shrinker);
	*dev->shrinker = found;
}

struct reading {
	const struct gem_bo *bo;
	uint64_t faults;
};

static void count_faults(void *data)
{
	struct reading *reading = data;

	reading->faults = igt_faults_reading(reading->bo->map, reading->bo->bytes);
}

/* After a scan not everything is as if there had been none. */
static bool scan_takes(struct gem_bo *bo)
{
	struct reading reading = {.bo = bo};

	igt_reclaim(bo->dev, RECLAIM_SHRINKER, 0);
	return igt_sigbus_catch(count_faults, &reading).raised || reading.faults;
}

void igt_reclaim_require_eviction(struct gem_device *dev)
{
	struct gem_bo *earlier, *bo;
	uint64_t before;
	bool evicts;

	igt_reclaim_require(dev);
	/* The host answers in order: BOs that were freed before this one is idle count no more. */
	earlier = gem_bo_create(dev, igt_page_size());
	gem_bo_wait_idle(earlier);
	before = igt_reclaimable(dev);
	bo = gem_bo_filled(dev, MiB(1));
	evicts = igt_reclaimable(dev) > before || scan_takes(bo);
	gem_bo_free(bo);
	gem_bo_free(earlier);
	errno = 0;
	igt_require_f(evicts, "This kernel's shrinker counts nothing but DONTNEED BOs with swap "
		      "active: it does not evict\n");
}

const char *igt_reclaim_name(enum igt_reclaim_trigger trigger)
{
	static const char *const names[] = {
		[RECLAIM_SHRINKER] = "shrinker",
		[RECLAIM_DROP_CACHES] = "drop_caches",
		[RECLAIM_PROACTIVE] = "proactive",
		[RECLAIM_PRESSURE_ANON] = "pressure_anon",
		[RECLAIM_PRESSURE_FILE] = "pressure_file",
	};

	return names[trigger];
}

void igt_reclaim_mark(const char *trigger, uint64_t pages)
{
	igt_kmsg(KMSG_INFO IGT_KMSG_RECLAIM "%s freed %" PRIu64 " pages\n", trigger, pages);
}

static int apply(struct gem_device *dev, enum igt_reclaim_trigger trigger, uint64_t pages,
		 struct igt_reclaimed *ret_reclaimed)
{
	switch (trigger) {
	case RECLAIM_SHRINKER:
		return igt_shrinker_scan(dev->shrinker, ret_reclaimed);
	case RECLAIM_DROP_CACHES:
		return igt_drop_caches(dev->shrinker, pages, ret_reclaimed);
	case RECLAIM_PROACTIVE:
		return igt_proactive_reclaim(dev->shrinker, pages, ret_reclaimed);
	case RECLAIM_PRESSURE_ANON:
		return igt_press(dev->shrinker, IGT_PRESSURE_ANON, pages, ret_reclaimed);
	case RECLAIM_PRESSURE_FILE:
		return igt_press(dev->shrinker, IGT_PRESSURE_FILE, pages, ret_reclaimed);
	}
	return -EINVAL;
}

struct igt_reclaimed igt_reclaim(struct gem_device *dev, enum igt_reclaim_trigger trigger,
				 uint64_t bytes)
{
	struct igt_reclaimed done = {0};
	int r;

	igt_reclaim_require(dev);
	r = apply(dev, trigger, bytes / igt_page_size(), &done);
	errno = 0;
	igt_require_f(r != -EACCES && r != -EPERM && r != -EROFS,
		      "Reclaim (%s) cannot be triggered: %s\n", igt_reclaim_name(trigger),
		      strerror(-r));
	igt_assert_f(r == 0, "triggering reclaim (%s): %s\n", igt_reclaim_name(trigger),
		     strerror(-r));
	igt_info("reclaim (%s): %" PRIu64 " pages freed, %" PRIu64 " expected, %u writes\n",
		 igt_reclaim_name(trigger), done.pages, bytes / igt_page_size(), done.writes);
	igt_reclaim_mark(igt_reclaim_name(trigger), done.pages);
	return done;
}

uint64_t igt_reclaimable(struct gem_device *dev)
{
	uint64_t pages = 0;
	int r;

	igt_reclaim_require(dev);
	r = igt_shrinker_count(dev->shrinker, &pages);
	igt_assert_f(r == 0, "counting what is reclaimable: %s\n", strerror(-r));
	return pages * igt_page_size();
}

/* SPDX-License-Identifier: MIT */
/**
 * What shrinkers tell memory management, and what drivers tell of their BOs.
 */
#include <inttypes.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/account.h"
#include "reclaim/evict.h"
#include "reclaim/igt_fdinfo.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_shrinks.h"

#define BOS 6
#define BO_BYTES MiB(2)
#define SETTLE_MS 5000
/* What the books of a cgroup may be late by. */
#define SLACK MiB(1)

static void lend_all(struct gem_device *dev, struct gem_bo *bos[BOS])
{
	for (int i = 0; i < BOS; i++) {
		bos[i] = gem_bo_filled(dev, BO_BYTES);
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
}

/**
 * AC03: what the shrinker says that it freed, what it counts less, and what is charged less are
 * the same. B24: it freed and said nothing.
 */
void account_tells_what_it_frees(struct gem_device *dev)
{
	const uint64_t all = BOS * BO_BYTES, page = igt_page_size();
	uint64_t charged, counted, left = 0;
	struct igt_shrinks shrinks;
	struct gem_bo *bos[BOS];

	igt_require_no_swap();
	igt_require_free_memory(all);
	igt_memcg_enter();
	igt_shrinks_start(dev);
	lend_all(dev, bos);
	igt_assert_f(igt_wait(igt_memcg_current() >= all - SLACK, SETTLE_MS, 20),
		     "%" PRIu64 " KiB are charged for %" PRIu64 " KiB of BOs\n",
		     igt_memcg_current() >> 10, all >> 10);
	charged = igt_memcg_current();
	counted = igt_reclaimable(dev);

	igt_reclaim(dev, RECLAIM_DROP_CACHES, all);

	shrinks = igt_shrinks();
	counted -= igt_reclaimable(dev);
	igt_assert_f(shrinks.freed * page == counted, "the shrinker says that it freed %" PRIu64
		     " KiB, and counts %" PRIu64 " KiB less\n", shrinks.freed * page >> 10,
		     counted >> 10);
	igt_assert_eq_u64(counted, all);
	igt_assert_f(igt_wait((left = igt_memcg_current()) <= charged - all + SLACK, SETTLE_MS, 20),
		     "the shrinker says that it freed %" PRIu64 " KiB, and %" PRIu64 " KiB are "
		     "charged, %" PRIu64 " KiB before\n", shrinks.freed * page >> 10, left >> 10,
		     charged >> 10);
	for (int i = 0; i < BOS; i++)
		igt_assert_bo_purged(bos[i], "what counts as freed is gone");
}

/**
 * AC11: as long as there is something to take a scan says what it took, also beside BOs that it
 * may not take, which then end the scan and not the machine's patience. B24, B25.
 */
void account_tells_of_mixed(struct gem_device *dev)
{
	const uint64_t idle = BOS / 2 * BO_BYTES;
	struct igt_shrinks first, second;
	struct gem_bo *bos[BOS];

	igt_require_no_swap();
	igt_require_free_memory(BOS * BO_BYTES);
	igt_reclaim_require(dev);
	igt_shrinks_start(dev);
	lend_all(dev, bos);
	/* Every other one belongs to others as well. */
	for (int i = 0; i < BOS; i += 2)
		gem_bo_export(bos[i]);

	igt_set_timeout(60, "reclaim beside BOs that cannot be taken");
	igt_reclaim(dev, RECLAIM_DROP_CACHES, idle);
	first = igt_shrinks();
	igt_reclaim(dev, RECLAIM_DROP_CACHES, 0);
	second = igt_shrinks();
	igt_reset_timeout();

	igt_info("%" PRIu64 " calls free %" PRIu64 " pages of %d idle BOs beside %d exported ones, %"
		 PRIu64 " calls more %" PRIu64 "\n", first.calls, first.freed, BOS / 2, BOS / 2,
		 second.calls - first.calls, second.freed - first.freed);
	igt_assert_eq_u64(first.freed * igt_page_size(), idle);
	igt_assert_f(second.freed == first.freed,
		     "the shrinker says that it freed %" PRIu64 " pages of BOs that are exported\n",
		     second.freed - first.freed);
	for (int i = 0; i < BOS; i++) {
		if (i % 2)
			igt_assert_bo_purged(bos[i], "what is idle is purged");
		else
			igt_assert_bo_resident(bos[i], "what is exported is kept");
	}
}

/* What the file has, with @resident and @purgeable bytes, or fail. */
static void assert_told(struct gem_device *dev, uint64_t total, uint64_t resident,
			uint64_t purgeable, const char *when)
{
	const struct drm_client_meminfo told = igt_fdinfo_memory(dev);

	igt_assert_f(told.total == total && told.resident == resident &&
			     told.purgeable == purgeable,
		     "of a BO that %s fdinfo tells %" PRIu64 " KiB, %" PRIu64 " resident and %"
		     PRIu64 " purgeable, expected %" PRIu64 ", %" PRIu64 " and %" PRIu64 "\n", when,
		     told.total >> 10, told.resident >> 10, told.purgeable >> 10, total >> 10,
		     resident >> 10, purgeable >> 10);
}

/** AC08: fdinfo of a file tells its BOs' memory as it is: there or not, lent or not. */
void account_in_fdinfo_is_true(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	const uint64_t unused = igt_fdinfo_memory(own).resident;
	struct drm_client_meminfo told;
	struct gem_bo *bo;

	igt_require_free_memory(BO_BYTES);
	assert_told(own, 0, unused, 0, "does not exist");
	bo = gem_bo_create(own, BO_BYTES);
	told = igt_fdinfo_memory(own);
	/* A driver may give a BO its pages when it is made, or when it is used first. */
	igt_assert_f(told.resident == 0 || told.resident == BO_BYTES,
		     "of a BO of %" PRIu64 " KiB that nobody used %" PRIu64 " KiB are resident\n",
		     BO_BYTES >> 10, told.resident >> 10);
	gem_bo_fill(bo);
	gem_bo_wait_idle(bo);
	assert_told(own, BO_BYTES, BO_BYTES, 0, "was filled");
	gem_bo_madvise(bo, GEM_DONTNEED);
	assert_told(own, BO_BYTES, BO_BYTES, BO_BYTES, "was lent");
	gem_bo_madvise(bo, GEM_WILLNEED);
	assert_told(own, BO_BYTES, BO_BYTES, 0, "was taken back");
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "reclaim purges what is lent");
	assert_told(own, BO_BYTES, 0, 0, "was purged");
	gem_bo_free(bo);
	assert_told(own, 0, 0, 0, "was closed");
	gem_device_close(own);
}

/** AC08: what is evicted is told to be away, until it comes back. */
void account_in_fdinfo_follows_eviction(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *bo;

	igt_require_free_memory(BO_BYTES);
	assert_told(own, 0, igt_fdinfo_memory(own).resident, 0, "does not exist");
	evict_leftovers(dev);
	bo = gem_bo_filled(own, BO_BYTES);
	gem_bo_wait_idle(bo);
	evict_exactly(dev, BO_BYTES);
	assert_told(own, BO_BYTES, 0, 0, "was evicted");
	igt_assert_bo_evicted(bo, "a touch brings it back");
	assert_told(own, BO_BYTES, BO_BYTES, 0, "came back");
	gem_device_close(own);
}

/* SPDX-License-Identifier: MIT */
/**
 * What the shrinker counts, and how much it takes, with no swap in play.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_rand.h"
#include "reclaim/account.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_page_owner.h"
#include "reclaim/igt_reclaim.h"

#define BOS 16
/* Odd, so that no other cache changes by as much. */
#define BO_BYTES KiB(92)

/* The host answers the freeing of a BO in its own time. */
#define SETTLE_MS 5000

/* No operation here waits for anything but a BO's lock, and that a busy host is at work again. */
#define OPERATION_S 40

/** AC01: BOs that are lent count with the pages they have, exactly, and as long as they exist. */
void account_counts_what_is_lent(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];
	uint64_t before, unused;

	igt_require_no_swap();
	igt_require_free_memory(BOS * BO_BYTES);
	evict_leftovers(dev);
	before = igt_reclaimable(dev);
	for (int i = 0; i < BOS; i++) {
		bos[i] = gem_bo_create(dev, BO_BYTES);
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
	/* A driver may give a BO its pages when it is made, or when it is used first. */
	unused = igt_reclaimable(dev) - before;
	igt_info("%d BOs of %" PRIu64 " KiB that nobody used are counted as %" PRIu64 " KiB\n", BOS,
		 BO_BYTES >> 10, unused >> 10);
	igt_assert_f(unused == 0 || unused == BOS * BO_BYTES,
		     "BOs that nobody used are counted as %" PRIu64 " KiB, expected 0 or %" PRIu64
		     " KiB\n", unused >> 10, (BOS * BO_BYTES) >> 10);

	for (int i = 0; i < BOS; i++)
		gem_bo_fill(bos[i]);
	evict_assert_counted(dev, before, BOS * BO_BYTES, "all that is lent and has pages counts");
	for (int i = 0; i < BOS; i++)
		gem_bo_free(bos[i]);
	igt_assert_f(igt_wait(igt_reclaimable(dev) == before, SETTLE_MS, 10),
		     "BOs that are closed count no more: %" PRIu64 " KiB are counted, expected %"
		     PRIu64 " KiB\n", igt_reclaimable(dev) >> 10, before >> 10);
}

/**
 * AC10: whether BOs that are needed count where there is no swap for them is told; it would be best
 * if not (B11). Counted or not, they are not taken.
 */
void account_of_needed_is_told(struct gem_device *dev)
{
	uint64_t before, counted;
	struct gem_bo *bo;

	igt_require_no_swap();
	igt_require_free_memory(MiB(4));
	evict_leftovers(dev);
	before = igt_reclaimable(dev);
	bo = gem_bo_filled(dev, MiB(4));
	counted = igt_reclaimable(dev) - before;
	igt_info("without swap %" PRIu64 " KiB of %" PRIu64 " KiB that are needed are counted as "
		 "reclaimable\n", counted >> 10, bo->bytes >> 10);
	igt_assert_f(counted == 0 || counted == bo->bytes, "a BO of %" PRIu64 " KiB that is needed "
		     "is counted as %" PRIu64 " KiB\n", bo->bytes >> 10, counted >> 10);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, "what is needed is not taken without swap, counted or not");
	igt_assert_f(igt_reclaimable(dev) - before == counted,
		     "a scan that takes nothing changes the count by %" PRId64 " KiB\n",
		     (int64_t)(igt_reclaimable(dev) - before - counted) / 1024);
}

/* Scan for @pages once; what is freed must be as little as BOs of @bo_pages allow. */
static void assert_takes(struct gem_device *dev, uint64_t pages, uint64_t bo_pages, uint64_t all)
{
	const uint64_t needed = (pages + bo_pages - 1) / bo_pages * bo_pages;
	const uint64_t before = igt_reclaimable(dev) / igt_page_size();
	uint64_t freed;

	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, pages), 0);
	freed = before - igt_reclaimable(dev) / igt_page_size();
	igt_assert_f(freed == min(needed, all), "a scan for %" PRIu64 " of %" PRIu64 " pages in "
		     "BOs of %" PRIu64 " frees %" PRIu64 ", expected %" PRIu64 "\n", pages, all,
		     bo_pages, freed, min(needed, all));
}

static void lend_all(struct gem_device *dev, struct gem_bo *bos[2 * BOS], uint64_t bytes)
{
	for (int i = 0; i < 2 * BOS; i++) {
		bos[i] = gem_bo_touched(dev, bytes);
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
}

/**
 * AC12: a scan goes on until it has what it was asked for, and no further; BOs go whole. When more
 * pages are asked for than 32 bits can say, what happens is told.
 */
void account_scan_takes_no_more(struct gem_device *dev)
{
	const uint64_t pages = 32, bytes = pages * igt_page_size(), all = 2 * BOS * pages;
	struct gem_bo *bos[2 * BOS];
	uint64_t before;

	igt_require_no_swap();
	igt_require_free_memory(all * igt_page_size());
	evict_leftovers(dev);
	lend_all(dev, bos, bytes);
	assert_takes(dev, 1, pages, all);
	assert_takes(dev, 128, pages, all - pages);
	assert_takes(dev, 129, pages, all - 5 * pages);
	assert_takes(dev, 1000000, pages, all - 10 * pages);
	for (int i = 0; i < 2 * BOS; i++) {
		igt_assert_bo_purged(bos[i], "what a scan takes it takes whole");
		gem_bo_free(bos[i]);
	}

	lend_all(dev, bos, bytes);
	before = igt_reclaimable(dev);
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, UINT64_C(1) << 32), 0);
	igt_info("a scan for 2^32 pages frees %" PRIu64 " of %" PRIu64 "\n",
		 (before - igt_reclaimable(dev)) / igt_page_size(), all);
	igt_reclaim(dev, RECLAIM_SHRINKER, igt_reclaimable(dev));
	for (int i = 0; i < 2 * BOS; i++)
		igt_assert_bo_purged(bos[i], "what a scan leaves the next one takes");
}

#define CHAOS_OPERATIONS 2000
#define CHAOS_MS 1200
#define CHAOS_BOS 24
#define CHAOS_PAGES 40

/* BOs by random, some of them not there. */
struct chaos {
	struct gem_device *dev;
	struct gem_bo *bos[CHAOS_BOS];
	unsigned int made;
	uint64_t others; /* that is counted and not ours */
};

static uint32_t below(uint32_t limit)
{
	return hars_petruska_f54_1_random_unsafe_max(limit);
}

/* What is told retained is as it was filled. */
static void take_back(struct gem_bo *bo)
{
	if (gem_bo_madvise(bo, GEM_WILLNEED) && bo->filled)
		igt_assert_bo_content(bo, "what is told retained is retained");
}

static bool is_there(struct gem_bo *bo)
{
	return gem_bo_madvise(bo, bo->advice);
}

static void operate(struct chaos *chaos)
{
	struct gem_bo **slot = &chaos->bos[below(CHAOS_BOS)], *bo = *slot;

	if (!bo) {
		*slot = gem_bo_create(chaos->dev, (1 + below(CHAOS_PAGES)) * igt_page_size());
		chaos->made++;
		return;
	}
	switch (below(9)) {
	case 0:
		gem_bo_free(bo);
		*slot = NULL;
		break;
	case 1:
		if (bo->advice == GEM_WILLNEED && is_there(bo))
			gem_bo_fill(bo);
		break;
	case 2:
		if (bo->advice == GEM_WILLNEED && is_there(bo))
			gem_bo_flush(bo);
		break;
	case 3:
	case 4:
		gem_bo_madvise(bo, GEM_DONTNEED);
		break;
	case 5:
		take_back(bo);
		break;
	case 6:
		igt_assert_eq(igt_shrinker_scan_once(chaos->dev->shrinker, 1 + below(64)), 0);
		break;
	case 7:
		gem_bo_unmap(bo);
		break;
	case 8:
		/* Scans find it and may not take it. */
		if (bo->dmabuf < 0)
			gem_bo_export(bo);
		break;
	}
}

/* What is counted is no more than there is. */
static void assert_sane(const struct chaos *chaos)
{
	const uint64_t counted = igt_reclaimable(chaos->dev);
	uint64_t ours = 0;

	for (int i = 0; i < CHAOS_BOS; i++)
		ours += chaos->bos[i] ? chaos->bos[i]->bytes : 0;
	/* And what was freed, and the host has not answered yet. */
	igt_assert_f(counted <= chaos->others + ours + chaos->made * CHAOS_PAGES * igt_page_size(),
		     "%" PRIu64 " KiB are counted, of %" PRIu64 " KiB that there are\n",
		     counted >> 10, (chaos->others + ours) >> 10);
}

/* Nothing of others' is left that could be taken. */
static struct chaos before_chaos(struct gem_device *dev)
{
	igt_require_free_memory(CHAOS_BOS * CHAOS_PAGES * igt_page_size());
	evict_leftovers(dev);
	return (struct chaos){.dev = dev, .others = igt_reclaimable(dev)};
}

/* Random operations, the same each time, and then all is closed. Returns how many there were. */
static unsigned int make_chaos(struct chaos *chaos)
{
	unsigned int operations;
	uint64_t end_ns;

	hars_petruska_f54_1_random_seed(0x1ec1a135);
	end_ns = igt_now_ns() + CHAOS_MS * UINT64_C(1000000);
	for (operations = 0; operations < CHAOS_OPERATIONS && igt_now_ns() < end_ns; operations++) {
		igt_set_timeout(OPERATION_S, "an operation on a BO that scans have passed over, "
				"which they may have left locked");
		operate(chaos);
		igt_reset_timeout();
		assert_sane(chaos);
	}
	igt_debug("%u operations on %u BOs\n", operations, chaos->made);
	for (int i = 0; i < CHAOS_BOS; i++)
		gem_bo_free(chaos->bos[i]);
	return operations;
}

/** AC07: whatever was done to BOs, when they are closed nothing of them is counted or left. */
void account_balances_after_chaos(struct gem_device *dev)
{
	struct chaos chaos = before_chaos(dev);
	const uint64_t files = igt_open_files();
	const unsigned int operations = make_chaos(&chaos);

	igt_assert_f(igt_wait(igt_reclaimable(dev) == chaos.others, SETTLE_MS, 10),
		     "%u operations on %u BOs that are closed now: %" PRIu64 " KiB are counted, "
		     "expected %" PRIu64 " KiB\n", operations, chaos.made,
		     igt_reclaimable(dev) >> 10, chaos.others >> 10);
	igt_assert_objects_freed(files, chaos.made, "BOs are gone, whatever was done to them");
}

/** LD17: whatever was done to BOs, no page is left that was taken for one that is closed. */
void account_of_closed_has_no_page(struct gem_device *dev)
{
	uint64_t before, with_bo, left;
	struct chaos chaos;
	struct gem_bo *bo;

	igt_page_owner_require();
	chaos = before_chaos(dev);
	before = igt_pages_of_bos();
	bo = gem_bo_touched(dev, BO_BYTES);
	with_bo = igt_pages_of_bos();
	igt_require_f(with_bo == before + BO_BYTES / igt_page_size(), "Who has a page cannot be "
		      "told: of a BO of %" PRIu64 " pages this kernel tells %" PRId64 "\n",
		      BO_BYTES / igt_page_size(), (int64_t)(with_bo - before));
	gem_bo_free(bo);
	make_chaos(&chaos);

	igt_assert_f(igt_wait((left = igt_pages_of_bos()) <= before, SETTLE_MS, 100),
		     "of %u BOs that are closed %" PRIu64 " pages are in use\n", chaos.made,
		     left - before);
}

/**
 * AC16: the shrinkers of GPUs are not asked when a cgroup is to shrink, in the kernels there are;
 * what happens is told. Asked for the whole machine they give what is lent.
 */
void account_of_cgroup_is_told(struct gem_device *dev)
{
	struct gem_bo *bos[4];
	unsigned int gone = 0;

	igt_require_no_swap();
	igt_require_free_memory(ARRAY_SIZE(bos) * MiB(1));
	igt_reclaim_require(dev);
	igt_memcg_enter();
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++) {
		bos[i] = gem_bo_filled(dev, MiB(1));
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
	igt_memcg_reclaim(ARRAY_SIZE(bos) * MiB(1));
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++) {
		if (is_there(bos[i])) {
			igt_assert_bo_retained(bos[i], "what a cgroup's reclaim leaves is whole");
		} else {
			igt_assert_bo_purged(bos[i], "what a cgroup's reclaim takes is gone");
			gone++;
		}
	}
	igt_info("the cgroup's reclaim purges %u of %zu BOs that are lent\n", gone,
		 ARRAY_SIZE(bos));

	igt_reclaim(dev, RECLAIM_DROP_CACHES, (ARRAY_SIZE(bos) - gone) * MiB(1));
	for (unsigned int i = 0; i < ARRAY_SIZE(bos); i++)
		igt_assert_bo_purged(bos[i], "the machine's reclaim purges what is lent");
}

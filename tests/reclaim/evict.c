/* SPDX-License-Identifier: MIT */
/**
 * Which BOs reclaim evicts, and where their pages go.
 */
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_swap.h"

#define BOS 4
#define BO_BYTES MiB(4)

/* How long the books of a cgroup, which are brought up to date every 2 s, may take. */
#define SETTLE_MS 5000

/* What they may be late by: an eighth of what a scenario moves is 64 pages of some processors. */
#define SLACK(bytes) ((bytes) / 8)

/** Wait for memory.stat to tell @relation @bytes of @key, or fail: @claim. */
#define assert_stat(key, relation, bytes, claim)                                               \
	igt_assert_f(igt_wait(igt_memcg_stat(key) relation (bytes), SETTLE_MS, 20),            \
		     "%s: memory.stat tells %" PRIu64 " KiB of " key ", expected " #relation   \
		     " %" PRIu64 " KiB\n", claim, igt_memcg_stat(key) >> 10,                   \
		     (uint64_t)(bytes) >> 10)

struct evictions {
	struct gem_device *dev;
	void (*subtests)(struct gem_device *dev);
};

static void subtests_of(void *data)
{
	const struct evictions *evictions = data;

	evictions->subtests(evictions->dev);
}

void evict_with_swap(struct gem_device *dev, void (*subtests)(struct gem_device *dev))
{
	struct evictions evictions = {.dev = dev, .subtests = subtests};
	/* Swap that comes and goes takes longer than most subtests. */
	const bool wanted = igt_wants_subtest(subtests_of, &evictions);

	igt_subtest_group() {
		if (wanted)
			igt_fixture()
				igt_swap_on(EVICT_SWAP_BYTES);

		/* A group of its own, so that the swap is also removed when nothing evicts. */
		igt_subtest_group() {
			if (wanted)
				igt_fixture()
					igt_reclaim_require_eviction(dev);

			subtests(dev);
		}

		if (wanted)
			igt_fixture()
				igt_swap_off();
	}
}

void evict_leftovers(struct gem_device *dev)
{
	gem_settle(dev);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
}

void evict_exactly(struct gem_device *dev, uint64_t bytes)
{
	const uint64_t before = igt_reclaimable(dev);
	uint64_t after;

	igt_reclaim(dev, RECLAIM_SHRINKER, bytes);
	after = igt_reclaimable(dev);
	igt_assert_f(before - after == bytes,
		     "a scan changes what can be reclaimed from %" PRIu64 " KiB to %" PRIu64
		     " KiB, expected %" PRIu64 " KiB less\n", before >> 10, after >> 10,
		     bytes >> 10);
}

void evict_assert_counted(struct gem_device *dev, uint64_t before, uint64_t bytes,
			  const char *claim)
{
	const uint64_t after = igt_reclaimable(dev);

	igt_assert_f(after - before == bytes,
		     "%s: what can be reclaimed changes from %" PRIu64 " KiB to %" PRIu64
		     " KiB, expected %" PRIu64 " KiB more\n", claim, before >> 10, after >> 10,
		     bytes >> 10);
}

struct gem_bo *evicted_bo(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo;

	igt_require_free_memory(bytes);
	evict_leftovers(dev);
	bo = gem_bo_filled(dev, bytes);
	evict_exactly(dev, bytes);
	return bo;
}

void evict_assert_taken(struct gem_bo *bo, const char *claim)
{
	if (bo->advice == GEM_DONTNEED)
		igt_assert_bo_purged(bo, claim);
	else
		igt_assert_bo_evicted(bo, claim);
}

static bool swapped(uint64_t total, uint64_t bytes)
{
	igt_memcg_reclaim(bytes);
	return igt_memcg_swap() >= total;
}

void evict_to_swap(uint64_t before, uint64_t bytes)
{
	const uint64_t total = before + bytes - SLACK(bytes);

	igt_assert_f(igt_wait(swapped(total, bytes), SETTLE_MS, 20),
		     "evicted pages are swapped: memory.swap.current tells %" PRIu64
		     " KiB, expected >= %" PRIu64 " KiB\n", igt_memcg_swap() >> 10, total >> 10);
}

struct gem_bo *swapped_bo(struct gem_device *dev, uint64_t bytes)
{
	const uint64_t before = igt_memcg_swap();
	struct gem_bo *bo = evicted_bo(dev, bytes);

	evict_to_swap(before, bytes);
	return bo;
}

void evict_assert_swap_freed(uint64_t before, uint64_t bytes, const char *claim)
{
	const uint64_t total = before + SLACK(bytes);

	igt_assert_f(igt_wait(igt_memcg_swap() <= total, SETTLE_MS, 20),
		     "%s: memory.swap.current tells %" PRIu64 " KiB, expected <= %" PRIu64
		     " KiB\n", claim, igt_memcg_swap() >> 10, total >> 10);
}

/** EV01: a scan makes the pages of idle BOs reclaimable, and a touch finds each as it was. */
void evict_gives_pages_back(struct gem_device *dev)
{
	const uint64_t all = BOS * BO_BYTES;
	struct gem_bo *bos[BOS];
	uint64_t left;

	igt_require_free_memory(all);
	igt_memcg_enter();
	evict_leftovers(dev);
	for (int i = 0; i < BOS; i++)
		bos[i] = gem_bo_filled(dev, BO_BYTES);
	assert_stat("unevictable", >=, all - SLACK(all), "pages of a BO in use stay in memory");

	evict_exactly(dev, all);
	left = igt_reclaimable(dev);
	assert_stat("unevictable", <=, SLACK(all), "pages of an evicted BO are let go");

	for (int i = 0; i < BOS; i++)
		igt_assert_bo_evicted(bos[i], "each page that was taken comes back by a touch");
	evict_assert_counted(dev, left, all, "BOs that are back can be evicted again");
}

/** EV02: the same BO is left alone without swap, and evicted with it. */
void evict_needs_swap(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_require_no_swap();
	igt_require_free_memory(BO_BYTES);
	igt_swap_on(EVICT_SWAP_BYTES);
	igt_reclaim_require_eviction(dev);
	igt_swap_off();

	bo = gem_bo_filled(dev, BO_BYTES);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, "without swap nothing is evicted");

	igt_swap_on(EVICT_SWAP_BYTES);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_evicted(bo, "with swap it is");
}

/** EV03: a BO for which swap has no room is left alone, a smaller one beside it is evicted. */
void evict_needs_room_in_swap(struct gem_device *dev)
{
	struct gem_bo *large, *small;

	igt_require_no_swap();
	igt_require_free_memory(5 * BO_BYTES);
	igt_swap_on(2 * BO_BYTES);
	igt_reclaim_require_eviction(dev);
	large = gem_bo_filled(dev, 4 * BO_BYTES);
	small = gem_bo_filled(dev, BO_BYTES);

	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);

	igt_assert_bo_resident(large, "what swap has no room for is not evicted");
	igt_assert_bo_evicted(small, "what it has room for is");
}

/** EV12: when swap goes away, what evicted BOs have there comes back to memory, as it was. */
void evict_survives_swapoff(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];

	igt_require_no_swap();
	igt_memcg_enter();
	igt_swap_on(EVICT_SWAP_BYTES);
	igt_reclaim_require_eviction(dev);
	for (int i = 0; i < BOS; i++)
		bos[i] = swapped_bo(dev, BO_BYTES);

	igt_swap_off();

	for (int i = 0; i < BOS; i++)
		igt_assert_bo_evicted(bos[i], "what was in swap is in memory when that is gone");
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	for (int i = 0; i < BOS; i++)
		igt_assert_bo_resident(bos[i], "and stays there");
}

/* Twice as many BOs, of which every other one is lent. */
static void lend_every_other(struct gem_device *dev, struct gem_bo *bos[2 * BOS])
{
	igt_require_free_memory(2 * BOS * BO_BYTES);
	evict_leftovers(dev);
	for (int i = 0; i < 2 * BOS; i++) {
		bos[i] = gem_bo_filled(dev, BO_BYTES);
		gem_bo_madvise(bos[i], i % 2 ? GEM_WILLNEED : GEM_DONTNEED);
	}
}

/** EV04: as long as there are BOs that nobody needs, none that is needed is evicted. */
void evict_comes_after_purge(struct gem_device *dev)
{
	const uint64_t lent = BOS * BO_BYTES;
	struct gem_bo *bos[2 * BOS];

	lend_every_other(dev, bos);
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, lent / igt_page_size()), 0);

	for (int i = 0; i < 2 * BOS; i++) {
		if (i % 2)
			igt_assert_bo_resident(bos[i], "what is needed is not evicted first");
		else
			igt_assert_bo_purged(bos[i], "what nobody needs is purged first");
	}
}

/** EV04, AC12: who asks for a page more than BOs that nobody needs have gets one that is needed. */
void evict_takes_what_is_missing(struct gem_device *dev)
{
	const uint64_t lent = BOS * BO_BYTES;
	struct gem_bo *bos[2 * BOS];
	uint64_t before, taken;

	lend_every_other(dev, bos);
	before = igt_reclaimable(dev);
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, lent / igt_page_size() + 1), 0);
	taken = before - igt_reclaimable(dev);
	igt_assert_f(taken == lent + BO_BYTES, "a scan for a page more than the %" PRIu64
		     " KiB that are lent takes %" PRIu64 " KiB, expected a BO of %" PRIu64
		     " KiB more\n", lent >> 10, taken >> 10, BO_BYTES >> 10);
	for (int i = 1; i < 2 * BOS; i += 2)
		igt_assert_bo_retained(bos[i], "what is needed is whole, evicted or not");
}

static uint64_t shmem_after_reclaim(uint64_t bytes)
{
	igt_memcg_reclaim(bytes);
	return igt_memcg_stat("shmem");
}

/** EV05: evicted pages leave memory for swap, and come back with their contents. */
void evict_lets_pages_be_swapped(struct gem_device *dev)
{
	uint64_t before, in_swap;
	struct gem_bo *bo;

	igt_memcg_enter();
	before = igt_memcg_swap();
	bo = evicted_bo(dev, BO_BYTES);
	assert_stat("shmem", >=, BO_BYTES - SLACK(BO_BYTES), "evicting alone swaps nothing");

	igt_assert_f(igt_wait(shmem_after_reclaim(BO_BYTES) <= SLACK(BO_BYTES), SETTLE_MS, 20),
		     "evicted pages leave memory: memory.stat tells %" PRIu64 " KiB of shmem, "
		     "expected <= %" PRIu64 " KiB\n", igt_memcg_stat("shmem") >> 10,
		     SLACK(BO_BYTES) >> 10);
	in_swap = igt_memcg_swap() - before;

	igt_assert_bo_evicted(bo, "what has left memory comes back as it was");
	igt_assert_f(in_swap >= BO_BYTES - SLACK(BO_BYTES),
		     "what has left memory is in swap: memory.swap.current rose by %" PRIu64
		     " KiB, expected >= %" PRIu64 " KiB\n", in_swap >> 10,
		     (BO_BYTES - SLACK(BO_BYTES)) >> 10);
	evict_assert_swap_freed(before, BO_BYTES, "what came back is in swap no more");
}

/** EV05: so do those of a BO that nobody has mapped any more, and no device ever used. */
void evict_unmapped_can_be_swapped(struct gem_device *dev)
{
	struct gem_bo *bo;
	uint64_t before;

	igt_require_free_memory(BO_BYTES);
	igt_memcg_enter();
	evict_leftovers(dev);
	before = igt_memcg_swap();
	bo = gem_bo_filled(dev, BO_BYTES);
	gem_bo_unmap(bo);
	/* Where the last mapping was the last user they are shmem's already. */
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, bo->pages), 0);
	evict_to_swap(before, BO_BYTES);

	gem_bo_map(bo);
	igt_assert_bo_retained(bo, "what was left by its last user comes back as it was");
}

/** EV11: to a scan an evicted BO is nothing that could be reclaimed. */
void evict_happens_once(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);

	for (int i = 0; i < 5; i++)
		evict_exactly(dev, 0);
	igt_assert_bo_evicted(bo, "scans of an evicted BO change nothing");
	evict_exactly(dev, BO_BYTES);
}

/** EV18: with a BO goes what it has in swap. */
void evict_swap_ends_with_bo(struct gem_device *dev)
{
	struct gem_bo *bo;
	uint64_t before;

	igt_memcg_enter();
	before = igt_memcg_swap();
	bo = swapped_bo(dev, BO_BYTES);

	gem_bo_free(bo);

	evict_assert_swap_freed(before, BO_BYTES, "closing a BO frees its swap");
}

/** PU12: a BO that is in swap is purged there when nobody needs it any more. */
void evict_swapped_is_purged(struct gem_device *dev)
{
	struct gem_bo *bo;
	uint64_t before;

	igt_memcg_enter();
	before = igt_memcg_swap();
	bo = swapped_bo(dev, BO_BYTES);

	igt_assert_f(gem_bo_madvise(bo, GEM_DONTNEED), "a BO in swap is told not retained\n");
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);

	igt_assert_bo_purged(bo, "a BO in swap can be purged");
	evict_assert_swap_freed(before, BO_BYTES, "purging a BO frees its swap");
}

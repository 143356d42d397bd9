/* SPDX-License-Identifier: MIT */
/**
 * Where the memory of purged BOs goes.
 *
 * The oracle is the memory cgroup that the BOs are charged to. It lets go of a page when the last
 * one who holds it does, and not already when the file that it was in is truncated.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/memory.h"
#include "reclaim/partner.h"
#include "reclaim/purge.h"

#define BOS 4
#define BO_BYTES MiB(8)
#define ALL_BYTES (BOS * BO_BYTES)

/* How long the books of a cgroup may take, and what they may be late by. */
#define SETTLE_MS 3000
#define SLACK (ALL_BYTES / 8)

/* Fail, telling @claim, unless the cgroup comes to be charged for @bytes at most. */
static void assert_charged(uint64_t bytes, const char *claim)
{
	igt_assert_f(igt_wait(igt_memcg_current() <= bytes, SETTLE_MS, 10),
		     "%s: memory.current tells %" PRIu64 " KiB, expected <= %" PRIu64 " KiB\n",
		     claim, igt_memcg_current() >> 10, bytes >> 10);
}

/* Idle BOs that are lent, charged to the cgroup, which had @before. */
static void lend(struct gem_device *dev, struct gem_bo *bos[BOS], uint64_t before)
{
	for (int i = 0; i < BOS; i++) {
		bos[i] = gem_bo_filled(dev, BO_BYTES);
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
	igt_assert_f(igt_wait(igt_memcg_current() >= before + ALL_BYTES - SLACK, SETTLE_MS, 10),
		     "BOs are charged to who fills them: memory.current tells %" PRIu64
		     " KiB, expected >= %" PRIu64 " KiB\n", igt_memcg_current() >> 10,
		     (before + ALL_BYTES - SLACK) >> 10);
}

static void purge_and_look(struct gem_device *dev, bool mapped, const char *claim)
{
	struct gem_bo *bos[BOS];
	uint64_t before;

	igt_require_free_memory(ALL_BYTES);
	igt_reclaim_require(dev);
	igt_memcg_enter();
	before = igt_memcg_current();
	lend(dev, bos, before);
	for (int i = 0; i < BOS && !mapped; i++)
		gem_bo_unmap(bos[i]);

	igt_reclaim(dev, RECLAIM_SHRINKER, ALL_BYTES);

	assert_charged(before + SLACK, claim);
	for (int i = 0; i < BOS; i++)
		igt_assert_bo_purged(bos[i], "memory that is free was purged, and the owner is told");
}

/** PU05: what is purged is the machine's again. */
void memory_of_purged_is_free(struct gem_device *dev)
{
	purge_and_look(dev, false, "the memory of purged BOs is free");
}

/** PU06: at once, however many mappings of it there are. B113: a mapping kept the pages. */
void memory_of_purged_is_free_while_mapped(struct gem_device *dev)
{
	purge_and_look(dev, true, "the memory of purged BOs is free while they are mapped");
}

static void unmap_at_subtest_end(void *map)
{
	munmap(map, BO_BYTES);
}

/*
 * Map @bo at @offset until the subtest ends; if that is possible, there must be nothing. Returns 0
 * or the negative errno of mmap().
 */
static int map_nothing(struct gem_bo *bo, uint64_t offset, const char *which)
{
	void *map = mmap(NULL, bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bo->dev->fd,
			 (off_t)offset);

	if (map == MAP_FAILED) {
		igt_debug("%s: mmap with the %s offset: %s\n", bo->label, which, strerror(errno));
		return -errno;
	}
	igt_on_subtest_end(unmap_at_subtest_end, map);
	igt_assert_map_dead(bo, map, "what is mapped after the purge has nothing behind it");
	return 0;
}

/** PU07: a purged BO may be mapped or not, but it gets no new pages. B114: it got unusable ones. */
void memory_is_not_taken_again(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];
	uint64_t old[BOS], before, offset;
	int r;

	igt_require_free_memory(ALL_BYTES);
	igt_reclaim_require(dev);
	igt_memcg_enter();
	before = igt_memcg_current();
	lend(dev, bos, before);
	for (int i = 0; i < BOS; i++) {
		igt_assert_eq(gem_bo_map_offset(bos[i], &old[i]), 0);
		gem_bo_unmap(bos[i]);
	}
	igt_reclaim(dev, RECLAIM_SHRINKER, ALL_BYTES);
	assert_charged(before + SLACK, "the memory of purged BOs is free");

	for (int i = 0; i < BOS; i++) {
		igt_assert_bo_purged(bos[i], "reclaim purges what is lent");
		r = map_nothing(bos[i], old[i], "old");
		errno = 0;
		igt_assert_f(r == -EINVAL, "mmap of a purged BO by its offset from before: %s, "
			     "expected %s\n", r ? strerror(-r) : "mapped", strerror(EINVAL));
		if (gem_bo_map_offset(bos[i], &offset) == 0)
			map_nothing(bos[i], offset, "new");
	}

	assert_charged(before + SLACK, "mapping purged BOs takes no memory");
}

/** AC04: whoever reclaims, it is the BO's owner who is charged no more. */
void memory_is_uncharged_by_others(struct gem_device *dev)
{
	const int lent = partner_event();
	struct gem_bo *bos[BOS];
	uint64_t before;

	igt_require_free_memory(ALL_BYTES);
	igt_reclaim_require(dev);
	/* The child stays where it is born. */
	igt_fork(child, 1) {
		partner_await(lent);
		igt_reclaim(dev, RECLAIM_SHRINKER, ALL_BYTES);
	}
	igt_memcg_enter();
	before = igt_memcg_current();
	lend(dev, bos, before);
	for (int i = 0; i < BOS; i++)
		gem_bo_unmap(bos[i]);

	partner_signal(lent);
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child that reclaims");

	assert_charged(before + SLACK, "memory that another process reclaimed is uncharged");
	for (int i = 0; i < BOS; i++)
		igt_assert_bo_purged(bos[i], "reclaim by another process purges");
	close(lent);
}

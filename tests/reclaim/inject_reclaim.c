/* SPDX-License-Identifier: MIT */
/**
 * BOs that come from swap, or go, while allocations fail.
 */
#include <errno.h>
#include <string.h>

#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/inject.h"
#include "reclaim/inject_reclaim.h"

/* How often a BO is looked at until nothing of it is left. */
#define SCANS 3

/* Whatever can be taken is taken, but for what a fence keeps. */
static void scan(struct inject *in)
{
	gem_bo_wait_idle(in->dies);
	for (int i = 0; i < SCANS; i++)
		igt_assert_eq(igt_shrinker_scan_once(in->other->shrinker, 1u << 20), 0);
}

/* --- swap-in -------------------------------------------------------------------------------- */

/*
 * A BO whose pages are in swap. One that failed to come back is sent there again, whatever of it
 * had come: each time it takes the whole way. B32 counts one more user of the pages with each
 * failure, of which the kernel complains when there are two and the BO is freed.
 */
static void prepare_swapped(struct inject *in)
{
	if (!in->other->shrinker)
		igt_reclaim_require(in->other);
	if (!in->dies)
		in->dies = gem_bo_sent(in->dev, INJECT_BYTES);
	scan(in);
	igt_memcg_reclaim(INJECT_BYTES);
}

static int touch(struct inject *in)
{
	return igt_sigbus_probe(in->dies->map, IGT_ACCESS_READ).raised ? -EFAULT : 0;
}

static int send(struct inject *in)
{
	return in->dev->ops->bo_flush(in->dev->fd, in->dies->handle, in->dies->bytes);
}

static void is_back(struct inject *in)
{
	gem_bo_wait_idle(in->dies);
	igt_assert_bo_retained(in->dies, "what was in swap comes back as it was");
	inject_assert_works(in->dies, "and works");
}

static const struct inject_call swapins[] = {
	{"by-touch", "the touch of a BO in swap", .prepare = prepare_swapped, .call = touch,
	 .done = is_back},
	{"by-use", "sending a BO in swap to the GPU", .prepare = prepare_swapped, .again = 1,
	 .call = send, .done = is_back},
};

/**
 * SI11, LD06, OO05: who touches or uses an evicted BO for which there is no memory is told so, or
 * has it; never anything else than what it was; and later it comes back. B31, B32.
 */
void inject_swapin(struct gem_device *dev)
{
	igt_memcg_enter();
	inject_calls(dev, swapins, ARRAY_SIZE(swapins));
}

#define TOUCHED_BYTES KiB(32)
#define TOUCH_S 60

/**
 * SI12: who touches an evicted BO just when there is no memory for it is kept waiting for that, and
 * not killed for it; nor is anybody else, and the BO is whole for all who have it mapped.
 */
void inject_touch(struct gem_device *dev)
{
	const uint64_t kills = igt_vmstat_counter("oom_kill");
	struct igt_fail_nth fail;
	struct gem_bo *bo;

	inject_expect_refusals();
	igt_memcg_enter();
	evict_leftovers(dev);
	bo = gem_bo_filled(dev, TOUCHED_BYTES);
	igt_set_timeout(TOUCH_S, "touching an evicted BO without memory");
	igt_each_failure(&fail, "the touch of an evicted BO") {
		evict_exactly(dev, TOUCHED_BYTES);
		igt_memcg_reclaim(TOUCHED_BYTES);
		igt_failing(&fail, igt_sigbus_probe(bo->map, IGT_ACCESS_READ).raised ? -EFAULT : 0);
		igt_assert_f(fail.failed == 0, "with allocation %u failing once, who touches an "
			     "evicted BO gets SIGBUS\n", fail.n);
		igt_assert_bo_retained(bo, "what is touched without memory comes back as it was");
	}
	igt_reset_timeout();
	igt_assert_f(fail.survived > 0, "the touch of an evicted BO takes no memory\n");
	igt_assert_eq_u64(igt_vmstat_counter("oom_kill"), kills);
}

/* --- scans ---------------------------------------------------------------------------------- */

/* A BO that may be taken, which one failed scan may have left. */
static void prepare_scan(struct inject *in, enum gem_advice advice)
{
	if (!in->other->shrinker)
		igt_reclaim_require(in->other);
	if (in->dies)
		return;
	in->dies = gem_bo_sent(in->dev, INJECT_BYTES);
	gem_bo_madvise(in->dies, advice);
}

static void prepare_needed(struct inject *in)
{
	prepare_scan(in, GEM_WILLNEED);
}

static void prepare_lent(struct inject *in)
{
	prepare_scan(in, GEM_DONTNEED);
}

static int scan_once(struct inject *in)
{
	return igt_shrinker_scan_once(in->other->shrinker, 1u << 20);
}

/* It may have been passed over; then it is taken now. */
static void needed_is_whole(struct inject *in)
{
	igt_assert_bo_retained(in->dies, "a needed BO is whole after a scan without memory");
	inject_assert_works(in->dies, "and works");
	scan(in);
	igt_assert_bo_evicted(in->dies, "and the next scan evicts it");
}

static void lent_is_all_or_nothing(struct inject *in)
{
	if (gem_bo_madvise(in->dies, GEM_WILLNEED)) {
		igt_assert_bo_retained(in->dies, "a BO that a scan without memory left is whole");
		inject_assert_works(in->dies, "and works");
	} else {
		igt_assert_bo_purged(in->dies, "a BO that a scan without memory took is purged");
		return;
	}
	gem_bo_madvise(in->dies, GEM_DONTNEED);
	scan(in);
	igt_assert_bo_purged(in->dies, "and the next scan purges it");
}

static const struct inject_call evictions[] = {
	{"eviction", "a scan that evicts", .prepare = prepare_needed, .call = scan_once,
	 .done = needed_is_whole},
};

static const struct inject_call purges[] = {
	{"purge", "a scan that purges", .prepare = prepare_lent, .call = scan_once,
	 .done = lent_is_all_or_nothing},
};

/** LD03, LD06: a scan without memory evicts a BO or leaves it, and the next takes it. */
void inject_scans(struct gem_device *dev)
{
	inject_calls(dev, evictions, ARRAY_SIZE(evictions));
}

/** LD03, LD06: a scan without memory purges a BO or leaves it, and the next takes it. */
void inject_purges(struct gem_device *dev)
{
	inject_calls(dev, purges, ARRAY_SIZE(purges));
}

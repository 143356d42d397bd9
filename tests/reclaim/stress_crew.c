/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "igt_rand.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/stress_crew.h"

/* More than any crew has. */
#define MEMORY MiB(64)

#define MOST_SCANNED 4096

uint64_t crew_end_ns(void)
{
	return igt_now_ns() + CREW_SECONDS * UINT64_C(1000000000);
}

uint32_t crew_below(uint32_t limit)
{
	return hars_petruska_f54_1_random_unsafe_max(limit);
}

struct gem_device *crew_join(struct gem_device *dev, uint32_t seed)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

	hars_petruska_f54_1_random_seed(seed);
	/* A name, which is good in every process. */
	own->shrinker = malloc(sizeof(*own->shrinker));
	igt_assert(own->shrinker);
	*own->shrinker = *dev->shrinker;
	return own;
}

void crew_run(struct gem_device *dev, const char *claim, const struct crew_role *roles)
{
	const uint64_t end_ns = crew_end_ns();
	/* Each process has numbers of its own, the same for the same IGT_SRANDOM. */
	uint32_t seed = (uint32_t)rand();

	igt_require_free_memory(MEMORY);
	igt_klog_start();
	for (; roles->work; roles++) {
		igt_fork(worker, roles->count) {
			roles->work(crew_join(dev, seed + (uint32_t)worker), end_ns);
		}
		seed += (uint32_t)roles->count;
	}
	igt_waitchildren_timeout(CREW_SECONDS + CREW_LEEWAY_S, claim);
	igt_klog_assert_quiet(claim);
}

void crew_scan(struct gem_device *dev, uint64_t end_ns)
{
	while (igt_now_ns() < end_ns) {
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker,
						     1 + crew_below(1 + crew_below(MOST_SCANNED))),
			      0);
		igt_pause_ms(1);
	}
}

bool crew_take_back(struct gem_bo **slot)
{
	if (gem_bo_madvise(*slot, GEM_WILLNEED)) {
		igt_assert_bo_content(*slot, "what is told retained is retained");
		return false;
	}
	igt_assert_bo_purged(*slot, "what is told lost is lost");
	gem_bo_free(*slot);
	*slot = NULL;
	return true;
}

bool crew_use_kept(struct gem_bo **slot, bool may_lend)
{
	struct gem_bo *bo = *slot;

	if (bo->advice == GEM_WILLNEED) {
		switch (crew_below(may_lend ? 4 : 3)) {
		case 0:
			gem_bo_fill(bo);
			break;
		case 1:
			gem_bo_flush(bo);
			break;
		case 2:
			igt_assert_bo_content(bo, "what is needed is as it was left");
			break;
		case 3:
			igt_assert_f(gem_bo_madvise(bo, GEM_DONTNEED),
				     "%s, which is needed, is told lost\n", bo->label);
			break;
		}
		return false;
	}
	return crew_take_back(slot);
}

bool crew_use(struct gem_device *dev, struct gem_bo **slot, uint64_t bytes)
{
	if (!*slot) {
		*slot = gem_bo_filled(dev, bytes);
		return false;
	}
	if ((*slot)->advice == GEM_DONTNEED && crew_below(4) == 0) {
		gem_bo_free(*slot);
		*slot = NULL;
		return false;
	}
	return crew_use_kept(slot, /* may_lend= */ true);
}

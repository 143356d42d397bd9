/* SPDX-License-Identifier: MIT */
/**
 * What brings an evicted BO back, and that it is the same then.
 */
#include <sys/mman.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/swapin.h"

#define BO_BYTES MiB(4)
#define CYCLES 20

static void *page_at(const struct gem_bo *bo, uint64_t page)
{
	return (char *)bo->map + page * igt_page_size();
}

/** SI01: to read one page brings the BO back, all of it, and the shrinker counts it again. */
void swapin_brings_all_back(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	const uint64_t before = igt_reclaimable(dev);
	struct igt_sigbus signal = igt_sigbus_probe(page_at(bo, bo->pages / 2), IGT_ACCESS_READ);

	igt_assert_f(!signal.raised, "reading page %" PRIu64 " of an evicted BO raises SIGBUS\n",
		     bo->pages / 2);
	evict_assert_counted(dev, before, BO_BYTES, "one page brings all of a BO back");
	igt_assert_bo_retained(bo, "a BO that is back is as it was");
}

/** SI02, EV07: what is written to a BO that was in swap is there after it was in swap once more. */
void swapin_keeps_what_was_written(struct gem_device *dev)
{
	const uint64_t mark = 0x0123456789abcdef;
	volatile uint64_t *word;
	struct gem_bo *bo;
	uint64_t before;

	igt_memcg_enter();
	before = igt_memcg_swap();
	bo = swapped_bo(dev, BO_BYTES);
	/* Between the marks at the page's start and end. */
	word = (uint64_t *)page_at(bo, bo->pages / 3) + igt_page_size() / sizeof(uint64_t) / 2;

	igt_assert_f(!igt_sigbus_probe((void *)word, IGT_ACCESS_WRITE).raised,
		     "writing to an evicted BO raises SIGBUS\n");
	*word = mark;
	evict_exactly(dev, BO_BYTES);
	evict_to_swap(before, BO_BYTES);

	igt_assert_bo_evicted(bo, "what was not written is as it was");
	igt_assert_f(*word == mark, "what was written is lost: page %" PRIu64 " reads %#" PRIx64
		     ", expected %#" PRIx64 "\n", bo->pages / 3, *word, mark);
}

/** SI05, without a look at the screen: the GPU gets an evicted BO's contents, and it is back. */
void swapin_for_transfer(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	const uint64_t before = igt_reclaimable(dev);

	gem_bo_flush(bo);
	evict_assert_counted(dev, before, BO_BYTES, "the GPU's use brings a BO back");
	igt_assert_bo_retained(bo, "the GPU's use of an evicted BO leaves it as it was");

	evict_exactly(dev, BO_BYTES);
	igt_assert_bo_evicted(bo, "a BO that the GPU has used is evicted again");
}

/* Unmap @pages pages; what is mapped instead keeps others from moving in. */
static void punch(struct gem_bo *bo, uint64_t first, uint64_t pages)
{
	void *hole = mmap(page_at(bo, first), pages * igt_page_size(), PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	igt_assert(hole == page_at(bo, first));
}

/** SI14: each piece of a mapping that was cut up shows its own part of the BO. */
void swapin_through_split_map(struct gem_device *dev)
{
	const uint64_t eighth = BO_BYTES / igt_page_size() / 8;
	struct gem_bo *bo;

	evict_leftovers(dev);
	bo = gem_bo_filled(dev, BO_BYTES);
	punch(bo, 0, eighth);
	punch(bo, 2 * eighth, 2 * eighth);
	igt_assert(mprotect(page_at(bo, 5 * eighth), eighth * igt_page_size(), PROT_READ) == 0);

	evict_exactly(dev, BO_BYTES);

	igt_assert_bo_range(bo, eighth, eighth, "what is left before a hole is in its place");
	igt_assert_bo_range(bo, 4 * eighth, eighth, "what is left behind a hole is in its place");
	igt_assert_bo_range(bo, 5 * eighth, eighth, "what was made read-only is in its place");
	igt_assert_bo_range(bo, 6 * eighth, 2 * eighth, "what is behind that is in its place");
}

/** SI18: a BO goes and comes as often as it likes; count and contents are the same each time. */
void swapin_repeats(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	const uint64_t gone = igt_reclaimable(dev);

	for (int i = 0; i < CYCLES; i++) {
		igt_assert_bo_evicted(bo, "a touch brings it back each time");
		evict_assert_counted(dev, gone, BO_BYTES, "a BO that is back is counted");
		evict_exactly(dev, BO_BYTES);
	}
}

/* SPDX-License-Identifier: MIT */
/**
 * BOs that have huge pages: what reclaim does to many pages that are one for the kernel.
 *
 * The oracle is the memory cgroup that a BO is charged to: it tells how much of its shmem is in
 * huge pages, without those of others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/evict.h"
#include "reclaim/huge.h"
#include "reclaim/igt_fault.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_undo.h"

#define SETTINGS "/sys/kernel/mm/transparent_hugepage/"

/* Of a BO, each with others before or behind it. */
#define HUGE_PAGES 4

/* Huge pages are 512 MiB where pages are 64 KiB: no host or swap has room for BOs of those. */
#define MOST_BYTES (EVICT_SWAP_BYTES / 2)

/* How long the books of a cgroup, which are brought up to date every 2 s, may take. */
#define SETTLE_MS 3000

/* Have shmem get huge pages until the subtest ends. Returns how large they are. */
static uint64_t require_huge_pages(void)
{
	const int r = igt_undo_set_file(SETTINGS "shmem_enabled", "always");
	_cleanup_free_ char *text = NULL;

	errno = 0;
	igt_require_f(r != -ENOENT, "Shmem has no huge pages: the kernel was built without "
				    "CONFIG_TRANSPARENT_HUGEPAGE\n");
	igt_require_f(r > 0, SETTINGS "shmem_enabled cannot be set to always: %s\n", strerror(-r));
	igt_require_f(igt_memcg_has_stat("shmem_thp"), "memory.stat does not tell of huge pages: "
						       "the kernel is older than 5.11\n");
	igt_assert_eq(igt_file_read(SETTINGS "hpage_pmd_size", &text), 0);
	return strtoull(text, NULL, 10);
}

/* A BO that has huge pages, filled and idle. The cgroup is new: there are no others in it. */
static struct gem_bo *huge_bo(struct gem_device *dev)
{
	const uint64_t huge = require_huge_pages(), bytes = HUGE_PAGES * huge;
	struct gem_bo *bo;
	bool given;

	igt_require_f(bytes <= MOST_BYTES, "Huge pages of %" PRIu64 " MiB make too large BOs\n",
		      huge >> 20);
	igt_require_free_memory(bytes);
	bo = gem_bo_sent(dev, bytes);
	given = igt_wait(igt_memcg_stat("shmem_thp") >= huge, SETTLE_MS, 10);
	errno = 0;
	igt_require_f(given, "The kernel gave a BO of %" PRIu64 " MiB no huge pages\n",
		      bytes >> 20);
	igt_info("a BO of %" PRIu64 " KiB has %" PRIu64 " KiB in huge pages of %" PRIu64 " KiB\n",
		 bytes >> 10, igt_memcg_stat("shmem_thp") >> 10, huge >> 10);
	return bo;
}

struct reading {
	const struct gem_bo *bo;
	uint64_t faults;
};

static void read_all(void *data)
{
	struct reading *reading = data;

	reading->faults = igt_faults_reading(reading->bo->map, reading->bo->bytes);
}

/*
 * It was taken, and is as it was. A kernel may map a huge page that comes back by one fault, so
 * that one for each is all that can be expected.
 */
static void assert_back(struct gem_bo *bo, const char *claim)
{
	struct reading reading = {.bo = bo};
	const struct igt_sigbus signal = igt_sigbus_catch(read_all, &reading);

	igt_assert_f(!signal.raised, "%s: reading it raises SIGBUS\n", claim);
	igt_assert_f(reading.faults >= HUGE_PAGES, "%s: to read its %d huge pages takes %" PRIu64
		     " faults\n", claim, HUGE_PAGES, reading.faults);
	igt_assert_bo_retained(bo, claim);
}

/**
 * EV16: a BO of huge pages is evicted whole, comes back by a touch as it was, and is counted; so it
 * is when its huge pages were split meanwhile, to be written to swap.
 */
void huge_come_back(struct gem_device *dev)
{
	uint64_t in_swap, gone;
	struct gem_bo *bo;

	igt_memcg_enter();
	in_swap = igt_memcg_swap();
	evict_leftovers(dev);
	gone = igt_reclaimable(dev);
	bo = huge_bo(dev);
	evict_assert_counted(dev, gone, bo->bytes, "a BO of huge pages can be evicted");

	evict_exactly(dev, bo->bytes);
	assert_back(bo, "huge pages that were evicted come back");
	evict_assert_counted(dev, gone, bo->bytes, "a BO whose huge pages are back is counted");

	evict_exactly(dev, bo->bytes);
	evict_to_swap(in_swap, bo->bytes);
	assert_back(bo, "huge pages that were swapped come back");
	evict_assert_counted(dev, gone, bo->bytes, "a BO that is back from swap is counted");
	evict_assert_swap_freed(in_swap, bo->bytes, "what came back is in swap no more");
}

/**
 * EV16: huge pages are to reclaim what other pages are: those of a BO that is lent are given back,
 * all of them, and the owner is told.
 */
void huge_are_purged(struct gem_device *dev)
{
	struct gem_bo *bo;
	uint64_t before;

	igt_memcg_enter();
	before = igt_memcg_current();
	bo = huge_bo(dev);

	igt_assert_f(gem_bo_madvise(bo, GEM_DONTNEED), "a BO of huge pages is told not retained\n");
	igt_reclaim(dev, RECLAIM_SHRINKER, bo->bytes);

	igt_assert_bo_purged(bo, "a BO of huge pages is purged");
	/* Not a page may stay of a huge one that had to be split. */
	igt_assert_f(igt_wait(igt_memcg_stat("shmem") == 0, SETTLE_MS, 10),
		     "a purged BO has no shmem: memory.stat tells %" PRIu64 " KiB, %" PRIu64
		     " KiB of it in huge pages\n", igt_memcg_stat("shmem") >> 10,
		     igt_memcg_stat("shmem_thp") >> 10);
	before += bo->bytes / 8;
	igt_assert_f(igt_wait(igt_memcg_current() <= before, SETTLE_MS, 10),
		     "huge pages that are purged are free: memory.current tells %" PRIu64
		     " KiB, expected <= %" PRIu64 " KiB\n", igt_memcg_current() >> 10,
		     before >> 10);
}

/* SPDX-License-Identifier: MIT */
/**
 * Eviction under several mappings, several processes, and mlock().
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/evict_mapped.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"

#define BO_BYTES MiB(1)
#define MAPS 3
#define PROCESSES 4

static void unmap_at_subtest_end(void *map)
{
	munmap(map, BO_BYTES);
}

/* All of @bo once more, until the subtest ends. */
static void *map_again(struct gem_bo *bo)
{
	uint64_t offset = 0;
	void *map;

	igt_assert_eq(gem_bo_map_offset(bo, &offset), 0);
	map = mmap(NULL, bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bo->dev->fd,
		   (off_t)offset);
	igt_assert(map != MAP_FAILED);
	igt_on_subtest_end(unmap_at_subtest_end, map);
	return map;
}

/* Each of @maps takes a fault a page, and shows the BO. */
static void assert_maps_evicted(struct gem_bo *bo, void *const maps[MAPS], const char *claim)
{
	void *const first = bo->map;

	for (int i = 0; i < MAPS; i++) {
		bo->map = maps[i];
		igt_assert_bo_evicted(bo, claim);
	}
	bo->map = first;
}

/** EV19: an evicted BO is gone from every mapping of every process, and comes back in each. */
void evict_zaps_every_map(struct gem_device *dev)
{
	const int ready = partner_event(), evicted = partner_event();
	void *maps[MAPS];
	struct gem_bo *bo;

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	bo = gem_bo_filled(dev, BO_BYTES);
	maps[0] = bo->map;
	for (int i = 1; i < MAPS; i++)
		maps[i] = map_again(bo);
	igt_fork(child, PROCESSES) {
		for (int i = 0; i < MAPS; i++) {
			bo->map = maps[i];
			igt_assert_bo_content(bo, "a child sees what its parent wrote");
		}
		partner_signal(ready);
		partner_await(evicted);
		assert_maps_evicted(bo, maps, "a child's mappings are zapped, and show it again");
	}
	for (int i = 0; i < PROCESSES; i++)
		partner_await(ready);
	for (int i = 1; i < MAPS; i++) {
		bo->map = maps[i];
		igt_assert_bo_content(bo, "a second mapping shows the BO");
	}
	bo->map = maps[0];

	evict_exactly(dev, BO_BYTES);

	for (int i = 0; i < PROCESSES; i++)
		partner_signal(evicted);
	assert_maps_evicted(bo, maps, "all mappings are zapped, and show the BO again");
	igt_waitchildren_timeout(2 * PARTNER_SECONDS, "children with mappings of a BO");
	close(ready);
	close(evicted);
}

/**
 * EV20: pages of the GPU are none that a process can lock: neither mlockall() nor MAP_LOCKED keeps
 * them, and their contents survive.
 */
void evict_disregards_mlock(struct gem_device *dev)
{
	const int ready = partner_event(), evicted = partner_event();

	igt_require_free_memory(2 * BO_BYTES);
	evict_leftovers(dev);
	/* A child, so that it is not the test that stays locked. */
	igt_fork(child, 1) {
		struct gem_device *own;
		struct gem_bo *bos[2];

		igt_assert_f(mlockall(MCL_CURRENT | MCL_FUTURE) == 0, "mlockall: %s\n",
			     strerror(errno));
		own = gem_device_reopen(dev, /* render= */ true);
		bos[0] = gem_bo_filled(own, BO_BYTES);
		bos[1] = gem_bo_create(own, BO_BYTES);
		gem_bo_map_flags(bos[1], MAP_LOCKED);
		gem_bo_fill(bos[1]);
		gem_bo_wait_idle(bos[1]);
		partner_signal(ready);
		partner_await(evicted);
		for (int i = 0; i < 2; i++)
			igt_assert_bo_evicted(bos[i], "a locked mapping does not keep a BO, "
					      "and shows it again");
	}
	partner_await(ready);
	evict_exactly(dev, 2 * BO_BYTES);
	partner_signal(evicted);
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child with locked mappings");
	close(ready);
	close(evicted);
}

/* A word between the marks at a page's start and end. */
static volatile uint64_t *word_of(void *map, uint64_t page)
{
	return (uint64_t *)((char *)map + page * igt_page_size() + igt_page_size() / 2);
}

/** EV21: what is written through one mapping is read through another, with evictions between. */
void evict_keeps_maps_coherent(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	void *other = map_again(bo);

	for (uint64_t round = 1; round <= 4; round++) {
		void *writer = round % 2 ? bo->map : other, *reader = round % 2 ? other : bo->map;

		for (uint64_t page = 0; page < bo->pages; page++)
			*word_of(writer, page) = round << 32 | page;
		if (round > 2)
			evict_exactly(dev, BO_BYTES);
		for (uint64_t page = 0; page < bo->pages; page++)
			igt_assert_f(*word_of(reader, page) == (round << 32 | page),
				     "page %" PRIu64 " reads %#" PRIx64 " through one mapping, "
				     "%#" PRIx64 " was written through another\n", page,
				     *word_of(reader, page), round << 32 | page);
		igt_assert_bo_retained(bo, "what was not written is as it was");
		evict_exactly(dev, BO_BYTES);
	}
}

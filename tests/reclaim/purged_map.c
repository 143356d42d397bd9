/* SPDX-License-Identifier: MIT */
/**
 * PU04: a mapping of a purged BO has nothing behind it, wherever and however it is looked at.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "reclaim/purge.h"

#define BO_BYTES MiB(1)

/** PU04: the owner itself reads and writes. */
void purged_map_is_dead(struct gem_device *dev)
{
	struct gem_bo *bo = purged_bo(dev, BO_BYTES);

	igt_assert_map_dead(bo, bo->map, "no access to a purged BO goes through");
}

/** PU04: children, one that had the pages before the purge and one that is born after it. */
void purged_map_is_dead_in_child(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, BO_BYTES);
	const int ready = partner_event(), purged = partner_event();

	igt_fork(child, 1) {
		igt_assert_bo_content(bo, "a child sees what its parent wrote");
		partner_signal(ready);
		partner_await(purged);
		igt_assert_map_dead(bo, bo->map, "a child that had the pages loses them too");
	}
	partner_await(ready);

	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "a child's mapping does not hold the pages");
	partner_signal(purged);

	igt_fork(child, 1)
		igt_assert_map_dead(bo, bo->map, "a later child inherits nothing but SIGBUS");
	igt_waitchildren_timeout(2 * PARTNER_SECONDS, "children probing a purged BO");
	close(ready);
	close(purged);
}

/* Move the BO's mapping elsewhere; its old place is free afterwards. */
static void move_map(struct gem_bo *bo)
{
	void *place = mmap(NULL, bo->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *moved;

	igt_assert(place != MAP_FAILED);
	moved = mremap(bo->map, bo->bytes, bo->bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	igt_assert(moved == place);
	bo->map = moved;
}

/** PU04: mappings that were moved, one before the purge and one after it. */
void purged_map_is_dead_after_mremap(struct gem_device *dev)
{
	struct gem_bo *before = gem_bo_filled(dev, BO_BYTES), *after;

	move_map(before);
	igt_assert_bo_content(before, "a moved mapping shows the same pages");
	gem_bo_madvise(before, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(before, "a moved mapping is cut off as well");

	after = purged_bo(dev, BO_BYTES);
	move_map(after);
	igt_assert_map_dead(after, after->map, "moving a dead mapping revives nothing");
}

/** PU04: a mapping made with MAP_POPULATE is cut off as any other. */
void purged_populated_map_is_dead(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, BO_BYTES);

	gem_bo_map_flags(bo, MAP_POPULATE);
	gem_bo_fill(bo);
	gem_bo_wait_idle(bo);
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "populated pages are purged and cut off");
}

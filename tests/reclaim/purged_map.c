/* SPDX-License-Identifier: MIT */
/**
 * PU04: a mapping of a purged BO has nothing behind it, wherever and however it is looked at.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"

#define BO_BYTES MiB(1)
#define PARTNER_MS 20000

/** PU04: the owner itself reads and writes. */
void purged_map_is_dead(struct gem_device *dev)
{
	struct gem_bo *bo = purged_bo(dev, BO_BYTES);

	igt_assert_map_dead(bo, bo->map, "no access to a purged BO goes through");
}

static void signal_partner(int event)
{
	igt_assert(eventfd_write(event, 1) == 0);
}

static void await_partner(int event)
{
	struct pollfd readable = {.fd = event, .events = POLLIN};
	eventfd_t value;

	igt_assert_f(poll(&readable, 1, PARTNER_MS) == 1, "the other process is silent for %d ms\n",
		     PARTNER_MS);
	igt_assert(eventfd_read(event, &value) == 0);
}

/** PU04: children, one that had the pages before the purge and one that is born after it. */
void purged_map_is_dead_in_child(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, BO_BYTES);
	const int ready = eventfd(0, EFD_CLOEXEC), purged = eventfd(0, EFD_CLOEXEC);

	igt_assert_fd(ready);
	igt_assert_fd(purged);
	igt_fork(child, 1) {
		igt_assert_bo_content(bo, "a child sees what its parent wrote");
		signal_partner(ready);
		await_partner(purged);
		igt_assert_map_dead(bo, bo->map, "a child that had the pages loses them too");
	}
	await_partner(ready);

	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "a child's mapping does not hold the pages");
	signal_partner(purged);

	igt_fork(child, 1)
		igt_assert_map_dead(bo, bo->map, "a later child inherits nothing but SIGBUS");
	igt_waitchildren_timeout(2 * PARTNER_MS / 1000, "children probing a purged BO");
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

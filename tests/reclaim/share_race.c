/* SPDX-License-Identifier: MIT */
/**
 * Importers that come and go, and devices that have BOs of each other, beside reclaim.
 *
 * Each process has files of its own and makes its BOs itself. As long as a BO is attached nothing
 * of it may move; when everybody has gone nothing may be left.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/busy.h"
#include "reclaim/evict.h"
#include "reclaim/exported.h"
#include "reclaim/igt_fault.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/importer.h"
#include "reclaim/scanner.h"
#include "reclaim/share_race.h"

#define BO_BYTES KiB(64)
#define ROUNDS 30
#define EXPORTS 150
#define ROUNDS_SECONDS 3
#define END_SECONDS 60
#define SETTLE_MS 3000

/* As many rounds as there are, or as there is time for on a slow machine. */
static bool goes_on(unsigned int round, unsigned int rounds, uint64_t begun_ns)
{
	const uint64_t took = igt_now_ns() - begun_ns;

	return round < rounds && (round == 0 || took < UINT64_C(1000000000) * ROUNDS_SECONDS);
}

static void await_scan(void)
{
	igt_assert_f(scanner_await(1, END_SECONDS * 1000), "a scan does not end within %d s\n",
		     END_SECONDS);
}

/*
 * Attach, close the handle, look, write, look, detach. What is needed is for a moment not protected
 * at all, and may have been evicted when it is attached again.
 */
static void attach_new_bo(struct gem_device *dev, struct gem_device *importer,
			  enum gem_advice advice)
{
	struct gem_bo *bo = exported_bo(dev, BO_BYTES, advice);
	struct gem_bo *theirs = importer_take(importer, bo);
	const int dmabuf = fcntl(bo->dmabuf, F_DUPFD_CLOEXEC, 0);

	igt_assert_fd(dmabuf);
	busy_leave_to_mapping(bo);
	if (advice == GEM_WILLNEED) {
		gem_bo_free(theirs);
		theirs = gem_bo_import_foreign(importer, dmabuf, BO_BYTES);
		theirs->pattern = bo->pattern;
		theirs->filled = true;
	}
	importer_map(theirs);
	igt_assert_bo_content(theirs, "what is attached beside scans is whole");
	importer_write(theirs, bo, "what is attached beside scans is one for both");
	igt_assert_bo_content(bo, "what is attached beside scans is whole for its owner");
	await_scan();
	igt_assert_bo_resident(bo, "what is attached beside scans stays");
	gem_bo_free(theirs);
	close(dmabuf);
	gem_bo_free(bo);
}

/**
 * DB11, CO16: importers that attach and detach all the time find BOs whole, as long as they have
 * them nothing is taken, and when they have gone nothing is left.
 */
void share_attach_beside_scans(struct gem_device *dev, const struct importers *importers,
			       enum gem_advice advice)
{
	const uint64_t begun = igt_now_ns();
	uint64_t left;

	igt_require_free_memory(ROUNDS * BO_BYTES);
	evict_leftovers(dev);
	left = igt_reclaimable(dev);
	scanner_start(dev);
	for (unsigned int i = 0; goes_on(i, ROUNDS, begun); i++)
		attach_new_bo(dev, importers->devices[i % importers->count], advice);
	scanner_stop();
	/* What a GPU has worked with its driver may let go a moment later. */
	igt_wait((igt_reclaim(dev, RECLAIM_SHRINKER, 0), igt_reclaimable(dev) == left), SETTLE_MS,
		 1);
	evict_assert_counted(dev, left, 0, "of BOs that were attached nothing is left");
}

/* A BO without handle or dma-buf, which two files had, and that was filled through its dma-buf. */
static struct gem_bo *left_bo(struct gem_device *dev, struct gem_device *other,
			      enum gem_advice advice)
{
	struct gem_bo *bo = exported_bo(dev, BO_BYTES, advice), *theirs;

	theirs = gem_bo_import(other, bo->dmabuf, BO_BYTES);
	busy_leave_to_mapping(bo);
	gem_bo_free(theirs);
	return bo;
}

/**
 * CO05, CO15: BOs are exported, imported and closed while reclaim scans, until only a mapping of
 * the dma-buf is left. That shows what was written, or nothing when it was lent, and what is
 * written to it hits nobody else. B89: it showed the pages of others.
 */
void share_leave_beside_scans(struct gem_device *dev, enum gem_advice advice)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	const uint64_t begun = igt_now_ns();
	struct gem_bo *last = NULL;

	igt_require_free_memory(ROUNDS * BO_BYTES);
	evict_leftovers(dev);
	scanner_start(dev);
	for (unsigned int i = 0; goes_on(i, ROUNDS, begun); i++) {
		struct gem_bo *bo = left_bo(dev, other, advice);

		await_scan();
		if (advice == GEM_DONTNEED) {
			igt_assert_bo_purged(bo, "of what was lent and left nothing is shown");
		} else {
			/* More where it is taken once more before a fault has ended. */
			igt_assert_f(igt_faults_reading(bo->map, bo->bytes) >= bo->pages,
				     "a BO that was left beside scans is read without faults\n");
			igt_assert_bo_content(bo, "what was left beside scans is whole");
			if (last)
				gem_bo_fill(last);
			igt_assert_bo_content(bo, "what others write is not seen");
		}
		gem_bo_free(last);
		last = bo;
	}
	scanner_stop();
	gem_bo_free(last);
	gem_device_close(other);
}

/**
 * CO05: a BO may be exported in the moment when it is taken. It is whole, or told lost, and the
 * kernel has nothing to complain of. B183: it warned of its own state, on behalf of any user.
 */
void share_export_while_taken(struct gem_device *dev, enum gem_advice advice)
{
	const uint64_t begun = igt_now_ns();

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	scanner_start(dev);
	for (unsigned int i = 0; goes_on(i, EXPORTS, begun); i++) {
		/* The host has its pages, so that it takes time to take them. */
		struct gem_bo *bo = gem_bo_sent(dev, BO_BYTES);

		if (advice != GEM_WILLNEED)
			gem_bo_madvise(bo, advice);
		gem_bo_export(bo);
		if (gem_bo_madvise(bo, GEM_WILLNEED))
			igt_assert_bo_content(bo, "what is exported while it is taken is whole");
		else
			igt_assert_bo_purged(bo, "what is told lost is lost");
		gem_bo_free(bo);
	}
	scanner_stop();
}

static void keep_scanning(struct gem_device *dev)
{
	while (igt_shrinker_scan_once(dev->shrinker, SCAN_ALL_PAGES) == 0)
		;
}

/* What one side does: it has @importer attach BOs of @dev, which are not looked for to be taken. */
static void share_one_way(struct gem_device *dev, struct gem_device *importer,
			  enum gem_advice advice)
{
	const uint64_t begun = igt_now_ns();

	for (unsigned int i = 0; goes_on(i, ROUNDS, begun); i++) {
		struct gem_bo *bo = exported_bo(dev, BO_BYTES, advice), *theirs;
		uint32_t handle;
		int r;

		r = drmPrimeFDToHandle(importer->fd, bo->dmabuf, &handle) < 0 ? -errno : 0;
		if (r < 0) {
			/* It was attached, and is not any more: virtio-gpu sees late what it is. */
			igt_assert_f(r == -ENODEV, "attaching a BO: %s\n", strerror(-r));
			igt_assert_bo_content(bo, "what was refused is whole");
		} else {
			theirs = gem_bo_adopt(importer, handle, BO_BYTES);
			busy_leave_to_mapping(bo);
			importer_write(theirs, bo, "what two devices have is one for both");
			igt_assert_bo_content(bo, "what two devices have is whole");
			gem_bo_free(theirs);
		}
		gem_bo_free(bo);
	}
}

/* An importer that takes advice, so has a shrinker, or one that does not; NULL: there is none. */
static struct gem_device *find_importer(const struct importers *importers, bool madvise)
{
	for (unsigned int i = 0; i < importers->count; i++)
		if (importers->devices[i]->caps.madvise == madvise)
			return importers->devices[i];
	return NULL;
}

/**
 * DB15: two devices with shrinkers of their own attach each other's BOs while both are scanned. All
 * of it ends, and the kernel has nothing to complain of. Since a driver may refuse what it has
 * attached, a third device, if there is one, has BOs of the second as well.
 */
void share_both_ways_beside_scans(struct gem_device *dev, const struct importers *importers)
{
	struct gem_device *const other = find_importer(importers, /* madvise= */ true);
	struct gem_device *const third = find_importer(importers, /* madvise= */ false);
	struct gem_device *const ways[][2] = {{dev, other}, {other, dev}, {other, third}};
	struct gem_device *const scanned[] = {dev, other};
	struct igt_helper_process scanners[ARRAY_SIZE(scanned)] = {0};

	errno = 0;
	igt_require_f(other, "There is no second device with a shrinker: no Mali with panfrost\n");
	igt_reclaim_require(other);
	igt_require_free_memory(3 * ROUNDS * BO_BYTES);

	for (unsigned int i = 0; i < ARRAY_SIZE(scanned); i++) {
		scanners[i].use_SIGKILL = true;
		igt_fork_helper(&scanners[i])
			keep_scanning(scanned[i]);
	}
	igt_fork(way, third ? 3 : 2)
		share_one_way(gem_device_reopen(ways[way][0], /* render= */ true),
			      gem_device_reopen(ways[way][1], /* render= */ true),
			      way == 0 ? GEM_WILLNEED : GEM_DONTNEED);
	igt_waitchildren_timeout(END_SECONDS, "devices that share BOs");
	for (unsigned int i = 0; i < ARRAY_SIZE(scanned); i++)
		igt_stop_helper(&scanners[i]);
}

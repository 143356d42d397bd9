/* SPDX-License-Identifier: MIT */
/**
 * What keeps an idle-looking BO from being reclaimed.
 */
#include <linux/dma-buf.h>
#include <stdint.h>
#include <unistd.h>

#include "dmabuf_sync_file.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/busy.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "sw_sync.h"

#define BO_BYTES MiB(4)

/*
 * A fence comes to a BO through its dma-buf, but a BO that is exported is not evicted anyway. So
 * the dma-buf goes, and with it the last handle, for it is the handle that remembers the export.
 * The mapping keeps the BO, and the BO its fence.
 */
static struct gem_bo *bo_behind_fence(struct gem_device *dev, int timeline, uint32_t usage)
{
	struct gem_bo *bo = gem_bo_filled(dev, BO_BYTES);
	const int fence = sw_sync_timeline_create_fence(timeline, 1);

	dmabuf_import_sync_file(gem_bo_export(bo), usage, fence);
	close(fence);
	igt_assert_f(gem_bo_is_busy(bo), "%s has an unsignalled fence and is told idle\n",
		     bo->label);
	gem_bo_close_handle(bo);

	/* Some kernels look anew at who has the BO only when a mapping comes or goes. */
	igt_fork(child, 1) {
	}
	igt_waitchildren();
	return bo;
}

static void busy_is_kept(struct gem_device *dev, uint32_t usage, const char *claim)
{
	const int timeline = sw_sync_timeline_of_subtest();
	struct gem_bo *bo;

	igt_require_memory(BO_BYTES);
	evict_leftovers(dev);
	bo = bo_behind_fence(dev, timeline, usage);

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, claim);

	sw_sync_timeline_inc(timeline, 1);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_evicted(bo, "once the fence has signalled the BO is evicted");
}

/** FE01, FE03: a BO that somebody reads from is evicted when he is done, and not before. */
void busy_reading_is_kept(struct gem_device *dev)
{
	busy_is_kept(dev, DMA_BUF_SYNC_READ, "a BO that is being read is not evicted");
}

/** FE02, FE03: nor is one that somebody writes to. */
void busy_writing_is_kept(struct gem_device *dev)
{
	busy_is_kept(dev, DMA_BUF_SYNC_WRITE, "a BO that is being written is not evicted");
}

/** DB01: others may use what is exported, so it is neither purged nor evicted. */
void busy_exported_is_kept(struct gem_device *dev)
{
	struct gem_bo *lent, *needed, *alone;

	igt_require_memory(3 * BO_BYTES);
	evict_leftovers(dev);
	lent = gem_bo_filled(dev, BO_BYTES);
	needed = gem_bo_filled(dev, BO_BYTES);
	alone = gem_bo_filled(dev, BO_BYTES);
	gem_bo_export(lent);
	gem_bo_export(needed);
	gem_bo_madvise(lent, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);

	igt_assert_bo_resident(lent, "an exported BO is not purged");
	igt_assert_bo_resident(needed, "an exported BO is not evicted");
	igt_assert_bo_evicted(alone, "one beside them that is not exported is");
}

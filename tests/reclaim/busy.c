/* SPDX-License-Identifier: MIT */
/**
 * What keeps an idle-looking BO from being reclaimed.
 */
#include <linux/dma-buf.h>
#include <stdint.h>
#include <sys/wait.h>
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

void busy_leave_to_mapping(struct gem_bo *bo)
{
	pid_t child;

	gem_bo_close_handle(bo);

	/*
	 * Some kernels look anew at who has the BO only when a mapping comes or goes. Not by
	 * igt_fork(), since a test may have other children.
	 */
	child = fork();
	igt_assert(child >= 0);
	if (child == 0)
		_exit(0);
	igt_assert(waitpid(child, NULL, 0) == child);
}

/*
 * A fence comes to a BO through its dma-buf, but a BO that is exported is not reclaimed anyway. So
 * the last handle goes, for it is the handle that remembers the export. The mapping keeps the BO,
 * and the BO its fences.
 */
struct gem_bo *busy_bo(struct gem_device *dev, uint64_t bytes, enum gem_advice advice,
		       uint32_t usage, const int *fences, unsigned int count)
{
	struct gem_bo *bo = gem_bo_filled(dev, bytes);
	int dmabuf;

	dmabuf = gem_bo_export(bo);
	for (unsigned int i = 0; i < count; i++)
		dmabuf_import_sync_file(dmabuf, usage, fences[i]);
	igt_assert_f(gem_bo_is_busy(bo) == (count > 0), "%s has %u unsignalled fences and is told "
		     "%s\n", bo->label, count, count ? "idle" : "busy");
	/* Not before it is protected: a test may have somebody else scan. */
	if (advice != GEM_WILLNEED)
		gem_bo_madvise(bo, advice);
	busy_leave_to_mapping(bo);
	return bo;
}

static void busy_is_kept(struct gem_device *dev, uint32_t usage, const char *claim)
{
	const int timeline = sw_sync_timeline_of_subtest();
	struct gem_bo *bo;
	int fence;

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	fence = sw_sync_timeline_create_fence(timeline, 1);
	bo = busy_bo(dev, BO_BYTES, GEM_WILLNEED, usage, &fence, 1);
	close(fence);

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

	igt_require_free_memory(3 * BO_BYTES);
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

/* SPDX-License-Identifier: MIT */
/**
 * Imports of what has no shrinker behind it, or one that is not the importer's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/foreign.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/importer.h"

#define HEAP "/dev/dma_heap/system"
#define BO_BYTES MiB(1)

/* Import @dmabuf, the caller's, and see it without @dev as well, by a mapping of its own. */
static void foreign_is_kept(struct gem_device *dev, int dmabuf)
{
	struct gem_bo there = {
		.dmabuf = dmabuf,
		.bytes = BO_BYTES,
		.pages = BO_BYTES / igt_page_size(),
		.pattern = {.bo = 99},
		.label = "the other's memory",
	};
	struct gem_bo *bo;
	uint64_t left;

	gem_bo_map_dmabuf(&there);
	gem_bo_fill(&there);
	evict_leftovers(dev);
	left = igt_reclaimable(dev);
	bo = gem_bo_import_foreign(dev, dmabuf, BO_BYTES);
	igt_assert_f(gem_bo_madvise(bo, GEM_DONTNEED), "lending what is another's: not retained\n");
	evict_assert_counted(dev, left, 0, "what is another's does not count");
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(&there, "what is another's is not taken");
	igt_assert_f(gem_bo_madvise(bo, GEM_WILLNEED), "what is another's is told not retained\n");
	importer_write(bo, &there, "what is another's is one for both");
	gem_bo_free(bo);
	igt_assert_bo_content(&there, "when the importer has gone it is whole");
	gem_bo_unmap(&there);
}

/** DB07: a BO of another device that is imported and lent keeps its contents, which both see. */
void foreign_of_device_is_kept(struct gem_device *dev, struct gem_device *exporter)
{
	foreign_is_kept(dev, gem_bo_export(gem_bo_create(exporter, BO_BYTES)));
}

/** DB07: so does memory of the system's heap. */
void foreign_of_heap_is_kept(struct gem_device *dev)
{
	struct dma_heap_allocation_data memory = {.len = BO_BYTES, .fd_flags = O_RDWR | O_CLOEXEC};
	const int heap = open(HEAP, O_RDWR | O_CLOEXEC);
	int r;

	igt_require_f(heap >= 0, "There is no heap to import from: " HEAP ": %s "
		      "(CONFIG_DMABUF_HEAPS_SYSTEM)\n", strerror(errno));
	r = igt_ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &memory);
	igt_assert_f(r == 0, "allocating from " HEAP ": %s\n", strerror(errno));
	close(heap);
	foreign_is_kept(dev, (int)memory.fd);
	close((int)memory.fd);
}

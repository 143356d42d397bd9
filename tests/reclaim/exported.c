/* SPDX-License-Identifier: MIT */
/**
 * Dma-bufs without importers.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "dmabuf_sync_file.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/busy.h"
#include "reclaim/evict.h"
#include "reclaim/exported.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "sw_sync.h"

#define BO_BYTES MiB(1)

struct gem_bo *exported_bo(struct gem_device *dev, uint64_t bytes, enum gem_advice advice)
{
	struct gem_bo *bo = gem_bo_create(dev, bytes);

	gem_bo_export(bo);
	gem_bo_map_dmabuf(bo);
	gem_bo_fill(bo);
	gem_bo_wait_idle(bo);
	if (advice != GEM_WILLNEED)
		gem_bo_madvise(bo, advice);
	return bo;
}

/* The same with nothing beside it that could be reclaimed. */
static struct gem_bo *exported_alone(struct gem_device *dev, enum gem_advice advice)
{
	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	return exported_bo(dev, BO_BYTES, advice);
}

/**
 * DB02: when the dma-buf is closed and the handle is kept, the BO may go on to be protected, or be
 * reclaimed; which of the two is told. With the last handle the protection ends.
 */
void exported_once_is_told(struct gem_device *dev, enum gem_advice advice)
{
	struct gem_bo *bo = exported_alone(dev, advice);
	uint64_t before;
	bool taken;

	close(bo->dmabuf);
	bo->dmabuf = -1;
	before = igt_reclaimable(dev);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	taken = before - igt_reclaimable(dev) >= BO_BYTES;
	igt_info("a BO whose dma-buf is closed is %s\n", taken ? "reclaimed" : "still protected");
	if (taken) {
		evict_assert_taken(bo, "what counts as reclaimed is");
		return;
	}
	igt_assert_bo_resident(bo, "what does not count as reclaimed is there");

	busy_leave_to_mapping(bo);
	evict_exactly(dev, BO_BYTES);
	evict_assert_taken(bo, "without a handle it is reclaimed");
}

/**
 * DB09: a mapping that was made through the dma-buf loses the pages with the BO, though nobody has
 * a handle or the dma-buf any more. B89: it went on to show pages that were given to others.
 */
void exported_map_goes_with_pages(struct gem_device *dev, enum gem_advice advice)
{
	struct gem_bo *bo = exported_alone(dev, advice);

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, "what is exported is kept");

	busy_leave_to_mapping(bo);
	evict_exactly(dev, BO_BYTES);
	evict_assert_taken(bo, "a mapping of a dma-buf is taken away with the pages");
	if (advice == GEM_WILLNEED) {
		gem_bo_fill(bo);
		evict_exactly(dev, BO_BYTES);
		igt_assert_bo_evicted(bo, "what is written through it later is kept as well");
	}
}

/* Lend @bo; false if this driver lets nobody lend what is shared. */
static bool try_to_lend(struct gem_bo *bo)
{
	uint32_t retained = 1;
	const int r = gem_madvise_raw(bo->dev, bo->handle, GEM_DONTNEED, &retained);

	errno = 0;
	if (r == -EINVAL)
		return false;
	igt_assert_f(r == 0 && retained, "lending a shared BO: %s, retained = %u\n",
		     strerror(-r), retained);
	return true;
}

/**
 * DB08: a dma-buf that comes back to its device is no second BO. In the same file it is the same
 * handle; in another one it has contents and, where it may be given, advice in common, and goes
 * with the last handle.
 */
void exported_to_itself_is_one(struct gem_device *dev, enum gem_advice advice)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *mine = exported_alone(dev, GEM_WILLNEED), *theirs;
	uint32_t handle;
	bool lent;

	igt_assert_eq(drmPrimeFDToHandle(dev->fd, mine->dmabuf, &handle), 0);
	igt_assert_f(handle == mine->handle, "a BO that is imported where it was made has handles "
		     "%u and %u\n", mine->handle, handle);
	theirs = gem_bo_import(other, mine->dmabuf, BO_BYTES);
	theirs->pattern = mine->pattern;
	theirs->filled = true;

	/* One file lends it, or the other takes it back: what was said last holds for both. */
	lent = try_to_lend(advice == GEM_DONTNEED ? theirs : mine);
	if (lent && advice == GEM_WILLNEED)
		igt_assert_f(gem_bo_madvise(theirs, GEM_WILLNEED),
			     "taking back what another file lent: not retained\n");
	mine->advice = theirs->advice = lent ? advice : GEM_WILLNEED;
	igt_assert_bo_retained(theirs, "what is imported is what was exported");
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(mine, "what two files share is kept");

	if (lent) {
		busy_leave_to_mapping(mine);
		igt_reclaim(dev, RECLAIM_SHRINKER, 0);
		igt_assert_bo_resident(mine, "what the second file has is kept");
		gem_bo_free(theirs);
	} else {
		gem_bo_free(theirs);
		gem_bo_madvise(mine, advice);
		busy_leave_to_mapping(mine);
	}
	evict_exactly(dev, BO_BYTES);
	evict_assert_taken(mine, "what no file has any more is reclaimed");
	gem_device_close(other);
}

/**
 * DB10: fences go into and out of the dma-buf of an evicted BO, and it stays where it is. Brought
 * back it is busy as long as they have not signalled.
 */
void exported_evicted_takes_fences(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	const uint64_t left = igt_reclaimable(dev);
	int sync_file;

	gem_bo_export(bo);
	igt_assert(!dmabuf_sync_file_busy(bo->dmabuf, DMA_BUF_SYNC_RW));
	dmabuf_import_timeline_fence(bo->dmabuf, DMA_BUF_SYNC_WRITE, timeline, 1);
	sync_file = dmabuf_export_sync_file(bo->dmabuf, DMA_BUF_SYNC_READ);
	igt_assert(sync_file_busy(sync_file));
	igt_assert(dmabuf_busy(bo->dmabuf, DMA_BUF_SYNC_READ));
	evict_assert_counted(dev, left, 0, "fences do not bring a BO back");

	busy_leave_to_mapping(bo);
	igt_assert_bo_evicted(bo, "an evicted BO is whole when it has fences");
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(bo, "a fence that came while it was evicted protects a BO");

	sw_sync_timeline_inc(timeline, 1);
	igt_assert(!sync_file_busy(sync_file));
	close(sync_file);
	evict_exactly(dev, BO_BYTES);
	igt_assert_bo_evicted(bo, "once the fence has signalled it is evicted again");
}

static void sync_dmabuf(int dmabuf, uint64_t flags)
{
	struct dma_buf_sync args = {.flags = flags};

	igt_assert_f(igt_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &args) == 0,
		     "DMA_BUF_IOCTL_SYNC %#" PRIx64 ": %s\n", flags, strerror(errno));
}

/**
 * DB14, SI09: to begin and to end an access of the CPU to an evicted BO is no error; whether it
 * brings the BO back is told. What is read and written in between is right.
 */
void exported_evicted_is_accessed(struct gem_device *dev)
{
	static const uint64_t modes[] = {DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE, DMA_BUF_SYNC_RW};
	struct gem_bo *bo = exported_alone(dev, GEM_WILLNEED);
	const int dmabuf = fcntl(bo->dmabuf, F_DUPFD_CLOEXEC, 0);

	igt_assert_fd(dmabuf);
	busy_leave_to_mapping(bo);
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		uint64_t left;

		evict_exactly(dev, BO_BYTES);
		left = igt_reclaimable(dev);
		sync_dmabuf(dmabuf, DMA_BUF_SYNC_START | modes[i]);
		igt_info("to begin an access brings %" PRIu64 " KiB back\n",
			 (igt_reclaimable(dev) - left) >> 10);
		igt_assert_bo_content(bo, "what is read after the beginning is whole");
		if (modes[i] & DMA_BUF_SYNC_WRITE)
			gem_bo_fill(bo);
		sync_dmabuf(dmabuf, DMA_BUF_SYNC_END | modes[i]);
	}
	evict_exactly(dev, BO_BYTES);
	igt_assert_bo_evicted(bo, "what was written before the end is whole");
	close(dmabuf);
}

static void assert_import_refused(const struct gem_device *dev, int fd, int expected,
				  const char *what)
{
	uint32_t handle;
	const int r = drmPrimeFDToHandle(dev->fd, fd, &handle) < 0 ? -errno : 0;

	errno = 0;
	igt_assert_f(r == expected, "importing %s: %s, expected %s\n", what,
		     r ? strerror(-r) : "accepted", strerror(-expected));
}

static void assert_export_refused(const struct gem_device *dev, uint32_t handle, uint32_t flags,
				  int expected, const char *what)
{
	int fd = -1;
	const int r = drmPrimeHandleToFD(dev->fd, handle, flags, &fd) < 0 ? -errno : 0;

	errno = 0;
	igt_assert_f(r == expected, "exporting %s: %s, expected %s\n", what,
		     r ? strerror(-r) : "accepted", strerror(-expected));
}

static void assert_map_refused(int dmabuf, uint64_t bytes, uint64_t offset, int prot, int expected,
			       const char *what)
{
	void *map = mmap(NULL, bytes, prot, MAP_SHARED, dmabuf, (off_t)offset);
	const int r = map == MAP_FAILED ? -errno : 0;

	errno = 0;
	igt_assert_f(r == expected, "mapping a dma-buf %s: %s, expected %s\n", what,
		     r ? strerror(-r) : "done", strerror(-expected));
}

/**
 * DB12: files that are no dma-bufs, handles that are no BOs, and parts that a dma-buf has not are
 * refused, and leave a BO as it was. How imports fail without memory is not seen here.
 */
void exported_wrongly_is_refused(struct gem_device *dev, enum gem_advice advice)
{
	const int event = eventfd(0, EFD_CLOEXEC), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct gem_bo *bo = exported_alone(dev, advice);
	struct gem_bo *read_only = gem_bo_create(dev, igt_page_size());

	igt_assert_fd(event);
	igt_assert_fd(null);
	assert_import_refused(dev, event, -EINVAL, "an eventfd");
	assert_import_refused(dev, null, -EINVAL, "/dev/null");
	assert_import_refused(dev, dev->fd, -EINVAL, "the GPU itself");
	assert_import_refused(dev, -1, -EBADF, "no file");
	close(event);
	close(null);
	assert_export_refused(dev, 0, DRM_CLOEXEC, -ENOENT, "handle 0");
	assert_export_refused(dev, 0x7fffffff, DRM_CLOEXEC, -ENOENT, "a handle that nobody has");
	assert_export_refused(dev, bo->handle, 1u << 30, -EINVAL, "with unknown flags");

	igt_assert_eq_u64((uint64_t)lseek(bo->dmabuf, 0, SEEK_END), BO_BYTES);
	assert_map_refused(bo->dmabuf, BO_BYTES + igt_page_size(), 0, PROT_READ, -EINVAL,
			   "a page longer than it is");
	assert_map_refused(bo->dmabuf, BO_BYTES, igt_page_size(), PROT_READ, -EINVAL,
			   "from its second page to behind its end");
	assert_map_refused(bo->dmabuf, igt_page_size(), BO_BYTES, PROT_READ, -EINVAL,
			   "behind its end");
	igt_assert_eq(drmPrimeHandleToFD(dev->fd, read_only->handle, DRM_CLOEXEC,
					 &read_only->dmabuf), 0);
	assert_map_refused(read_only->dmabuf, igt_page_size(), 0, PROT_READ | PROT_WRITE, -EACCES,
			   "for writing that was exported for reading");
	gem_bo_free(read_only);

	busy_leave_to_mapping(bo);
	evict_exactly(dev, BO_BYTES);
	evict_assert_taken(bo, "what was refused keeps no BO from being reclaimed");
}

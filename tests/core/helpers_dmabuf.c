/* SPDX-License-Identifier: MIT */
/**
 * Fences that go into and out of dma-bufs as sync_files.
 */
#include <drm-uapi/vgem_drm.h>
#include <linux/dma-buf.h>
#include <unistd.h>

#include "core/helpers.h"
#include "dmabuf_sync_file.h"
#include "igt.h"
#include "igt_kmod.h"
#include "igt_vgem.h"
#include "ioctl_wrappers.h"
#include "sw_sync.h"

static int vgem = -1;

static struct vgem_bo new_bo(void)
{
	struct vgem_bo bo = {.width = 1024, .height = 1, .bpp = 32};

	vgem_create(vgem, &bo);
	return bo;
}

static void busy_by_poll_and_by_sync_file(void)
{
	struct vgem_bo bo = new_bo();
	const int dmabuf = prime_handle_to_fd(vgem, bo.handle);
	uint32_t fence;

	igt_assert(!dmabuf_busy(dmabuf, DMA_BUF_SYNC_RW));
	igt_assert(!dmabuf_sync_file_busy(dmabuf, DMA_BUF_SYNC_RW));

	/* While it is read, one may read, and not write. */
	fence = vgem_fence_attach(vgem, &bo, 0);
	igt_assert(!dmabuf_busy(dmabuf, DMA_BUF_SYNC_READ));
	igt_assert(dmabuf_busy(dmabuf, DMA_BUF_SYNC_WRITE));
	igt_assert(dmabuf_busy(dmabuf, DMA_BUF_SYNC_RW));
	igt_assert(!dmabuf_sync_file_busy(dmabuf, DMA_BUF_SYNC_READ));
	igt_assert(dmabuf_sync_file_busy(dmabuf, DMA_BUF_SYNC_WRITE));
	vgem_fence_signal(vgem, fence);
	igt_assert(!dmabuf_busy(dmabuf, DMA_BUF_SYNC_RW));

	/* While it is written, neither. */
	fence = vgem_fence_attach(vgem, &bo, VGEM_FENCE_WRITE);
	igt_assert(dmabuf_busy(dmabuf, DMA_BUF_SYNC_READ));
	igt_assert(dmabuf_sync_file_busy(dmabuf, DMA_BUF_SYNC_READ));
	vgem_fence_signal(vgem, fence);
	close(dmabuf);
	gem_close(vgem, bo.handle);
}

static void exported_fence_is_of_that_time(void)
{
	struct vgem_bo bo = new_bo();
	const int dmabuf = prime_handle_to_fd(vgem, bo.handle);
	const uint32_t fence = vgem_fence_attach(vgem, &bo, VGEM_FENCE_WRITE);
	const int sync_file = dmabuf_export_sync_file(dmabuf, DMA_BUF_SYNC_READ);

	igt_assert(sync_file_busy(sync_file));
	vgem_fence_signal(vgem, fence);
	igt_assert(!sync_file_busy(sync_file));
	close(sync_file);
	close(dmabuf);
	gem_close(vgem, bo.handle);
}

static void imported_fence_makes_busy(void)
{
	struct vgem_bo bo = new_bo();
	const int dmabuf = prime_handle_to_fd(vgem, bo.handle);
	const int timeline = sw_sync_timeline_create();
	const int fence = sw_sync_timeline_create_fence(timeline, 1);

	dmabuf_import_sync_file(dmabuf, DMA_BUF_SYNC_WRITE, fence);
	dmabuf_import_timeline_fence(dmabuf, DMA_BUF_SYNC_READ, timeline, 2);
	igt_assert(dmabuf_busy(dmabuf, DMA_BUF_SYNC_READ));
	sw_sync_timeline_inc(timeline, 1);
	igt_assert(!dmabuf_busy(dmabuf, DMA_BUF_SYNC_READ));
	igt_assert(dmabuf_busy(dmabuf, DMA_BUF_SYNC_WRITE));
	sw_sync_timeline_inc(timeline, 1);
	igt_assert(!dmabuf_busy(dmabuf, DMA_BUF_SYNC_WRITE));
	close(fence);
	close(timeline);
	close(dmabuf);
	gem_close(vgem, bo.handle);
}

void helpers_dmabuf(void)
{
	igt_fixture() {
		igt_kmod_load("vgem", NULL);
		vgem = drm_open_driver(DRIVER_VGEM);
		igt_require_sw_sync();
		igt_require(has_dmabuf_export_sync_file(vgem));
		igt_require(has_dmabuf_import_sync_file(vgem));
	}

	igt_describe("dmabuf_busy() and dmabuf_sync_file_busy() tell readers from writers");
	igt_subtest("dmabuf-busy-for-whom")
		busy_by_poll_and_by_sync_file();

	igt_describe("dmabuf_export_sync_file() takes the fences that are there");
	igt_subtest("exported-fence-is-of-that-time")
		exported_fence_is_of_that_time();

	igt_describe("dmabuf_import_sync_file() and ..._timeline_fence() make a dma-buf busy");
	igt_subtest("imported-fence-makes-busy")
		imported_fence_makes_busy();

	igt_fixture()
		drm_close_driver(vgem);
}

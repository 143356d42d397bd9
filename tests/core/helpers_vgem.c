/* SPDX-License-Identifier: MIT */
/**
 * vgem: BOs, fences, handles and their dma-bufs.
 */
#include <drm-uapi/vgem_drm.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/helpers.h"
#include "igt.h"
#include "igt_kmod.h"
#include "igt_kms.h"
#include "igt_vgem.h"
#include "ioctl_wrappers.h"

static int vgem = -1;

static struct vgem_bo new_bo(void)
{
	struct vgem_bo bo = {.width = 1024, .height = 1, .bpp = 32};

	vgem_create(vgem, &bo);
	return bo;
}

static void bo_has_memory(void)
{
	struct vgem_bo bo = new_bo(), impossible = {.width = 1, .height = 1, .bpp = 0};
	uint32_t *map;

	igt_assert_neq_u32(bo.handle, 0);
	igt_assert_eq_u32(bo.pitch, 4096);
	igt_assert_eq_u64(bo.size, 4096);
	map = vgem_mmap(vgem, &bo, PROT_READ | PROT_WRITE);
	map[1023] = 0x12345678;
	munmap(map, bo.size);
	map = __vgem_mmap(vgem, &bo, PROT_READ);
	igt_assert(map);
	igt_assert_eq_u32(map[1023], 0x12345678);
	munmap(map, bo.size);
	gem_close(vgem, bo.handle);
	igt_assert(!__vgem_mmap(vgem, &bo, PROT_READ));
	igt_assert_eq(__vgem_create(vgem, &impossible), -EINVAL);
}

static void fence_is_signalled_once(void)
{
	struct vgem_bo bo = new_bo();
	uint32_t fence, other;

	igt_assert(vgem_has_fences(vgem));
	igt_assert(vgem_fence_has_flag(vgem, VGEM_FENCE_WRITE));
	igt_assert(!vgem_fence_has_flag(vgem, WIP_VGEM_FENCE_NOTIMEOUT));
	fence = vgem_fence_attach(vgem, &bo, VGEM_FENCE_WRITE);
	igt_assert_eq(__vgem_fence_attach(vgem, &bo, VGEM_FENCE_WRITE, &other), -EBUSY);
	vgem_fence_signal(vgem, fence);
	igt_assert_eq(__vgem_fence_signal(vgem, fence), -ENOENT);
	igt_assert_eq(__vgem_fence_attach(vgem, &bo, 0, &other), 0);
	vgem_fence_signal(vgem, other);
	gem_close(vgem, bo.handle);
}

static void handle_goes_through_a_dma_buf(void)
{
	struct vgem_bo bo = new_bo();
	/* The first export decides whether the one dma-buf of a BO can be written to. */
	const int writable = prime_handle_to_fd_for_mmap(vgem, bo.handle);
	const int dmabuf = prime_handle_to_fd(vgem, bo.handle);
	uint32_t *map;

	igt_assert_fd(dmabuf);
	igt_assert_fd(writable);
	igt_assert_eq_u64(prime_get_size(dmabuf), bo.size);
	igt_assert_eq_u32(prime_fd_to_handle(vgem, dmabuf), bo.handle);

	map = mmap(NULL, bo.size, PROT_READ | PROT_WRITE, MAP_SHARED, writable, 0);
	igt_assert(map != MAP_FAILED);
	prime_sync_start(writable, true);
	map[0] = 77;
	prime_sync_end(writable, true);
	prime_sync_start(dmabuf, false);
	igt_assert_eq_u32(map[0], 77);
	prime_sync_end(dmabuf, false);
	munmap(map, bo.size);
	close(writable);
	close(dmabuf);
	gem_close(vgem, bo.handle);
	igt_assert_eq(prime_handle_to_fd_for_mmap(vgem, bo.handle), -1);
	errno = 0;
}

static void name_opens_the_same(void)
{
	struct vgem_bo bo = new_bo(), again = bo;
	const int other = drm_reopen(vgem, false);
	const uint32_t name = gem_flink(vgem, bo.handle);
	uint32_t *map;

	igt_assert_fd(other);
	igt_assert_neq_u32(name, 0);
	map = vgem_mmap(vgem, &bo, PROT_WRITE);
	map[5] = 99;
	munmap(map, bo.size);
	again.handle = gem_open(other, name);
	map = vgem_mmap(other, &again, PROT_READ);
	igt_assert_eq_u32(map[5], 99);
	munmap(map, bo.size);
	gem_close(vgem, bo.handle);
	close(other);
}

static void dumb_buffer_has_memory(void)
{
	unsigned int stride = 0;
	uint64_t size = 0;
	uint32_t handle, other = 0, *map;

	handle = kmstest_dumb_create(vgem, 100, 10, 32, &stride, &size);
	igt_assert_lte_u32(400, stride);
	igt_assert_lte_u64(4000, size);
	map = kmstest_dumb_map_buffer(vgem, handle, size, PROT_READ | PROT_WRITE);
	map[999] = 5;
	igt_assert_eq_u32(map[999], 5);
	munmap(map, size);
	kmstest_dumb_destroy(vgem, handle);
	igt_assert_eq(__kmstest_dumb_create(vgem, 100, 10, 32, NULL, NULL, &other), 0);
	kmstest_dumb_destroy(vgem, other);
	igt_assert_eq(__kmstest_dumb_create(vgem, 100, 0, 32, NULL, NULL, &other), -EINVAL);
}

void helpers_vgem(void)
{
	igt_fixture() {
		igt_kmod_load("vgem", NULL);
		vgem = drm_open_driver(DRIVER_VGEM);
	}

	igt_describe("vgem_create() and vgem_mmap() give memory of the size told");
	igt_subtest("vgem-bo-has-memory")
		bo_has_memory();

	igt_describe("vgem_fence_attach() makes a BO busy until vgem_fence_signal(), once");
	igt_subtest("vgem-fence-is-signalled-once")
		fence_is_signalled_once();

	igt_describe("prime_handle_to_fd() and its relatives lead to the same memory");
	igt_subtest("handle-goes-through-a-dma-buf")
		handle_goes_through_a_dma_buf();

	igt_describe("gem_flink() and gem_open() lead to the same memory");
	igt_subtest("name-opens-the-same")
		name_opens_the_same();

	igt_describe("kmstest_dumb_create() and its relatives");
	igt_subtest("dumb-buffer-has-memory")
		dumb_buffer_has_memory();

	igt_fixture()
		drm_close_driver(vgem);
}

/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost basic
 * Description: The ioctls that make BOs, tell about them and about the GPU.
 *
 * The kernel promises: what a GPU is can be asked; a BO has a GPU address of its own from the
 * start, its pages are zero, and user space sees what it wrote; what makes no sense is refused.
 *
 * Since: Linux 5.2; heaps 5.4; labels 6.16.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_panfrost.h"
#include "mali/panfrost_job.h"
#include "reclaim/igt_bo_assert.h"

IGT_TEST_DESCRIPTION("BOs and parameters of panfrost");

/* A part of the address space at either end is never given out. */
#define FIRST_ADDRESS MiB(32)
#define LAST_ADDRESS (MiB(4096) - MiB(32))

static void params_make_sense(struct gem_device *dev)
{
	static const struct {
		uint32_t param;
		const char *name;
	} present[] = {
		{DRM_PANFROST_PARAM_GPU_PROD_ID, "GPU_PROD_ID"},
		{DRM_PANFROST_PARAM_SHADER_PRESENT, "SHADER_PRESENT"},
		{DRM_PANFROST_PARAM_TILER_PRESENT, "TILER_PRESENT"},
		{DRM_PANFROST_PARAM_L2_PRESENT, "L2_PRESENT"},
		{DRM_PANFROST_PARAM_AS_PRESENT, "AS_PRESENT"},
		{DRM_PANFROST_PARAM_JS_PRESENT, "JS_PRESENT"},
		{DRM_PANFROST_PARAM_MMU_FEATURES, "MMU_FEATURES"},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(present); i++) {
		const uint64_t value = igt_panfrost_get_param(dev->fd, present[i].param);

		igt_info("%s: %#" PRIx64 "\n", present[i].name, value);
		igt_assert_f(value != 0, "GET_PARAM %s tells 0: every GPU has some\n",
			     present[i].name);
	}
}

static void unknown_param_is_refused(struct gem_device *dev)
{
	static const uint32_t unknown[] = {1000, 0x7fffffff, 0xffffffff};
	uint64_t value = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++)
		igt_assert_eq(__igt_panfrost_get_param(dev->fd, unknown[i], &value), -EINVAL);
}

static void bo_has_address_and_zeros(struct gem_device *dev)
{
	static const uint64_t sizes[] = {KiB(4), KiB(64), MiB(1), MiB(2), MiB(16)};
	uint64_t ends[ARRAY_SIZE(sizes)], starts[ARRAY_SIZE(sizes)];

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct gem_bo *bo = gem_bo_create(dev, sizes[i]);
		const uint8_t *map = gem_bo_map(bo);

		for (uint64_t byte = 0; byte < sizes[i]; byte += KiB(4))
			igt_assert_f(map[byte] == 0, "%s: byte %" PRIu64 " of a new BO is %u\n",
				     bo->label, byte, map[byte]);
		starts[i] = panfrost_address(bo);
		ends[i] = starts[i] + sizes[i];
		igt_assert_f(starts[i] >= FIRST_ADDRESS && ends[i] <= LAST_ADDRESS &&
				     starts[i] % KiB(4) == 0,
			     "%s: GPU address %#" PRIx64 "\n", bo->label, starts[i]);
		for (unsigned int j = 0; j < i; j++)
			igt_assert_f(ends[j] <= starts[i] || ends[i] <= starts[j],
				     "two BOs share GPU addresses: %#" PRIx64 " and %#" PRIx64 "\n",
				     starts[i], starts[j]);
	}
}

static void contents_survive_remapping(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, MiB(1));

	gem_bo_unmap(bo);
	gem_bo_map(bo);
	igt_assert_bo_content(bo, "what was written is there through a new mapping");
}

static void assert_create(struct gem_device *dev, uint32_t size, uint32_t flags, uint32_t pad,
			  int expected)
{
	struct drm_panfrost_create_bo created = {0};
	int r = __igt_panfrost_create_bo(dev->fd, size, flags, pad, &created);

	if (r == 0)
		gem_bo_adopt(dev, created.handle, size);
	igt_assert_f(r == expected, "CREATE_BO, size %u, flags %#x, pad %u: %s, expected %s\n",
		     size, flags, pad, strerror(-r), strerror(-expected));
}

static void bad_bos_are_refused(struct gem_device *dev)
{
	const uint32_t size = KiB(4);

	assert_create(dev, 0, 0, 0, -EINVAL);
	assert_create(dev, size, 0x80000000, 0, -EINVAL);
	assert_create(dev, size, 0, 1, -EINVAL);
	/* A heap that is executable. */
	assert_create(dev, size, PANFROST_BO_HEAP, 0, -EINVAL);

	assert_create(dev, size, 0, 0, 0);
	assert_create(dev, size, PANFROST_BO_NOEXEC, 0, 0);
	assert_create(dev, size, PANFROST_BO_NOEXEC | PANFROST_BO_HEAP, 0, 0);
	/* No multiple of a page: rounded up. */
	assert_create(dev, 1, PANFROST_BO_NOEXEC, 0, 0);
}

static void unknown_handles_are_refused(struct gem_device *dev)
{
	static const uint32_t handles[] = {0, 0x7fffffff, 0xffffffff};
	uint64_t offset = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(handles); i++) {
		igt_assert_eq(__igt_panfrost_mmap_offset(dev->fd, handles[i], 0, &offset), -ENOENT);
		igt_assert_eq(__igt_panfrost_get_bo_offset(dev->fd, handles[i], &offset), -ENOENT);
		igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, handles[i], 0), -ENOENT);
	}
}

static void unknown_map_flags_are_refused(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	uint64_t offset = 0;

	igt_assert_eq(__igt_panfrost_mmap_offset(dev->fd, bo->handle, 1, &offset), -EINVAL);
	igt_assert_eq(__igt_panfrost_mmap_offset(dev->fd, bo->handle, 0, &offset), 0);
}

static void heap_is_not_for_the_cpu(struct gem_device *dev)
{
	struct gem_bo *heap = panfrost_heap(dev, MiB(4));
	uint64_t offset = 0;

	igt_assert_eq(gem_bo_map_offset(heap, &offset), -EINVAL);
	igt_assert_f(panfrost_address(heap) % MiB(2) == 0,
		     "a heap is at %#" PRIx64 ", expected a multiple of 2 MiB\n",
		     panfrost_address(heap));
}

static void label_can_be_set(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	int r = dev->ops->bo_set_label(dev->fd, bo->handle, "a label");

	errno = 0;
	igt_require_f(r != -EOPNOTSUPP, "No SET_LABEL_BO: the kernel is older than 6.16\n");
	igt_assert_eq(r, 0);
	igt_assert_eq(dev->ops->bo_set_label(dev->fd, bo->handle, NULL), 0);
	igt_assert_eq(dev->ops->bo_set_label(dev->fd, 0x7fffffff, "a label"), -ENOENT);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture()
		dev = gem_device_open(DRIVER_PANFROST);

	igt_describe("The parameters that every GPU has are not zero");
	igt_subtest("params-make-sense")
		params_make_sense(dev);

	igt_describe("Parameters that do not exist are refused with EINVAL");
	igt_subtest("unknown-param-is-refused")
		unknown_param_is_refused(dev);

	igt_describe("New BOs read as zeros and have GPU addresses of their own");
	igt_subtest("bo-has-address-and-zeros")
		bo_has_address_and_zeros(dev);

	igt_describe("What was written is there when a BO is mapped anew");
	igt_subtest("contents-survive-remapping")
		contents_survive_remapping(dev);

	igt_describe("Size 0, unknown flags, padding and executable heaps are refused");
	igt_subtest("bad-bos-are-refused")
		bad_bos_are_refused(dev);

	igt_describe("Handles that do not exist are refused with ENOENT");
	igt_subtest("unknown-handles-are-refused")
		unknown_handles_are_refused(dev);

	igt_describe("MMAP_BO has no flags");
	igt_subtest("unknown-map-flags-are-refused")
		unknown_map_flags_are_refused(dev);

	igt_describe("A heap cannot be mapped by the CPU");
	igt_subtest("heap-is-not-for-the-cpu")
		heap_is_not_for_the_cpu(dev);

	igt_describe("BOs take labels, and lose them");
	igt_subtest("label-can-be-set")
		label_can_be_set(dev);

	igt_fixture()
		gem_device_close(dev);
}

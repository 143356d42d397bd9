/* SPDX-License-Identifier: MIT */
/**
 * A tester of the assertions about BOs, over a device that is a file in memory: its BOs are
 * stretches of the file, and its "kernel" says and does what each subtest needs.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_bo_assert.h"

#define BO_BYTES KiB(64)

/* What the fake kernel answers to madvise. */
static bool told_retained = true;
static uint32_t last_handle;

static int fake_create(int fd, uint64_t bytes, uint32_t *ret_handle)
{
	last_handle++;
	*ret_handle = last_handle;
	return ftruncate(fd, (off_t)(last_handle * BO_BYTES + bytes)) < 0 ? -errno : 0;
}

static int fake_map_offset(int fd, uint32_t handle, uint64_t *ret_offset)
{
	*ret_offset = handle * BO_BYTES;
	return 0;
}

static int fake_madvise(int fd, uint32_t handle, uint32_t advice, uint32_t *retained)
{
	*retained = told_retained;
	return 0;
}

static int fake_wait(int fd, uint32_t handle, bool block)
{
	return 0;
}

static const struct gem_ops fake_ops = {
	.bo_create = fake_create,
	.bo_map_offset = fake_map_offset,
	.bo_madvise = fake_madvise,
	.bo_wait = fake_wait,
};

static void cut_off(struct gem_bo *bo)
{
	igt_assert(ftruncate(bo->dev->fd, (off_t)(bo->handle * BO_BYTES)) == 0);
}

/* The page tables forget; the file remembers. Some pages are read-only afterwards. */
static void zap(struct gem_bo *bo)
{
	const uint64_t page = igt_page_size();

	/* A fault brings in neighbours, but only those of its VMA: let each page be one. */
	for (uint64_t at = 0; at < bo->bytes; at += 2 * page)
		igt_assert(mprotect((char *)bo->map + at, page, PROT_READ) == 0);
	madvise(bo->map, bo->bytes, MADV_DONTNEED);
}

static struct gem_bo *filled(struct gem_device *dev)
{
	told_retained = true;
	return gem_bo_filled(dev, BO_BYTES);
}

int igt_main()
{
	static struct gem_device dev;

	igt_fixture() {
		dev = (struct gem_device){
			.fd = memfd_create("gpu", MFD_CLOEXEC),
			.ops = &fake_ops,
			.caps = {.max_bo_bytes = BO_BYTES, .max_all_bytes = BO_BYTES},
			.next_id = 1,
		};
		igt_assert_fd(dev.fd);
	}

	igt_subtest("all-true") {
		struct gem_bo *bo = filled(&dev);

		igt_assert_bo_resident(bo, "resident");
		igt_assert_bo_retained(bo, "retained");
		igt_assert_bo_content(bo, "content");
		igt_assert_bo_range(bo, 1, 2, "range");
		cut_off(bo);
		told_retained = false;
		igt_assert_bo_purged(bo, "purged");
	}

	igt_subtest("all-true-of-evicted") {
		struct gem_bo *bo = filled(&dev);

		zap(bo);
		igt_assert_bo_evicted(bo, "evicted");
	}

	igt_subtest("purged-but-told-retained") {
		struct gem_bo *bo = filled(&dev);

		cut_off(bo);
		igt_assert_bo_purged(bo, "claim");
	}

	igt_subtest("purged-but-readable") {
		struct gem_bo *bo = filled(&dev);

		told_retained = false;
		igt_assert_bo_purged(bo, "claim");
	}

	igt_subtest("purged-but-first-page-only") {
		struct gem_bo *bo = filled(&dev);
		void *tail = (char *)bo->map + igt_page_size();

		told_retained = false;
		cut_off(bo);
		/* A kernel that forgets to cut off all but one page. */
		igt_assert(mmap(tail, bo->bytes - igt_page_size(), PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == tail);
		igt_assert_bo_purged(bo, "claim");
	}

	igt_subtest("retained-but-told-lost") {
		struct gem_bo *bo = filled(&dev);

		told_retained = false;
		igt_assert_bo_retained(bo, "claim");
	}

	igt_subtest("retained-but-zeroed") {
		struct gem_bo *bo = filled(&dev);

		*((volatile uint64_t *)bo->map + 3 * igt_page_size() / 8) = 0;
		igt_assert_bo_retained(bo, "claim");
	}

	igt_subtest("retained-but-dead") {
		struct gem_bo *bo = filled(&dev);

		cut_off(bo);
		igt_assert_bo_retained(bo, "claim");
	}

	igt_subtest("resident-but-zapped") {
		struct gem_bo *bo = filled(&dev);

		zap(bo);
		igt_assert_bo_resident(bo, "claim");
	}

	igt_subtest("evicted-but-resident") {
		struct gem_bo *bo = filled(&dev);

		igt_assert_bo_evicted(bo, "claim");
	}

	igt_subtest("evicted-but-told-lost") {
		struct gem_bo *bo = filled(&dev);

		zap(bo);
		told_retained = false;
		igt_assert_bo_evicted(bo, "claim");
	}

	igt_subtest("evicted-but-zeroed") {
		struct gem_bo *bo = filled(&dev);

		*((volatile uint64_t *)bo->map + 3 * igt_page_size() / 8) = 0;
		zap(bo);
		igt_assert_bo_evicted(bo, "claim");
	}

	igt_subtest("range-but-of-another-place") {
		struct gem_bo *bo = filled(&dev);
		const size_t page = igt_page_size();

		/* A mapping whose third page is the second once more. */
		memcpy((char *)bo->map + 2 * page, (char *)bo->map + page, page);
		igt_assert_bo_range(bo, 1, 1, "right");
		igt_assert_bo_range(bo, 2, 1, "claim");
	}

	igt_subtest("too-large")
		gem_bo_create(&dev, 2 * BO_BYTES);

	igt_subtest("too-many") {
		gem_bo_create(&dev, BO_BYTES);
		gem_bo_create(&dev, BO_BYTES);
	}
}

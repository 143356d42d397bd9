/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio blob
 * Description: Blob resources of virtio-gpu, and that reclaim leaves them alone.
 *
 * The kernel promises: memory of a blob holds what is written to it, wherever it is, also while it
 * is not mapped, and two blobs are two. Since the host has it mapped, and cannot be asked for it,
 * it is neither purged nor evicted, whatever its owner says.
 *
 * Since: blobs of Linux 5.11; reclaim, from which they are spared, of the generic shrinker for GEM
 * shmem objects, posted up to version 19 in January 2024 and in no released kernel.
 *
 * Needs: a virtio-gpu with blob resources; for those of the host one that renders and has a window
 * on its memory; for reclaim root, debugfs, CONFIG_SHRINKER_DEBUG, tracepoints, CONFIG_SWAP and
 * CONFIG_ZRAM.
 */
#include <linux/virtio_gpu.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "gem/virtgpu_blob.h"
#include "igt.h"
#include "kms/kms.h"
#include "reclaim/evict.h"
#include "reclaim/igt_bo_assert.h"
#include "reclaim/igt_commands.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_swap.h"

IGT_TEST_DESCRIPTION("Blob resources of virtio-gpu, of the guest and of the host");

#define BLOB_BYTES MiB(1)

/* SET_SCANOUT_BLOB and RESOURCE_FLUSH: QEMU shows blobs only that it has as a dma-buf. */
#define SHOWING_REFUSED "response 0x12.. \\(command 0x10[4d]\\)"

static const enum virtgpu_blob kinds[] = {VIRTGPU_BLOB_GUEST, VIRTGPU_BLOB_HOST3D,
					  VIRTGPU_BLOB_HOST3D_GUEST};

static void contents_last(struct gem_device *dev, enum virtgpu_blob kind)
{
	struct gem_bo *bo = virtgpu_blob_create(dev, kind, BLOB_BYTES);
	struct gem_bo *other = virtgpu_blob_create(dev, kind, BLOB_BYTES);

	gem_bo_fill(bo);
	gem_bo_fill(other);
	igt_assert_bo_content(bo, "a blob has what was written to it");
	gem_bo_unmap(bo);
	gem_bo_map(bo);
	igt_assert_bo_content(bo, "and has it still when it is mapped once more");
	igt_assert_bo_content(other, "and so has the next one");
}

/**
 * EV15: a blob is left alone, lent or not, by a scan that takes another BO beside it: the host has
 * it mapped. B62: it was evicted, and the host went on with its old pages. Whether it counts is
 * told.
 */
static void reclaim_spares(struct gem_device *dev, enum virtgpu_blob kind)
{
	struct gem_bo *needed, *lent, *other;
	uint64_t before, counted;

	/* The reason to skip is the blob's, if there are none. */
	needed = virtgpu_blob_create(dev, kind, BLOB_BYTES);
	lent = virtgpu_blob_create(dev, kind, BLOB_BYTES);
	gem_require_madvise(dev);
	igt_swap_on(EVICT_SWAP_BYTES);
	igt_reclaim_require(dev);
	igt_reclaim_require_eviction(dev);
	evict_leftovers(dev);

	before = igt_reclaimable(dev);
	gem_bo_fill(needed);
	gem_bo_fill(lent);
	gem_bo_madvise(lent, GEM_DONTNEED);
	counted = igt_reclaimable(dev) - before;
	igt_info("of %" PRIu64 " KiB of blobs %" PRIu64 " KiB count as reclaimable\n",
		 2 * BLOB_BYTES >> 10, counted >> 10);
	/* Neither is it of any other BO: this one the host never had. */
	other = gem_bo_filled(dev, BLOB_BYTES);
	igt_commands_start(dev);
	igt_reclaim(dev, RECLAIM_SHRINKER, BLOB_BYTES);

	igt_commands_settle();
	igt_assert_f(igt_commands_count_by(VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, getpid()) == 0 &&
		     igt_commands_count_by(VIRTIO_GPU_CMD_RESOURCE_UNREF, getpid()) == 0,
		     "the host is asked to let go of a blob\n");
	igt_assert_bo_evicted(other, "a scan takes what is no blob");
	igt_assert_bo_resident(needed, "a blob is not evicted");
	igt_assert_bo_resident(lent, "a blob that is lent is not purged");
	gem_bo_unmap(lent);
	igt_assert_bo_retained(lent, "and is there also for who maps it once more");
}

/**
 * KM01: a blob that a display shows is spared, too, and the display can show it and stop to. B72: a
 * display pinned the pages of one that has none. Whether the host can show it is its own matter.
 */
static void shown_is_spared(struct gem_device *dev, enum virtgpu_blob kind)
{
	struct kms *kms = kms_open(dev);
	struct gem_bo *bo = virtgpu_blob_create(kms->dev, kind, kms->bytes);
	struct kms_fb *fb;

	gem_require_madvise(dev);
	igt_reclaim_require(dev);
	gem_bo_fill(bo);
	fb = kms_fb_create(kms, bo);
	igt_emit_ignore_dmesg_regex(SHOWING_REFUSED);
	for (int i = 0; i < 2; i++) {
		kms_show(fb);
		gem_bo_madvise(bo, GEM_DONTNEED);
		igt_reclaim(dev, RECLAIM_SHRINKER, 0);
		igt_assert_bo_resident(bo, "a blob that is shown is not purged");
		kms_hide(kms);
		igt_reclaim(dev, RECLAIM_SHRINKER, 0);
		igt_assert_bo_resident(bo, "nor is it when it no longer is");
	}
	kms_fb_remove(fb);
	/* A refusal that came later would be taken for the next subtest's. */
	gem_settle(dev);
	gem_bo_unmap(bo);
	igt_assert_bo_retained(bo, "and is there also for who maps it once more");
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture()
		dev = gem_device_open(DRIVER_VIRTIO);

	igt_describe("A blob keeps what is written to it, also while it is not mapped");
	igt_subtest_with_dynamic("contents-last") {
		for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
			igt_dynamic(virtgpu_blob_name(kinds[i]))
				contents_last(dev, kinds[i]);
	}

	igt_describe("A blob of the guest's memory is neither purged nor evicted");
	igt_subtest("guest-blob-is-spared")
		reclaim_spares(dev, VIRTGPU_BLOB_GUEST);

	igt_describe("A blob of the host's memory is neither purged nor evicted");
	igt_subtest("host-blob-is-spared")
		reclaim_spares(dev, VIRTGPU_BLOB_HOST3D);

	igt_describe("A blob of the memory of both is neither purged nor evicted");
	igt_subtest("shared-blob-is-spared")
		reclaim_spares(dev, VIRTGPU_BLOB_HOST3D_GUEST);

	igt_describe("A blob that is on the screen, or was, is not purged");
	igt_subtest_with_dynamic("shown-blob-is-spared") {
		for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
			igt_dynamic(virtgpu_blob_name(kinds[i]))
				shown_is_spared(dev, kinds[i]);
	}

	igt_fixture()
		gem_device_close(dev);
}

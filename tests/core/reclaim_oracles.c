/* SPDX-License-Identifier: MIT */
/**
 * Oracles that read what the kernel tells: its tracepoints, and fdinfo.
 */
#include <linux/virtio_gpu.h>
#include <virtgpu_drm.h>

#include "core/reclaim.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_commands.h"
#include "reclaim/igt_fdinfo.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_shrinks.h"

/* Of those the test queued itself: the console of a guest queues some, too. */
static unsigned int own(uint32_t type)
{
	return igt_commands_count_by(type, getpid());
}

static void commands_are_counted(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_commands_start(dev);
	igt_assert_eq_u32(own(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D), 0);
	bo = gem_bo_filled(dev, MiB(1));
	igt_assert_eq_u32(own(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D), 1);
	gem_bo_flush(bo);
	gem_bo_flush(bo);
	/* Some kernels let the host have the pages when it needs them first. */
	igt_assert_eq_u32(own(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING), 1);
	igt_assert_eq_u32(own(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D), 2);
	igt_assert_lte(2, (int)igt_commands_count(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D));
	igt_assert_eq_u32(own(VIRTIO_GPU_CMD_RESOURCE_UNREF), 0);
	gem_bo_free(bo);
	/* By a worker, if that still has a reference. */
	igt_assert_f(igt_wait(igt_commands_count(VIRTIO_GPU_CMD_RESOURCE_UNREF) > 0, 5000, 1),
		     "a BO that is closed is not released\n");
	igt_commands_settle();
	igt_assert_eq_u32(igt_commands_refused(), 0);

	igt_commands_start(dev);
	igt_assert_eq_u32(own(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D), 0);
}

static void answers_are_found(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, MiB(1));
	/* The image is 256 lines high. */
	struct drm_virtgpu_3d_transfer_to_host beyond = {
		.bo_handle = bo->handle,
		.box = {.y = 10000, .w = 1024, .h = 10000, .d = 1},
	};
	const struct igt_command *list;
	unsigned int count, refused = 0;

	gem_bo_wait_idle(bo);
	igt_commands_start(dev);
	gem_bo_flush(bo);
	do_ioctl(dev->fd, DRM_IOCTL_VIRTGPU_TRANSFER_TO_HOST, &beyond);
	igt_commands_settle();
	igt_assert_eq_u32(igt_commands_refused(), 1);
	list = igt_commands(&count);
	for (unsigned int i = 0; i < count; i++) {
		igt_assert_lte_u32(VIRTIO_GPU_RESP_OK_NODATA, list[i].answer);
		refused += list[i].answer == VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER &&
			   list[i].pid == getpid();
	}
	igt_assert_eq_u32(refused, 1);
}

static void shrinks_are_counted(struct gem_device *dev)
{
	struct igt_shrinks before;
	struct gem_bo *bo;

	igt_shrinks_start(dev);
	igt_info("shrinker: %s()\n", igt_shrinks_function());
	igt_assert(strstr(igt_shrinks_function(), "shrink"));
	igt_assert_eq_u64(igt_shrinks().calls, 0);

	/* Nothing is lent, so only others are asked. */
	igt_reclaim(dev, RECLAIM_DROP_CACHES, 0);
	igt_assert_eq_u64(igt_shrinks().calls, 0);

	bo = gem_bo_filled(dev, MiB(4));
	gem_bo_madvise(bo, GEM_DONTNEED);
	before = igt_shrinks();
	igt_reclaim(dev, RECLAIM_DROP_CACHES, bo->bytes);
	igt_assert_lt_u64(before.calls, igt_shrinks().calls);
	igt_assert_lt_u64(before.own_calls, igt_shrinks().own_calls);
	igt_assert_lte_u64(before.counted + bo->pages, igt_shrinks().counted);
	igt_assert_lte_u64(before.freed + bo->pages, igt_shrinks().freed);

	/* debugfs is no reclaim: the trace has none of it. */
	gem_bo_free(bo);
	bo = gem_bo_filled(dev, MiB(4));
	gem_bo_madvise(bo, GEM_DONTNEED);
	before = igt_shrinks();
	igt_reclaim(dev, RECLAIM_SHRINKER, bo->bytes);
	igt_assert_eq_u64(igt_shrinks().own_calls, before.own_calls);
}

static void pressure_calls_shrinker(struct gem_device *dev)
{
	struct igt_shrinks shrinks;
	struct gem_bo *bo;

	igt_shrinks_start(dev);
	bo = gem_bo_filled(dev, MiB(16));
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_PRESSURE_ANON, bo->bytes);
	shrinks = igt_shrinks();
	igt_info("%" PRIu64 " calls, %" PRIu64 " of them directly, freed %" PRIu64 " pages\n",
		 shrinks.calls, shrinks.direct_calls, shrinks.freed);
	igt_assert_lte_u64(bo->pages, shrinks.freed);
	/* It is not us who want memory. */
	igt_assert_eq_u64(shrinks.own_calls, 0);
}

static void no_instance_is_left(void)
{
	igt_assert_neq(system("ls -d /sys/kernel/tracing/instances/igt-*"), 0);
}

/* --- fdinfo --------------------------------------------------------------------------------- */

static void fdinfo_is_summed_up(struct gem_device *dev)
{
	const struct drm_client_meminfo before = igt_fdinfo_memory(dev);
	struct drm_client_meminfo memory;
	struct gem_bo *bo = gem_bo_filled(dev, MiB(4));

	memory = igt_fdinfo_memory(dev);
	igt_assert_eq_u64(memory.total, before.total + bo->bytes);
	igt_assert_eq_u64(memory.resident, before.resident + bo->bytes);
	igt_assert_eq_u64(memory.purgeable, before.purgeable);
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_assert_eq_u64(igt_fdinfo_memory(dev).purgeable, before.purgeable + bo->bytes);
	gem_bo_free(bo);
	igt_assert_eq_u64(igt_fdinfo_memory(dev).total, before.total);
}

static void virtio_oracles(void)
{
	static struct gem_device *dev;

	igt_fixture()
		dev = gem_device_open(DRIVER_VIRTIO);

	igt_describe("Commands are counted by type and by who queued them");
	igt_subtest("commands-are-counted")
		commands_are_counted(dev);

	igt_describe("The answer to each command is found, also one that says no");
	igt_subtest("answers-are-found")
		answers_are_found(dev);

	igt_subtest_group() {
		igt_fixture() {
			gem_require_madvise(dev);
			igt_reclaim_require(dev);
		}

		igt_describe("Calls of the device's shrinker are told from others, and from debugfs");
		igt_subtest("shrinks-are-counted")
			shrinks_are_counted(dev);

		igt_describe("Real pressure calls it, on behalf of others");
		igt_subtest("pressure-calls-shrinker")
			pressure_calls_shrinker(dev);
	}

	igt_describe("The trace instances are gone with their subtests");
	igt_subtest("no-trace-is-left")
		no_instance_is_left();

	igt_fixture()
		gem_device_close(dev);
}

void reclaim_oracles(void)
{
	static struct gem_device *dev;

	igt_subtest_group()
		virtio_oracles();

	igt_subtest_group() {
		igt_fixture()
			dev = gem_device_open(DRIVER_PANFROST);

		igt_describe("fdinfo follows the making, lending and freeing of a BO");
		igt_subtest("fdinfo-is-summed-up")
			fdinfo_is_summed_up(dev);

		igt_fixture()
			gem_device_close(dev);
	}
}

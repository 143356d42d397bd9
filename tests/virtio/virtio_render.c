/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio render
 * Description: What a program that renders may rely on when the memory of its BOs is reclaimed.
 *
 * The kernel promises: a job finds each BO that it names whole, wherever its pages were, and so do
 * transfers both ways; a BO that was purged is refused, and nothing is left of the refusal; what
 * jobs use is not taken until they are done; and neither a purge nor a broken context on the host
 * harms other BOs, other contexts, or who reclaims.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu with virgl; root, debugfs and CONFIG_SHRINKER_DEBUG; for eviction CONFIG_SWAP
 * and CONFIG_ZRAM, and cgroup v2 with the memory controller and memory.reclaim (since 5.19); for
 * some claims CONFIG_SW_SYNC, tracepoints, MSI-X, or an IOMMU. 1 GiB of memory is enough.
 */
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_reclaim.h"
#include "render.h"
#include "sw_sync.h"
#include "virgl/virgl.h"

IGT_TEST_DESCRIPTION("Reclaim of virtio-gpu BOs that a host renders to and from");

static void purging(struct gem_device *dev)
{
	igt_describe("A job that names a purged BO, alone or among others, is refused and leaves "
		     "no trace");
	igt_subtest("job-with-purged-is-refused")
		render_refuses_purged(dev);

	igt_describe("What a finished job left bound can be purged, and its context goes on");
	igt_subtest("bound-is-purged")
		render_survives_purge_of_bound(dev);

	igt_describe("A BO that is lent while its job runs is purged when that is done, not "
		     "before");
	igt_subtest("lent-while-drawn-is-kept")
		render_keeps_lent_until_done(dev);

	igt_describe("What the host has released is not named to it when the purged BO is closed");
	igt_subtest("purged-is-forgotten-once")
		render_forgets_purged_once(dev);
}

static void eviction(struct gem_device *dev)
{
	igt_describe("What the host alone wrote to a BO survives swap");
	igt_subtest("drawn-by-host-survives-swap")
		render_to_bo_survives_swap(dev);

	igt_describe("A job that reads and writes the backing of BOs in swap finds them whole");
	igt_subtest("job-brings-swapped-back")
		render_brings_swapped_back(dev);

	igt_describe("Behind an IOMMU the host finds BOs that were in swap where they are now");
	igt_subtest("swapped-is-found-through-iommu")
		render_behind_iommu(dev);

	igt_describe("A transfer from the host into an evicted BO brings what the host has");
	igt_subtest("newer-on-host-wins")
		render_into_evicted(dev);

	igt_describe("Lists with evicted, purged and repeated BOs are clean errors, or done");
	igt_subtest("mixed-lists-are-clean")
		render_takes_mixed_lists(dev);

	igt_describe("A job that waits for a fence and names an evicted BO is done behind the "
		     "fence");
	igt_subtest("waiting-job-brings-evicted-back")
		render_waits_with_evicted(dev);

	igt_describe("BOs of a context that broke on the host are reclaimed as others are");
	igt_subtest("broken-context-is-reclaimed")
		render_survives_broken_context(dev);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
		virgl_require(dev);
		igt_reclaim_require(dev);
	}

	purging(dev);
	evict_with_swap(dev, eviction);

	igt_fixture()
		gem_device_close(dev);
}

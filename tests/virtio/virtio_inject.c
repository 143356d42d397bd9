/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio inject
 * Description: What the calls of virtio-gpu leave behind when they run out of memory.
 *
 * Needs: a kernel with fault injection and the reclaim series, as kernel/build --flavour debug
 * makes it, and root; a host that renders for what only such a one has.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_sentinel.h"
#include "reclaim/inject.h"
#include "reclaim/inject_reclaim.h"
#include "virtio/inject_calls.h"

IGT_TEST_DESCRIPTION("Calls of virtio-gpu of which one allocation after the other fails");

static void evicted(struct gem_device *dev)
{
	igt_describe("An evicted BO that cannot be brought back is no other, and comes later");
	igt_subtest_with_dynamic("evicted-comes-back")
		inject_swapin(dev);

	igt_describe("A touch that finds no memory for a moment is tried again, and nobody is hit");
	igt_subtest("touch-is-tried-again")
		inject_touch(dev);

	igt_describe("An eviction that runs out of memory takes a BO whole or leaves it whole");
	igt_subtest_with_dynamic("evictions-are-whole")
		inject_scans(dev);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		igt_fail_nth_require();
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
	}

	igt_describe("Calls for BOs, which every driver has, fail well when memory is short");
	igt_subtest_with_dynamic("bos-fail-well")
		inject_bos(dev);

	igt_describe("Calls that share BOs and their fences fail well when memory is short");
	igt_subtest_with_dynamic("sharing-fails-well")
		inject_sharing(dev);

	igt_describe("Calls for syncobjs fail well when memory is short");
	igt_subtest_with_dynamic("syncobjs-fail-well")
		inject_syncobjs(dev);

	igt_describe("Calls that virtio-gpu has fail well when memory is short");
	igt_subtest_with_dynamic("calls-fail-well")
		virtio_calls(dev);

	igt_describe("Jobs fail well when memory is short");
	igt_subtest_with_dynamic("jobs-fail-well")
		virtio_jobs(dev);

	igt_describe("A job that gets no fence takes no descriptor from who submits it");
	igt_subtest("job-keeps-descriptors")
		virtio_job_keeps_descriptors(dev);

	igt_describe("A purge that runs out of memory takes a BO whole or leaves it whole");
	igt_subtest_with_dynamic("purges-are-whole")
		inject_purges(dev);

	evict_with_swap(dev, evicted);

	igt_describe("Of what failing calls have allocated nothing is lost");
	igt_subtest("nothing-is-lost")
		virtio_nothing_is_lost(dev);

	igt_fixture()
		gem_device_close(dev);
}

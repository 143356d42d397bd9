/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio fences
 * Description: What protects virtio-gpu BOs from reclaim while somebody is at work with them.
 *
 * The kernel promises: a BO is not reclaimed from when a fence is there until all its fences have
 * signalled, in whatever way; pages that the host has are not given away before it says so; and a
 * host that says nothing for a while makes reclaim slow, but neither blocks others nor loses
 * anything.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu device, of any host; root, debugfs and CONFIG_SHRINKER_DEBUG; for fences
 * CONFIG_SW_SYNC; for a host that is slow MSI-X, and tracepoints; for eviction CONFIG_SWAP and
 * CONFIG_ZRAM.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/fences.h"
#include "reclaim/igt_reclaim.h"
#include "slow_host.h"

IGT_TEST_DESCRIPTION("Fences of virtio-gpu BOs, and hosts that are slow to signal them");

static void purging(struct gem_device *dev)
{
	igt_describe("To wait for a purged BO takes no time and brings nothing back");
	igt_subtest("waiting-for-purged-moves-nothing")
		fences_wait_for_purged_moves_nothing(dev);

	igt_describe("A BO whose fence ended with an error is purged");
	igt_subtest("failed-fence-prevents-no-purge")
		fences_failed_allow_purge(dev);

	igt_describe("A BO with 64 fences is purged when the last has signalled, not before");
	igt_subtest("last-fence-allows-purge")
		fences_last_allows_purge(dev);

	igt_describe("BOs that get and lose fences while scans go on are purged between them only");
	igt_subtest("lent-is-purged-between-fences")
		fences_come_and_go_on_lent(dev);

	igt_describe("Pages that the host has are purged when it has let go of them, not before");
	igt_subtest("host-lets-go-before-purge")
		slow_host_is_waited_for_with_lent(dev);

	igt_describe("Reclaim from a host that is silent ends, and others live on meanwhile");
	igt_subtest("silent-host-holds-up-nobody")
		slow_host_holds_up_nobody(dev);
}

static void eviction(struct gem_device *dev)
{
	igt_describe("To wait for an evicted BO takes no time and brings nothing back");
	igt_subtest("waiting-for-evicted-moves-nothing")
		fences_wait_for_evicted_moves_nothing(dev);

	igt_describe("A BO whose fence ended with an error is evicted");
	igt_subtest("failed-fence-prevents-no-eviction")
		fences_failed_allow_eviction(dev);

	igt_describe("A BO with 64 fences is evicted when the last has signalled, not before");
	igt_subtest("last-fence-allows-eviction")
		fences_last_allows_eviction(dev);

	igt_describe("A BO that gets and loses fences while scans go on is evicted between them "
		     "only");
	igt_subtest("evicted-between-fences")
		fences_come_and_go(dev);

	igt_describe("Pages that the host has are evicted when it has let go of them, not before");
	igt_subtest("host-lets-go-before-eviction")
		slow_host_is_waited_for(dev);

	igt_describe("A host that is silent now and then costs no data, whatever is reclaimed");
	igt_subtest("slow-host-costs-no-data")
		slow_host_costs_no_data(dev);

	igt_describe("A touch that comes while pages are taken waits, and finds them after that");
	igt_subtest("touch-waits-for-taker")
		slow_host_delays_touch(dev);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
	}

	purging(dev);
	evict_with_swap(dev, eviction);

	igt_fixture()
		gem_device_close(dev);
}

/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio pressure
 * Description: What becomes of virtio-gpu BOs when memory is really short.
 *
 * The kernel promises: it takes what was lent, and evicts what fits into swap, before it kills
 * anybody; who is at the limit of his cgroup is alone with that; when neither swap nor memory is
 * left reclaim ends, BOs of those who live are whole, and those of who was killed are gone.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu device, of any host; root, debugfs, CONFIG_SHRINKER_DEBUG, CONFIG_SWAP and
 * CONFIG_ZRAM; cgroup v2 with the memory controller and memory.reclaim (since 5.19).
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/leaker.h"
#include "reclaim/noio.h"
#include "reclaim/pressure.h"
#include "reclaim/scarce.h"
#include "reclaim/shortage.h"

IGT_TEST_DESCRIPTION("Memory of virtio-gpu BOs under real pressure");

static void eviction(struct gem_device *dev)
{
	igt_describe("Who is killed in a swap-in leaves the BO to others");
	igt_subtest("killed-swapin-locks-nobody-out")
		shortage_killed_in_swapin(dev);

	igt_describe("Who wants memory for BOs, and has to reclaim, may take that of BOs");
	igt_subtest("users-reclaim-from-users")
		scarce_users_reclaim(dev);

	igt_describe("Needed BOs go to swap before anybody is killed, and come back");
	igt_subtest("needed-is-swapped-before-killing")
		pressure_swaps_before_killing(dev);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
	}

	igt_describe("Who uses BOs beyond the limit of his cgroup is alone with that");
	igt_subtest("limit-is-the-owners")
		shortage_in_cgroup_stays_there(dev);

	igt_describe("With swap nearly full reclaim ends, and purging goes on");
	igt_subtest("full-swap-stops-eviction")
		shortage_of_swap_stops_eviction(dev);

	igt_describe("BOs that are closed while reclaim has them are freed, and it says nothing");
	igt_subtest("closed-beside-reclaim-are-freed")
		scarce_closed_are_freed(dev);

	igt_describe("BOs of a process that is killed are freed");
	igt_subtest("killed-leaves-no-bos")
		pressure_bos_end_with_killed(dev);

	igt_describe("Who wants memory gets that of lent BOs before anybody is killed");
	igt_subtest("lent-goes-before-killing")
		pressure_takes_lent_before_killing(dev);

	igt_describe("When who wants too much is killed, BOs that are needed are whole");
	igt_subtest("killing-spares-needed")
		pressure_killing_spares_bos(dev);

	igt_describe("Huge BOs are made whole or refused whole where hardly any memory is left");
	igt_subtest("huge-come-whole")
		scarce_huge_come_whole(dev);

	igt_describe("Who writes to a disk, and may not do I/O for memory, has that of lent BOs");
	igt_subtest("disk-writers-reclaim")
		noio_writers_reclaim(dev);

	igt_describe("Who leaks BOs and memory is killed, and nobody who uses BOs");
	igt_subtest("leaker-is-the-one-killed")
		leaker_is_the_one_killed(dev);

	evict_with_swap(dev, eviction);

	/* The last, since the kernel gives up then. */
	igt_describe("With nothing to be taken of BOs kswapd does not keep looking for it");
	igt_subtest("hopeless-is-quiet")
		pressure_without_hope_is_quiet(dev);

	igt_fixture()
		gem_device_close(dev);
}

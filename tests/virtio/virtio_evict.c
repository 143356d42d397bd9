/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio evict
 * Description: What an owner of virtio-gpu BOs may rely on when their memory goes to swap.
 *
 * The kernel promises: when memory is short and there is swap, the pages of an idle BO that is
 * needed may be taken, after those of BOs that are not needed. They come back, as they were and
 * all of them, as soon as the CPU touches one or the host is to use the BO. What somebody uses,
 * by a fence or by an export, is not taken.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it. One that only purges is told apart by
 * what its shrinker counts, and skips.
 *
 * Needs: a virtio-gpu device, of any host; root, debugfs, CONFIG_SHRINKER_DEBUG, CONFIG_SWAP and
 * CONFIG_ZRAM, from which it makes its own swap; for some claims cgroup v2 with the memory
 * controller and memory.reclaim (since 5.19), CONFIG_SW_SYNC, or CONFIG_TRANSPARENT_HUGEPAGE.
 * 1 GiB of memory is enough.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/busy.h"
#include "reclaim/debugged.h"
#include "reclaim/evict.h"
#include "reclaim/evict_mapped.h"
#include "reclaim/evict_order.h"
#include "reclaim/huge.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/swapin.h"
#include "reclaim/swapin_use.h"
#include "sw_sync.h"

IGT_TEST_DESCRIPTION("Eviction of virtio-gpu BOs to swap, and their coming back");

static void eviction(struct gem_device *dev)
{
	igt_describe("A scan takes the pages of WILLNEED BOs; each comes back by a fault, intact");
	igt_subtest("idle-willneed-is-evicted")
		evict_gives_pages_back(dev);

	igt_describe("A scan for no more than DONTNEED BOs have evicts nothing");
	igt_subtest("dontneed-goes-first")
		evict_comes_after_purge(dev);

	igt_describe("A scan for a page more than DONTNEED BOs have evicts one BO");
	igt_subtest("scan-evicts-what-is-missing")
		evict_takes_what_is_missing(dev);

	igt_describe("The cgroup's reclaim writes evicted pages to swap, a touch brings them back");
	igt_subtest("evicted-pages-can-be-swapped")
		evict_lets_pages_be_swapped(dev);

	igt_describe("So does it with those of a BO that nobody uses any more");
	igt_subtest("unmapped-can-be-swapped")
		evict_unmapped_can_be_swapped(dev);

	igt_describe("An evicted BO is not counted, and further scans leave it as it is");
	igt_subtest("evicted-is-not-evicted-again")
		evict_happens_once(dev);

	igt_describe("Closing a BO that is in swap frees the swap");
	igt_subtest("close-frees-swap")
		evict_swap_ends_with_bo(dev);

	igt_describe("A BO that is in swap is purged once marked DONTNEED, and its swap is freed");
	igt_subtest("swapped-dontneed-is-purged")
		evict_swapped_is_purged(dev);

	igt_describe("A scan for one page evicts a large BO whole");
	igt_subtest("large-is-evicted-whole")
		evict_takes_large_whole(dev);

	igt_describe("How often a BO that is used all the time is evicted before idle ones");
	igt_subtest("used-is-spared")
		evict_spares_what_is_used(dev);

	igt_describe("Every mapping of every process is zapped, and shows the BO again");
	igt_subtest("every-map-is-zapped")
		evict_zaps_every_map(dev);

	igt_describe("Mappings that are locked do not keep a BO from being evicted");
	igt_subtest("locked-map-is-no-obstacle")
		evict_disregards_mlock(dev);

	igt_describe("What is written through one mapping is read through another");
	igt_subtest("maps-stay-coherent")
		evict_keeps_maps_coherent(dev);

	igt_describe("A BO of huge pages is evicted, and comes back from memory and from swap");
	igt_subtest("huge-pages-come-back")
		huge_come_back(dev);
}

static void swapin(struct gem_device *dev)
{
	igt_describe("Reading one page of an evicted BO makes all of it resident and counted");
	igt_subtest("one-read-brings-all-back")
		swapin_brings_all_back(dev);

	igt_describe("What is written to a BO that was in swap survives its next swapping");
	igt_subtest("write-after-swapin-survives")
		swapin_keeps_what_was_written(dev);

	igt_describe("A transfer to the host of an evicted BO succeeds and leaves its contents");
	igt_subtest("transfer-brings-evicted-back")
		swapin_for_transfer(dev);

	igt_describe("Pieces of a mapping cut up by munmap and mprotect show their own pages");
	igt_subtest("split-map-shows-right-pages")
		swapin_through_split_map(dev);

	igt_describe("Twenty times evicted and touched, count and contents are as before");
	igt_subtest("eviction-can-be-repeated")
		swapin_repeats(dev);

	igt_describe("System calls on an evicted BO find its contents, or are EFAULT");
	igt_subtest("system-calls-bring-evicted-back")
		swapin_by_system_calls(dev);

	igt_describe("Parent and child who touch an evicted BO at once both find it, there once");
	igt_subtest("parent-and-child-find-it-once")
		swapin_of_parent_and_child(dev);

	igt_describe("An evicted BO that is lent, touched and taken back is whole, or told lost");
	igt_subtest("evicted-and-lent-is-consistent")
		swapin_of_lent_is_consistent(dev);

	igt_describe("One touch of a large BO makes all of it resident");
	igt_subtest("one-touch-makes-all-resident")
		swapin_makes_all_resident(dev);

	igt_describe("Who debugs a process sees its BOs as they are or not, and changes nothing");
	igt_subtest("debuggers-change-nothing")
		debugged_by_another(dev);

	igt_describe("A core has BOs as they are or not, and dumping it changes nothing");
	igt_subtest("core-dump-changes-nothing")
		debugged_by_core_dump(dev);
}

static void with_swap(struct gem_device *dev)
{
	eviction(dev);
	swapin(dev);

	igt_describe("Exported BOs are neither purged nor evicted");
	igt_subtest("exported-is-kept")
		busy_exported_is_kept(dev);

	igt_subtest_group() {
		igt_fixture()
			igt_require_sw_sync();

		igt_describe("A BO with an unsignalled fence of a reader is not "
			     "evicted, and is once it has signalled");
		igt_subtest("read-fence-prevents-eviction")
			busy_reading_is_kept(dev);

		igt_describe("A BO with an unsignalled fence of a writer is not "
			     "evicted, and is once it has signalled");
		igt_subtest("write-fence-prevents-eviction")
			busy_writing_is_kept(dev);
	}
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
	}

	igt_describe("WILLNEED BOs are not evicted while no swap is active, and are when it is");
	igt_subtest("without-swap-nothing-is-evicted")
		evict_needs_swap(dev);

	igt_describe("A BO larger than the room in swap is not evicted, a smaller one is");
	igt_subtest("larger-than-swap-is-not-evicted")
		evict_needs_room_in_swap(dev);

	igt_describe("BOs that are in swap are whole when swap is switched off");
	igt_subtest("swapoff-brings-all-back")
		evict_survives_swapoff(dev);

	evict_with_swap(dev, with_swap);

	igt_fixture()
		gem_device_close(dev);
}

/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio stress
 * Description: That nothing is lost when BOs of many processes are used and reclaimed at once.
 *
 * The kernel promises: whatever others do, and whenever the shrinker comes, a process finds in its
 * BOs what it wrote, is told truly what it lost, and is kept waiting by nobody; and of what it
 * closes nothing is left.
 *
 * How long is told by --seconds, for each subtest; the default is short. On a kernel with lockdep
 * and KASAN it is worth a minute.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu device, of any host; root, debugfs and CONFIG_SHRINKER_DEBUG; for eviction
 * CONFIG_SWAP and CONFIG_ZRAM; for frozen processes cgroup v2 with the memory controller.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/scarce.h"
#include "reclaim/stress.h"
#include "reclaim/stress_option.h"

IGT_TEST_DESCRIPTION("Many who use BOs of virtio-gpu beside reclaim");

static void eviction(struct gem_device *dev)
{
	igt_describe("With swap, too, lenders are told the truth, and what is needed is kept");
	igt_subtest("lenders-with-swap-find-what-they-left")
		stress_lenders_find_what_they_left(dev);

	igt_describe("Each page that processes write to beside evictions is as its owner left it");
	igt_subtest("pages-keep-their-owners")
		stress_pages_keep_their_owners(dev);

	igt_describe("So it is when evicted pages are written to swap at once");
	igt_subtest("swapped-keep-their-owners")
		stress_swapped_keep_their_owners(dev);

	igt_describe("What is sent to the host beside evictions is whole");
	igt_subtest("sent-are-whole")
		stress_sent_are_whole(dev);

	igt_describe("A BO that two files have is whole in one when the other closes it");
	igt_subtest("shared-are-whole")
		stress_shared_are_whole(dev);

	igt_describe("Mappings of parts, cut up, moved and inherited, show their part");
	igt_subtest("mappings-show-their-part")
		stress_mappings_show_their_part(dev);

	igt_describe("Memory that is compacted is still the BO's");
	igt_subtest("compaction-moves-nothing-wrong")
		stress_compaction_moves_nothing_wrong(dev);

	igt_describe("Frozen processes find what they left, and hold up nobody meanwhile");
	igt_subtest("frozen-find-what-they-left")
		stress_frozen_find_what_they_left(dev);

	igt_describe("With one and a half times as many BOs as memory all owners find their own");
	igt_subtest("overcommitted-are-whole")
		scarce_overcommitted_are_whole(dev);
}

int igt_main_args("", stress_options, STRESS_HELP, stress_take_option, NULL)
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
	}

	igt_describe("Lenders beside scans are told the truth about what they lost");
	igt_subtest("lenders-find-what-they-left")
		stress_lenders_find_what_they_left(dev);

	igt_describe("Signals all the time change nothing of that");
	igt_subtest("signals-change-nothing")
		stress_signals_change_nothing(dev);

	igt_describe("Many who scan, drop caches and count do not keep each other waiting");
	igt_subtest("many-scan-at-once")
		stress_many_scan_at_once(dev);

	igt_describe("BOs that are closed as scans find them are gone");
	igt_subtest("closed-are-gone")
		stress_closed_are_gone(dev);

	igt_describe("BOs that are closed as others are lent are gone");
	igt_subtest("closed-beside-lenders-are-gone")
		stress_closed_beside_lenders_are_gone(dev);

	igt_describe("Writing to drop_caches ends, though others make BOs to be dropped");
	igt_subtest("drop-caches-ends")
		stress_drop_caches_ends(dev);

	igt_describe("Files of debugfs and fdinfo can be read all along");
	igt_subtest("kernel-tells-all-along")
		stress_kernel_tells_all_along(dev);

	igt_describe("Swap may come and go while BOs are evicted and used");
	igt_subtest("swap-comes-and-goes")
		stress_swap_comes_and_goes(dev);

	evict_with_swap(dev, eviction);

	igt_fixture()
		gem_device_close(dev);
}

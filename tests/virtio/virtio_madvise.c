/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio madvise
 * Description: What an owner of virtio-gpu BOs may rely on when it lends their memory back.
 *
 * The kernel promises: a BO marked DONTNEED keeps its pages until memory is short; then the
 * kernel may take them for good, says so whenever it is asked, and answers every access to them
 * with SIGBUS. A BO marked WILLNEED never loses its contents.
 *
 * Since: the generic shrinker for GEM shmem objects and the virtio-gpu ioctl MADVISE, posted up to
 * version 19 in January 2024 and in no released kernel; kernel/build makes a kernel with both.
 *
 * Needs: a virtio-gpu device, of any host; for what reclaim does, root, debugfs and
 * CONFIG_SHRINKER_DEBUG; some claims hold only while no swap is active. 1 GiB of memory is enough.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/madvise.h"
#include "reclaim/memory.h"
#include "reclaim/purge.h"
#include "reclaim/shared.h"

IGT_TEST_DESCRIPTION("Purging of virtio-gpu BOs that user space marked DONTNEED");

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
	}

	igt_describe("Both device nodes have the ioctl and tell so by ENOENT for handle 0");
	igt_subtest("both-nodes-take-advice")
		madvise_works_on_both_nodes(dev);

	igt_describe("Handles this file does not have are refused with ENOENT, nothing is written");
	igt_subtest("unknown-handle-is-refused")
		madvise_refuses_unknown_handles(dev);

	igt_describe("Advice that does not exist is refused and leaves the BO as it was");
	igt_subtest("unknown-advice-is-refused")
		madvise_refuses_unknown_advice(dev);

	igt_describe("WILLNEED on a BO that was never lent finds it retained");
	igt_subtest("willneed-alone-retains")
		madvise_willneed_retains(dev);

	igt_describe("Without pressure DONTNEED takes not one page");
	igt_subtest("lending-alone-frees-nothing")
		madvise_lending_frees_nothing(dev);

	igt_subtest_group() {
		igt_fixture()
			igt_reclaim_require(dev);

		igt_describe("Repeated advice is as one, and a BO taken back is not purged");
		igt_subtest("repeated-advice-is-idempotent")
			madvise_is_idempotent(dev);

		igt_describe("Once purged, a BO is told so for ever");
		igt_subtest("purged-stays-purged")
			madvise_purged_stays_purged(dev);

		igt_describe("DONTNEED BOs lose their pages to the shrinker, which counts them");
		igt_subtest("dontneed-is-purged")
			purge_takes_dontneed(dev);

		igt_describe("WILLNEED BOs keep every page when no swap is active");
		igt_subtest("willneed-survives-scan")
			purge_spares_willneed(dev);

		igt_describe("Of BOs lent and kept by turns exactly the lent ones are lost");
		igt_subtest("only-dontneed-is-purged")
			purge_takes_only_dontneed(dev);

		igt_describe("drop_caches purges DONTNEED BOs");
		igt_subtest("drop-caches-purges-dontneed")
			purge_by_drop_caches(dev);

		igt_describe("The cgroup of purged BOs is charged for them no more");
		igt_subtest("purged-memory-is-free")
			memory_of_purged_is_free(dev);

		igt_describe("Memory of purged BOs is free also while they are mapped");
		igt_subtest("purged-memory-is-free-while-mapped")
			memory_of_purged_is_free_while_mapped(dev);

		igt_describe("Mapping a purged BO again brings SIGBUS or an error, and takes no "
			     "memory");
		igt_subtest("purged-map-takes-no-memory")
			memory_is_not_taken_again(dev);

		igt_describe("The owner is charged no more when another process reclaims");
		igt_subtest("purge-by-another-uncharges-owner")
			memory_is_uncharged_by_others(dev);

		igt_describe("A BO lent several times is counted once, and leaves with its handle");
		igt_subtest("lent-twice-is-counted-once")
			madvise_twice_is_counted_once(dev);

		igt_describe("Of the advice of two threads the last word counts");
		igt_subtest("last-word-of-two-threads-counts")
			madvise_from_two_threads(dev);

		igt_describe("A BO that was lent can be exported and is kept, and the kernel "
			     "complains of nothing");
		igt_subtest("lent-can-be-shared-quietly")
			shared_lent_before_is_quiet(dev);

		igt_describe("Reading or writing a purged BO raises SIGBUS");
		igt_subtest("purged-map-raises-sigbus")
			purged_map_is_dead(dev);

		igt_describe("Children born before and after the purge get SIGBUS as well");
		igt_subtest("purged-map-raises-sigbus-in-child")
			purged_map_is_dead_in_child(dev);

		igt_describe("A mapping moved before or after the purge raises SIGBUS");
		igt_subtest("purged-map-raises-sigbus-after-mremap")
			purged_map_is_dead_after_mremap(dev);

		igt_describe("A mapping made with MAP_POPULATE raises SIGBUS once purged");
		igt_subtest("purged-populated-map-raises-sigbus")
			purged_populated_map_is_dead(dev);
	}

	igt_fixture()
		gem_device_close(dev);
}

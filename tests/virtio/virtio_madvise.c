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
 * CONFIG_SHRINKER_DEBUG; some claims hold only while no swap is active; for where memory goes
 * cgroup v2 with the memory controller, and CONFIG_TRANSPARENT_HUGEPAGE. 1 GiB of memory is enough.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/arguments.h"
#include "reclaim/huge.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/interrupted.h"
#include "reclaim/lives.h"
#include "reclaim/madvise.h"
#include "reclaim/mapping.h"
#include "reclaim/memory.h"
#include "reclaim/owners.h"
#include "reclaim/purge.h"
#include "reclaim/purge_race.h"
#include "reclaim/shared.h"
#include "reclaim/types.h"
#include "transfers.h"

IGT_TEST_DESCRIPTION("Purging of virtio-gpu BOs that user space marked DONTNEED");

static void advice(struct gem_device *dev)
{
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

	igt_describe("Arguments that cannot be read or answered are EFAULT, and change nothing");
	igt_subtest("arguments-must-be-in-memory")
		arguments_must_be_in_memory(dev);

	igt_describe("A BO is mapped shared and from its start, no further than it goes");
	igt_subtest("odd-mappings-are-refused")
		mapping_odd_ways_are_refused(dev);

	igt_describe("Each piece of a mapping that was cut up shows its own part of the BO");
	igt_subtest("pieces-of-maps-show-their-part")
		mapping_pieces_show_their_part(dev);
}

static void truth(struct gem_device *dev)
{
	igt_describe("Repeated advice is as one, and a BO taken back is not purged");
	igt_subtest("repeated-advice-is-idempotent")
		madvise_is_idempotent(dev);

	igt_describe("Once purged, a BO is told so for ever");
	igt_subtest("purged-stays-purged")
		madvise_purged_stays_purged(dev);

	igt_describe("A BO lent several times is counted once, and leaves with its handle");
	igt_subtest("lent-twice-is-counted-once")
		madvise_twice_is_counted_once(dev);

	igt_describe("Of the advice of two threads the last word counts");
	igt_subtest("last-word-of-two-threads-counts")
		madvise_from_two_threads(dev);

	igt_describe("Arguments shorter or longer than the kernel knows are taken as far as they "
		     "go");
	igt_subtest("arguments-may-be-shorter-or-longer")
		arguments_may_be_shorter_or_longer(dev);

	igt_describe("The answer is 0 or 1 whatever stood in its place, and padding does no harm");
	igt_subtest("old-answer-is-overwritten")
		arguments_keep_no_old_answer(dev);

	igt_describe("Advice that a signal interrupts is not taken, and says so");
	igt_subtest("interrupted-advice-is-not-taken")
		interrupted_advice_is_whole_or_none(dev);

	igt_describe("What is said of a BO that was lent before its first use is true");
	igt_subtest("unused-is-consistent")
		lives_unused_is_consistent(dev);

	igt_describe("BOs of one page to as much as fits count exactly and are purged whole");
	igt_subtest("any-size-is-counted")
		lives_of_any_size_are_counted(dev);

	igt_describe("A BO with the handle of one that was purged is new, and of that one "
		     "nothing is left");
	igt_subtest("old-handle-is-a-new-bo")
		lives_leave_nothing_to_the_next(dev);
}

static void owners(struct gem_device *dev)
{
	igt_describe("Advice needs no privilege, on either node");
	igt_subtest("advice-needs-no-privilege")
		owners_need_no_privilege(dev);

	igt_describe("A child's advice is its parent's");
	igt_subtest("child-shares-advice")
		owners_share_advice_with_children(dev);

	igt_describe("Two files that have a BO have one state of it");
	igt_subtest("files-share-advice")
		owners_share_advice_between_files(dev);

	igt_describe("When one of two files closes a BO that was lent, the other is told the "
		     "truth");
	igt_subtest("close-leaves-truth")
		owners_closing_keeps_advice(dev);

	igt_describe("Dumb buffers that are lent are purged");
	igt_subtest("dumb-is-purged")
		types_dumb_is_purged(dev);

	igt_describe("A BO imported from another device is told retained, and is");
	igt_subtest("imported-is-kept")
		types_imported_is_kept(dev);

	igt_describe("A BO that was lent can be exported and is kept, and the kernel "
		     "complains of nothing");
	igt_subtest("lent-can-be-shared-quietly")
		shared_lent_before_is_quiet(dev);
}

static void purging(struct gem_device *dev)
{
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

	igt_describe("One page asked for is one BO purged, the one lent first");
	igt_subtest("oldest-goes-first")
		purge_takes_oldest_first(dev);

	igt_describe("Who writes to BOs that are purged gets SIGBUS, and nobody else's memory");
	igt_subtest("purge-beside-writers-is-safe")
		purge_beside_writers(dev);

	igt_describe("System calls on BOs that are purged are cut short or EFAULT");
	igt_subtest("purge-under-system-calls-is-safe")
		purge_under_system_calls(dev);

	igt_describe("Transfers of a BO that was purged are refused, and leave no trace");
	igt_subtest("purged-is-not-transferred")
		transfers_of_purged_are_refused(dev);
}

static void memory(struct gem_device *dev)
{
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

	igt_describe("Huge pages of purged BOs are given back");
	igt_subtest("huge-pages-are-purged")
		huge_are_purged(dev);
}

static void mappings(struct gem_device *dev)
{
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

	igt_describe("All pieces of all mappings of a purged BO raise SIGBUS");
	igt_subtest("pieces-of-maps-raise-sigbus")
		mapping_pieces_all_die(dev);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
	}

	advice(dev);
	igt_subtest_group() {
		igt_fixture()
			igt_reclaim_require(dev);

		truth(dev);
		owners(dev);
		purging(dev);
		memory(dev);
		mappings(dev);
	}

	igt_fixture()
		gem_device_close(dev);
}

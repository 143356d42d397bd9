/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio kms
 * Description: What a display of virtio-gpu may rely on when memory is short.
 *
 * The kernel promises: as long as a BO is on the screen, or is the cursor, it is pinned, whatever
 * its owner says of it, and reclaim takes nothing of it. No longer than that: when the screen shows
 * something else, it can be taken at once. What is evicted is brought back to be shown, and what is
 * purged is refused, which leaves the screen as it was. A commit that fails leaves no pin.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it. What is said of the console: Linux 6.11.
 *
 * Needs: a virtio-gpu with a display and nobody who uses it (no compositor); what virtio_madvise and
 * virtio_evict need; the screen is looked at in a guest of igt_guest whose host renders nothing
 * (--gpu 2d), elsewhere only memory and what the kernel tells are.
 */
#include "gem/gem_bo.h"
#include "igt.h"
#include "kms/kms.h"
#include "kms_console.h"
#include "reclaim/display.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

IGT_TEST_DESCRIPTION("Purging and eviction of virtio-gpu BOs that a display shows");

static const struct display_kind kinds[] = {
	{"dumb", kms_dumb, .sent = false},
	{"resource", gem_bo_create, .sent = true},
};

/* The subtest's parts, one for each kind of BO. */
static void each_kind(struct gem_device *dev,
		      void (*scenario)(struct gem_device *dev, const struct display_kind *kind))
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		igt_dynamic(kinds[i].name)
			scenario(dev, &kinds[i]);
}

static void purging(struct gem_device *dev)
{
	igt_describe("A lent BO is not purged while it is on the screen, and is afterwards");
	igt_subtest_with_dynamic("shown-is-not-purged")
		each_kind(dev, display_shown_is_not_purged);

	igt_describe("A lent cursor is not purged while it is shown, and is afterwards");
	igt_subtest("cursor-is-not-purged")
		display_cursor_is_not_purged(dev);

	igt_describe("However a BO leaves the screen, it can be purged soon");
	igt_subtest_with_dynamic("hidden-is-purged") {
		for (enum display_end end = 0; end < DISPLAY_ENDS; end++)
			igt_dynamic(display_end_name(end))
				display_hidden_is_purged(dev, &kinds[0], end);
	}

	igt_describe("A display that slept shows what it showed, and keeps no pin of it");
	igt_subtest("asleep-loses-nothing")
		display_asleep_is_told(dev, &kinds[0]);

	igt_describe("With each flip the pin goes to the BO that is shown now");
	igt_subtest_with_dynamic("flips-pin-current")
		each_kind(dev, display_flips_pin_current);

	igt_describe("Of flips beside scans, to BOs that are lent and lost, one pin is left");
	igt_subtest_with_dynamic("flips-beside-scans-balance")
		each_kind(dev, display_flips_balance_beside_scans);

	igt_describe("What was purged is refused by all ways to show it, and the screen stays");
	igt_subtest_with_dynamic("purged-is-not-shown")
		each_kind(dev, display_purged_is_refused);

	igt_describe("A commit that is tested, refused, or fails half-way leaves no pin");
	igt_subtest_with_dynamic("failed-commit-leaves-no-pin")
		each_kind(dev, display_failed_commits_leave_no_pin);

	igt_describe("A commit that runs out of memory, wherever, leaves no pin");
	igt_subtest("commit-without-memory-leaves-no-pin")
		display_commits_without_memory(dev);
}

static void eviction(struct gem_device *dev)
{
	igt_describe("With swap a BO stays in memory while it is on the screen, and is evicted "
		     "afterwards");
	igt_subtest_with_dynamic("shown-is-not-evicted")
		each_kind(dev, display_shown_is_not_evicted);

	igt_describe("No way of reclaim takes what is on the screen");
	igt_subtest("shown-survives-pressure")
		display_shown_survives_pressure(dev, &kinds[0]);

	igt_describe("Flips beside scans succeed, and show what was drawn");
	igt_subtest("flips-survive-scans")
		display_flips_survive_scans(dev, &kinds[0]);

	igt_describe("An evicted BO is brought back to be shown, whole");
	igt_subtest_with_dynamic("evicted-is-shown-whole")
		each_kind(dev, display_evicted_is_shown_whole);

	igt_describe("An evicted cursor is brought back to be shown, whole");
	igt_subtest("evicted-cursor-is-whole")
		display_evicted_cursor_is_whole(dev);

	igt_describe("A framebuffer can be removed evicted, and shown");
	igt_subtest_with_dynamic("removed-is-evictable")
		each_kind(dev, display_evicted_is_removed);

	igt_describe("What the console draws on stays, whatever is scanned for");
	igt_subtest("console-is-kept")
		console_is_kept(dev);

	igt_describe("Drawn on, hidden and shown beside scans, the console is mapped as it was");
	igt_subtest("console-survives-storm")
		console_survives_storm(dev);

	igt_describe("What debugfs tells of a framebuffer follows the life of its BO");
	igt_subtest_with_dynamic("debugfs-tells-truth")
		each_kind(dev, display_kernel_tells_truth);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture()
		dev = gem_device_open(DRIVER_VIRTIO);

	igt_subtest_group() {
		igt_fixture() {
			gem_require_madvise(dev);
			igt_reclaim_require(dev);
			igt_require_no_swap();
		}

		purging(dev);
	}
	igt_subtest_group() {
		igt_fixture()
			gem_require_madvise(dev);

		evict_with_swap(dev, eviction);
	}

	igt_fixture()
		gem_device_close(dev);
}

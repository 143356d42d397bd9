/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio account
 * Description: That the kernel's figures about the memory of virtio-gpu BOs are true.
 *
 * The kernel promises: what it counts as reclaimable is what a scan can free, page for page; a scan
 * frees what it was asked for and hardly more; what was pinned, taken or closed counts no more; and
 * to be told it nobody has to wait for others.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu device, of any host; root, debugfs and CONFIG_SHRINKER_DEBUG; for some claims
 * that no swap is active, for others CONFIG_SWAP and CONFIG_ZRAM, cgroup v2 with the memory
 * controller and memory.reclaim (since 5.19), or vgem; for one CONFIG_PAGE_OWNER and page_owner=on.
 * 1 GiB of memory is enough.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/account.h"
#include "reclaim/evict.h"
#include "reclaim/igt_reclaim.h"

IGT_TEST_DESCRIPTION("The kernel's books about the memory of virtio-gpu BOs");

static void purging(struct gem_device *dev)
{
	igt_describe("What is lent counts with its pages, exactly, and as long as it is lent");
	igt_subtest("lent-is-counted")
		account_counts_what_is_lent(dev);

	igt_describe("Without swap what is needed is not taken, whether it counts or not");
	igt_subtest("needed-without-swap-stays")
		account_of_needed_is_told(dev);

	igt_describe("A scan frees what it is asked for and less than a BO more");
	igt_subtest("scan-takes-no-more")
		account_scan_takes_no_more(dev);

	igt_describe("After random operations nothing is counted and nothing is left");
	igt_subtest("chaos-balances")
		account_balances_after_chaos(dev);

	igt_describe("Who asks for the count does not wait for who holds a BO");
	igt_subtest("count-does-not-wait")
		account_is_not_held_up(dev);

	igt_describe("Who asks for the count does not wait for who gives advice");
	igt_subtest("count-takes-no-lock")
		account_takes_no_lock(dev);

	igt_describe("What a cgroup's reclaim does with what is lent; the machine's purges it");
	igt_subtest("cgroup-reclaim-is-told")
		account_of_cgroup_is_told(dev);

	igt_describe("What the shrinker says it freed is what was counted and charged");
	igt_subtest("told-is-what-was-freed")
		account_tells_what_it_frees(dev);

	igt_describe("Beside BOs that cannot be taken a scan says what it took, and ends");
	igt_subtest("mixed-is-told")
		account_tells_of_mixed(dev);

	igt_describe("fdinfo tells which memory of a file's BOs is there, and which is lent");
	igt_subtest("fdinfo-is-true")
		account_in_fdinfo_is_true(dev);
}

static void eviction(struct gem_device *dev)
{
	igt_describe("Who is evicted, purged or closed falls out of the count with its pages");
	igt_subtest("count-follows-state")
		account_changes_with_state(dev);

	igt_describe("fdinfo tells an evicted BO to be away until it comes back");
	igt_subtest("fdinfo-follows-eviction")
		account_in_fdinfo_follows_eviction(dev);

	igt_describe("What another device has attached is pinned and not counted");
	igt_subtest("attached-is-not-counted")
		account_leaves_out_pinned(dev);

	igt_describe("Twenty times evicted and back, no page is left among the unevictable ones");
	igt_subtest("unevictable-returns")
		account_of_unevictable_returns(dev);

	igt_describe("After random operations and closing, no page is left that a BO took");
	igt_subtest("closed-own-no-pages")
		account_of_closed_has_no_page(dev);

	igt_describe("Swap of BOs that are purged is free");
	igt_subtest("purge-frees-swap")
		account_of_swap_returns(dev);
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

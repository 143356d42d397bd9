/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio commands
 * Description: What virtio-gpu asks of its host when BOs are reclaimed, used again and closed.
 *
 * The kernel promises: the host is told to let go of pages before they are given to others, and to
 * take them before it is to use them; it is asked for nothing that makes no sense to it, and what
 * was made for a BO is released once. Host devices that are strict about that end a guest that is
 * not; the others go on with memory that is somebody else's.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu device; root, debugfs, tracefs with the tracepoints of virtio-gpu,
 * CONFIG_SHRINKER_DEBUG; for eviction CONFIG_SWAP and CONFIG_ZRAM; for some claims cgroup v2 with
 * the memory controller.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/virtio_gpu.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "igt_kms.h"
#include "reclaim/evict.h"
#include "reclaim/igt_commands.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "reclaim/scanner.h"

IGT_TEST_DESCRIPTION("Commands for the host of a virtio-gpu around reclaim");

#define BO_BYTES KiB(64)
#define BOS 8
#define RELEASE_MS 5000

#define CREATE VIRTIO_GPU_CMD_RESOURCE_CREATE_2D
#define UNREF VIRTIO_GPU_CMD_RESOURCE_UNREF
#define ATTACH VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING
#define DETACH VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING
#define TO_HOST VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D

/* Fail, telling @claim, unless the host was asked @expected times for @type. */
static void assert_asked(uint32_t type, unsigned int expected, const char *name, const char *claim)
{
	const unsigned int count = igt_commands_count(type);

	igt_assert_f(count == expected, "%s: %u times %s, expected %u\n", claim, count, name,
		     expected);
}

static void assert_none_refused(const char *claim)
{
	const unsigned int refused = igt_commands_refused();

	igt_assert_f(refused == 0, "%s: the host refuses %u commands\n", claim, refused);
}

/* A worker may have the last reference of a BO, and drops it after the host has answered. */
static void assert_all_released(void)
{
	igt_assert_f(igt_wait(igt_commands_count(UNREF) == igt_commands_count(CREATE),
			      RELEASE_MS, 1),
		     "%u resources are made and %u released\n", igt_commands_count(CREATE),
		     igt_commands_count(UNREF));
	igt_commands_settle();
}

/* BOs that the host has the pages of, purged. */
static void make_purged(struct gem_device *dev, struct gem_bo *bos[BOS])
{
	for (int i = 0; i < BOS; i++) {
		bos[i] = gem_bo_sent(dev, BO_BYTES);
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	}
	igt_reclaim(dev, RECLAIM_SHRINKER, BOS * BO_BYTES);
	for (int i = 0; i < BOS; i++)
		igt_assert_bo_purged(bos[i], "reclaim purges what is lent");
}

/**
 * PU15: of a BO that is purged the host is asked once to let it go, and of nothing that it has not
 * got when the BO is closed, or its owner ends. B64: it was asked to detach what it had forgotten.
 */
static void purged_is_released_once(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];

	igt_require_free_memory(2 * BOS * BO_BYTES);
	igt_reclaim_require(dev);
	evict_leftovers(dev);
	igt_commands_start(dev);
	make_purged(dev, bos);
	igt_commands_settle();
	/* Sooner or later: it may keep what it made of them until they are closed. */
	igt_info("of %d BOs that are purged the host has released %u\n", BOS,
		 igt_commands_count(UNREF));
	for (int i = 0; i < BOS; i++)
		gem_bo_free(bos[i]);
	igt_fork(child, 1) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

		make_purged(own, bos);
	}
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child that ends with purged BOs");
	evict_leftovers(dev);

	/* And those that finding the shrinker and waiting for the host took. */
	assert_all_released();
	assert_none_refused("BOs that were purged are closed");
	igt_assert_f(igt_commands_count(DETACH) >= 2 * BOS, "%d BOs are purged and %u detached\n",
		     2 * BOS, igt_commands_count(DETACH));
	assert_asked(VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, 0, "CTX_DETACH_RESOURCE",
		     "a host without 3D has no contexts");
}

/* What a cgroup may be charged more for at the end, of caches and by late books. */
#define SLACK MiB(2)
#define WARM_UP 20
/* On machines with so many processors that more were needed a leak may go unnoticed. */
#define MOST_LIVES 600

static void live(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_sent(dev, BO_BYTES);

	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
	gem_bo_free(bo);
}

/**
 * PU17: BOs that are made, purged and closed, one after another, leave nothing in the guest, and
 * the host has no trouble to tell them apart.
 */
static void lives_leave_nothing(struct gem_device *dev)
{
	const unsigned int lives = min_t(unsigned int, igt_objects_noticed(), MOST_LIVES);
	uint64_t files, before, after = 0;

	igt_reclaim_require(dev);
	igt_memcg_enter();
	for (int i = 0; i < WARM_UP; i++)
		live(dev);
	evict_leftovers(dev);
	files = igt_open_files();
	before = igt_memcg_current();
	igt_commands_start(dev);
	for (unsigned int i = 0; i < lives; i++)
		live(dev);

	assert_all_released();
	assert_none_refused("BOs are made, purged and closed");
	assert_asked(CREATE, lives, "RESOURCE_CREATE_2D", "a BO is made once");
	assert_asked(UNREF, lives, "RESOURCE_UNREF", "a BO is released once");
	assert_asked(DETACH, lives, "RESOURCE_DETACH_BACKING", "a BO that is purged is detached");
	igt_assert_objects_freed(files, lives, "BOs that were purged and closed are gone");
	igt_assert_f(igt_wait((after = igt_memcg_current()) <= before + SLACK, 5000, 20),
		     "after %u BOs %" PRIu64 " KiB are charged, %" PRIu64 " KiB before\n", lives,
		     after >> 10, before >> 10);
}

/** PU20: the host is not asked to let go of pages that it never had. B91: it was. */
static void never_attached_is_not_detached(struct gem_device *dev)
{
	struct gem_bo *bo, *used;

	igt_require_free_memory(2 * BO_BYTES);
	igt_reclaim_require(dev);
	evict_leftovers(dev);
	igt_commands_start(dev);
	bo = gem_bo_filled(dev, BO_BYTES);
	igt_commands_settle();
	if (igt_commands_count(ATTACH) > 0)
		igt_info("this kernel attaches pages before they are used\n");
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "what the host never had is purged");
	igt_commands_settle();
	igt_assert_f(igt_commands_count(DETACH) == igt_commands_count(ATTACH),
		     "a BO that was attached %u times is detached %u times\n",
		     igt_commands_count(ATTACH), igt_commands_count(DETACH));
	assert_none_refused("a BO that the host never had is purged");

	igt_commands_start(dev);
	used = gem_bo_sent(dev, BO_BYTES);
	gem_bo_madvise(used, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_commands_settle();
	assert_asked(ATTACH, 1, "RESOURCE_ATTACH_BACKING", "the host is to read a BO");
	assert_asked(DETACH, 1, "RESOURCE_DETACH_BACKING", "a BO that the host has is purged");
	assert_none_refused("a BO that the host has is purged");
}

/* The (@nth + 1)th command of @type, and its place among all; fails, telling @claim, without. */
static struct igt_command command(uint32_t type, unsigned int nth, unsigned int *ret_place,
				  const char *claim)
{
	const struct igt_command *commands;
	unsigned int count;

	commands = igt_commands(&count);
	for (unsigned int i = 0; i < count; i++) {
		if (commands[i].type != type || nth-- > 0)
			continue;
		*ret_place = i;
		return commands[i];
	}
	igt_assert_f(false, "%s: command %#x is missing\n", claim, type);
}

/**
 * FE06: pages are not given away before the host has said that it lets them go; it is asked with a
 * fence, and has answered when the scan is over. B04: nobody waited for it.
 */
static void detached_before_pages_go(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];
	unsigned int place;

	igt_require_free_memory(BOS * BO_BYTES);
	evict_leftovers(dev);
	for (int i = 0; i < BOS; i++)
		bos[i] = gem_bo_sent(dev, BO_BYTES);
	igt_commands_start(dev);
	for (int i = 0; i < BOS; i++) {
		struct igt_command detach;

		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
		detach = command(DETACH, i, &place, "an evicted BO is detached");
		igt_assert_f(detach.flags & VIRTIO_GPU_FLAG_FENCE,
			     "a BO is detached without a fence\n");
		igt_assert_f(detach.answer != 0, "the scan that takes pages is over, and the host "
			     "has not answered that it lets go of them\n");
	}
	for (int i = 0; i < BOS; i++)
		igt_assert_bo_evicted(bos[i], "a BO that was detached comes back as it was");
	assert_none_refused("BOs are evicted");
}

/**
 * EV10: an evicted BO that the host is to use is attached before that, once for each eviction. B80:
 * the host read what it had before, or nothing.
 */
static void attached_before_use(struct gem_device *dev)
{
	unsigned int detach, attach, use;
	struct gem_bo *bo;

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	bo = gem_bo_sent(dev, BO_BYTES);
	igt_commands_start(dev);
	evict_exactly(dev, BO_BYTES);
	igt_assert_bo_evicted(bo, "a touch brings it back");
	igt_commands_settle();
	assert_asked(DETACH, 1, "RESOURCE_DETACH_BACKING", "a BO is evicted");
	igt_info("a BO that only the CPU brings back is attached %u times\n",
		 igt_commands_count(ATTACH));

	gem_bo_flush(bo);
	gem_bo_flush(bo);
	igt_commands_settle();
	assert_asked(ATTACH, 1, "RESOURCE_ATTACH_BACKING", "a BO that was evicted once is used");
	assert_asked(TO_HOST, 2, "TRANSFER_TO_HOST_2D", "the host uses it twice");
	command(DETACH, 0, &detach, "a BO is evicted");
	command(ATTACH, 0, &attach, "the host is to use it");
	command(TO_HOST, 0, &use, "the host uses it");
	igt_assert_f(detach < attach && attach < use, "commands %u, %u and %u are detach, attach "
		     "and use, expected in this order\n", detach, attach, use);
	assert_none_refused("a BO is evicted and used");

	for (int i = 0; i < 5; i++)
		igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_commands_settle();
	assert_asked(DETACH, 2, "RESOURCE_DETACH_BACKING", "a BO is evicted again, once");
	assert_asked(ATTACH, 1, "RESOURCE_ATTACH_BACKING", "nobody uses a BO that is evicted");
}

#define SCAN_HOLDS 3
#define SCAN_HOLDS_S 10

/* Made, lent, and closed a moment later, more or less when a scan has it. */
static void close_beside_scan(struct gem_device *dev, uint64_t wait_ns)
{
	struct gem_bo *bo = gem_bo_sent(dev, BO_BYTES);
	uint64_t end_ns;

	/* A mapping would keep it. */
	gem_bo_unmap(bo);
	gem_bo_madvise(bo, GEM_DONTNEED);
	for (end_ns = igt_now_ns() + wait_ns; igt_now_ns() < end_ns;)
		;
	gem_bo_free(bo);
}

static void keep_scanning(struct gem_device *dev)
{
	while (igt_shrinker_scan_once(dev->shrinker, SCAN_ALL_PAGES) == 0)
		;
}

/**
 * LD04: of a BO that is closed while a scan has it the scan has the last reference. It is the one
 * who frees it then, once and completely. B16, B20.
 */
static void closed_in_scan_is_freed_there(struct gem_device *dev)
{
	const uint64_t files = igt_open_files(), latest_ns = igt_now_ns() +
			       SCAN_HOLDS_S * UINT64_C(1000000000);
	struct igt_helper_process scanner = {.use_SIGKILL = true};
	unsigned int closed = 0, there = 0;
	uint64_t counted;

	evict_leftovers(dev);
	counted = igt_reclaimable(dev);
	igt_klog_start();
	igt_commands_start(dev);
	igt_fork_helper(&scanner)
		keep_scanning(dev);
	while ((there = igt_commands_count_by(UNREF, scanner.pid)) < SCAN_HOLDS &&
	       igt_now_ns() < latest_ns)
		for (int i = 0; i < 8; i++)
			close_beside_scan(dev, closed++ % 32 * UINT64_C(50000));
	igt_stop_helper(&scanner);
	errno = 0;
	igt_require_f(there > 0, "Of %u BOs none was closed while a scan had it\n", closed);
	igt_info("%u of %u BOs that were closed beside scans are freed by the scan\n", there,
		 closed);
	assert_all_released();
	assert_none_refused("BOs are closed while scans have them");
	evict_assert_counted(dev, counted, 0, "of BOs that a scan frees nothing is left");
	igt_assert_objects_freed(files, closed, "BOs that were closed while scans had them");
	igt_klog_assert_quiet("a BO that a scan frees is no mistake of the kernel's");
}

static void eviction(struct gem_device *dev)
{
	igt_describe("The host has let go of pages when they are taken");
	igt_subtest("detached-before-pages-go")
		detached_before_pages_go(dev);

	igt_describe("The host has the pages of an evicted BO before it uses them");
	igt_subtest("attached-before-use")
		attached_before_use(dev);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
		igt_require_f(!dev->caps.gpu_3d, "These are the commands for a host without 3D\n");
		igt_reclaim_require(dev);
		/* What a console draws are commands as well. */
		kmstest_set_vt_graphics_mode();
	}

	igt_describe("What was made for BOs that are purged is released once");
	igt_subtest("purged-is-released-once")
		purged_is_released_once(dev);

	igt_describe("BOs that are made, purged and closed leave nothing in guest and host");
	igt_subtest("lives-leave-nothing")
		lives_leave_nothing(dev);

	igt_describe("The host is not asked to let go of pages that it never had");
	igt_subtest("never-attached-is-not-detached")
		never_attached_is_not_detached(dev);

	igt_describe("A BO that is closed while a scan has it is freed by that, once");
	igt_subtest("closed-in-scan-is-freed-there")
		closed_in_scan_is_freed_there(dev);

	evict_with_swap(dev, eviction);

	igt_fixture()
		gem_device_close(dev);
}

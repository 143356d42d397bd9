/* SPDX-License-Identifier: MIT */
/**
 * The host is asked for the pages that it has before they go to others; what if it is silent?
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/virtio_gpu.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "gem/virtgpu.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_klog.h"
#include "igt_slow_host.h"
#include "reclaim/evict.h"
#include "reclaim/igt_commands.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "reclaim/scanner.h"
#include "slow_host.h"

#define BO_BYTES KiB(256)

#define DETACH VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING

/*
 * A kernel may wait for the host, but not for as long as it likes to be silent: one that has not
 * given up by then does not.
 */
#define PATIENCE_MS 15000
/* Ends a kernel's waiting that has no end. */
#define MAX_HOLD_MS 20000

/* The host was asked to let go of pages, at least once, by commands that have fences. */
static void assert_asked(void)
{
	const struct igt_command *commands;
	unsigned int count, asked = 0;

	commands = igt_commands(&count);
	for (unsigned int i = 0; i < count; i++) {
		if (commands[i].type != DETACH)
			continue;
		asked++;
		igt_assert_f(commands[i].flags & VIRTIO_GPU_FLAG_FENCE,
			     "the host is asked for pages without a fence to wait for\n");
		igt_assert_f(!commands[i].answer, "an answer came though answers are held\n");
	}
	igt_assert_f(asked > 0, "the host is not asked to let go of pages\n");
}

static void host_is_waited_for(struct gem_device *dev, enum gem_advice advice)
{
	struct gem_bo *bo;

	igt_require_free_memory(BO_BYTES);
	evict_leftovers(dev);
	bo = gem_bo_sent(dev, BO_BYTES);
	gem_bo_madvise(bo, advice);
	igt_commands_start(dev);
	igt_slow_host_begin(dev, MAX_HOLD_MS);

	/* Who was waited for in vain once may have the pages still. */
	for (int scan = 0; scan < 2; scan++) {
		const uint64_t begun = igt_now_ns();
		uint64_t took;

		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, bo->pages), 0);
		took = (igt_now_ns() - begun) / 1000000;
		igt_assert_f(took < PATIENCE_MS,
			     "a scan waits for %" PRIu64 " ms for a host that is silent\n", took);
	}
	assert_asked();
	igt_assert_bo_resident(bo, "pages that the host may still use are not given away");
	igt_assert_f(igt_slow_host_end(), "the host was not silent for %d ms\n", MAX_HOLD_MS);

	igt_commands_settle();
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	evict_assert_taken(bo, "when the host has let go of the pages they are taken");
}

/**
 * FE06: the pages of a BO that the host has are asked for, by a fenced command, and are not evicted
 * before it has answered; when it has, the next scan does so. B04, B81.
 */
void slow_host_is_waited_for(struct gem_device *dev)
{
	host_is_waited_for(dev, GEM_WILLNEED);
}

/** FE06: pages of a BO that is lent are not purged before the host has let go of them. */
void slow_host_is_waited_for_with_lent(struct gem_device *dev)
{
	host_is_waited_for(dev, GEM_DONTNEED);
}

/* Things that other programs do meanwhile; each would hang if it had to wait for who reclaims. */
static void live_on(struct gem_device *dev, struct gem_bo *other)
{
	const size_t bytes = MiB(8);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);

	igt_assert(memory != MAP_FAILED);
	memset(memory, 0x5a, bytes);
	munmap(memory, bytes);
	igt_reclaimable(dev);
	gem_bo_fill(other);
	igt_assert_bo_content(other, "a BO that nobody reclaims can be used");
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
}

/**
 * FE07: while the host is silent who reclaims comes back in the end, others are not held up by him,
 * and when the host is there again all is as before. B85: reclaim waited without a bound.
 */
void slow_host_holds_up_nobody(struct gem_device *dev)
{
	struct gem_bo *lent, *other;
	bool came_back, was_held;
	unsigned int longest;

	igt_require_free_memory(2 * BO_BYTES + MiB(8));
	igt_klog_start();
	evict_leftovers(dev);
	lent = gem_bo_sent(dev, BO_BYTES);
	other = gem_bo_filled(dev, BO_BYTES);
	gem_bo_madvise(lent, GEM_DONTNEED);

	igt_slow_host_begin(dev, MAX_HOLD_MS);
	scanner_start(dev);
	live_on(dev, other);
	came_back = scanner_await(0, PATIENCE_MS);
	was_held = igt_slow_host_end();
	longest = scanner_stop();
	igt_info("scans beside a silent host took %u ms at most\n", longest);
	errno = 0;
	igt_assert_f(was_held && came_back, "who reclaims waits for more than %d ms for a host "
		     "that is silent\n", PATIENCE_MS);

	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(lent, "what the host had is purged when that answers again");
	gem_bo_flush(other);
	igt_assert_bo_retained(other, "others use the host as before");
	igt_klog_assert_quiet("a silent host is no mistake of the kernel's");
}

#define BOS 4
#define ROUNDS 2

/*
 * The host falls silent with pages of @lent in its hands, and is sent half of @bos, as they are
 * filled anew. Who scans comes back nevertheless, and again when it answers.
 */
static unsigned int scan_beside_silence(struct gem_device *dev, struct gem_bo *lent,
					struct gem_bo **bos)
{
	bool came_back;

	igt_slow_host_begin(dev, MAX_HOLD_MS);
	gem_bo_madvise(lent, GEM_DONTNEED);
	for (int i = 0; i < BOS; i++) {
		gem_bo_fill(bos[i]);
		if (i % 2)
			igt_assert_eq(virtgpu_transfer_to_host(bos[i], virtgpu_whole(bos[i])), 0);
	}
	scanner_start(dev);
	came_back = scanner_await(0, PATIENCE_MS);
	igt_assert_f(igt_slow_host_end() && came_back, "who reclaims waits for more than %d ms for "
		     "a host that is silent\n", PATIENCE_MS);
	igt_assert_f(scanner_await(1, PATIENCE_MS), "no scan ends beside a host that answers\n");
	for (int i = 0; i < BOS; i++) {
		gem_bo_wait_idle(bos[i]);
		igt_assert_bo_retained(bos[i], "a host that was silent costs no data");
	}
	return scanner_stop();
}

/**
 * OO10: a host that is silent now and then, while memory is being reclaimed, makes that slow but
 * loses nothing, neither what is on its way to the host nor what is in swap, and blocks nobody.
 */
void slow_host_costs_no_data(struct gem_device *dev)
{
	struct gem_bo *bos[BOS], *lent[ROUNDS];
	unsigned int longest = 0;

	igt_require_free_memory((BOS + ROUNDS) * BO_BYTES);
	igt_klog_start();
	evict_leftovers(dev);
	for (int i = 0; i < BOS; i++)
		bos[i] = gem_bo_filled(dev, BO_BYTES);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned int ms;

		lent[round] = gem_bo_sent(dev, BO_BYTES);
		ms = scan_beside_silence(dev, lent[round], bos);
		longest = max(longest, ms);
	}
	igt_info("scans beside a host that is silent now and then took %u ms at most\n", longest);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	for (int round = 0; round < ROUNDS; round++)
		igt_assert_bo_purged(lent[round], "what was lent is purged in the end");
	for (int i = 0; i < BOS; i++)
		igt_assert_bo_evicted(bos[i], "and what is needed is evicted, and comes back");
	igt_klog_assert_quiet("a host that is slow is no mistake of the kernel's");
}

#define TOUCHES 3
/* A kernel that waits for the host at all waits for longer. */
#define SOON_MS 300

/* Whether the process @pid sleeps in the kernel, and no signal would wake it. */
static bool is_held_up(pid_t pid)
{
	_cleanup_free_ char *stat = NULL;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return igt_file_read(path, &stat) == 0 && strstr(stat, ") D ");
}

/*
 * Have a process touch @bo while the host is asked to let go of its pages. Returns whether the
 * process was held up until they were taken.
 */
static bool touch_while_taken(struct gem_device *dev, struct gem_bo *bo)
{
	struct igt_helper_process toucher = {}, scanner = {};
	const int go = partner_event();
	unsigned int asked;
	uint64_t asked_ns;
	bool held_up;

	evict_leftovers(dev);
	gem_bo_fill(bo);
	gem_bo_flush(bo);
	/* By a mapping through which nobody has looked yet. */
	gem_bo_unmap(bo);
	gem_bo_map(bo);
	igt_fork_helper(&toucher) {
		partner_await(go);
		igt_assert_bo_content(bo, "who touches a BO while its pages are taken finds it");
	}
	igt_slow_host_begin(dev, MAX_HOLD_MS);
	asked = igt_commands_count(DETACH);
	igt_fork_helper(&scanner)
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, bo->pages), 0);
	igt_assert_f(igt_wait(igt_commands_count(DETACH) > asked, PATIENCE_MS, 1),
		     "the host is not asked to let go of pages\n");

	asked_ns = igt_now_ns();
	partner_signal(go);
	held_up = igt_wait(is_held_up(toucher.pid), SOON_MS, 1);
	igt_slow_host_end();
	held_up = held_up && igt_now_ns() - asked_ns < SOON_MS * UINT64_C(1000000);
	igt_assert_f(igt_wait_helper(&toucher) == 0,
		     "who touches a BO while its pages are taken comes to grief\n");
	igt_assert_f(igt_wait_helper(&scanner) == 0, "who takes pages comes to grief\n");
	close(go);
	return held_up;
}

/**
 * CO01: a fault that comes while pages are being taken waits, and maps those that are there when it
 * goes on. B41: it mapped what it had seen before it waited.
 */
void slow_host_delays_touch(struct gem_device *dev)
{
	struct gem_bo *bo;
	int held_up = 0;

	igt_require_free_memory(2 * BO_BYTES);
	bo = gem_bo_sent(dev, BO_BYTES);
	igt_commands_start(dev);
	for (int i = 0; i < TOUCHES; i++) {
		held_up += touch_while_taken(dev, bo);
		igt_assert_bo_retained(bo, "nothing is lost to who took pages or touched them");
	}
	errno = 0;
	igt_require_f(held_up > 0, "Of %d touches none had to wait for who took the pages\n",
		      TOUCHES);
	igt_info("%d of %d touches had to wait for who took the pages\n", held_up, TOUCHES);
}

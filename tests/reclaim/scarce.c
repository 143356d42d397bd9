/* SPDX-License-Identifier: MIT */
/**
 * Direct reclaim by those who use BOs, BOs for which there is hardly memory, and more of them than
 * there is memory for.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "igt_rand.h"
#include "reclaim/evict.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_oom.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_shrinks.h"
#include "reclaim/igt_swap.h"
#include "reclaim/igt_undo.h"
#include "reclaim/partner.h"
#include "reclaim/scarce.h"
#include "reclaim/stress_crew.h"

/* How long what was given up may be there, of which the host or a GPU has to let go first. */
#define SETTLE_MS 5000

#define KEPT_BACK "/proc/sys/vm/min_free_kbytes"
#define KEPT_EACH "/proc/sys/vm/percpu_pagelist_high_fraction"
/* An eighth at a time, or 2048 pages (mm/page_alloc.c: decay_pcp_high()): 70 MiB need eight. */
#define GIVING_BACK 32

/*
 * Has no processor keep more free pages to itself than a few, until the subtest ends. With much
 * kept back it is tens of MiB, which nobody else gets, be it to go on or not to be killed; and when
 * the kernel takes them back there is more left than was to be.
 */
static void share_free_pages(void)
{
	/* Kernels before 5.14, without the file, keep few in any case. */
	const int r = igt_undo_set_file(KEPT_EACH, "1000000");

	errno = 0;
	igt_require_f(r >= 0 || r == -ENOENT, KEPT_EACH ": %s\n", strerror(-r));
	/* What they have got beyond it they give back a part at a time, as they look. */
	for (int i = 0; r >= 0 && i < GIVING_BACK; i++)
		igt_file_write("/proc/sys/vm/stat_refresh", "1");
}

int scarce_leave(uint64_t bytes)
{
	char text[32];
	uint64_t left;
	int r;

	share_free_pages();
	/* What the page cache has would be given up first. */
	r = igt_file_write("/proc/sys/vm/drop_caches", "3\n");
	igt_assert_f(r == 0, "dropping caches: %s\n", strerror(-r));
	left = igt_meminfo("MemFree");
	errno = 0;
	igt_require_f(left > 2 * bytes, "%" PRIu64 " MiB of memory are free, of which %" PRIu64
		      " MiB cannot be left alone\n", left >> 20, bytes >> 20);
	snprintf(text, sizeof(text), "%" PRIu64, (left - bytes) >> 10);
	r = igt_undo_set_file(KEPT_BACK, text);
	errno = 0;
	igt_require_f(r >= 0, "Memory cannot be made scarce: " KEPT_BACK ": %s\n", strerror(-r));
	return r;
}

void scarce_offer_nobody(void)
{
	char path[64];
	int r;

	/* Who undoes it is another process. */
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", getpid());
	r = igt_undo_set_file(path, "0");
	errno = 0;
	igt_require_f(r >= 0, "%s: %s\n", path, strerror(-r));
}

static void offer_self(const char *adj)
{
	int r = igt_file_write("/proc/self/oom_score_adj", adj);

	igt_assert_f(r == 0, "oom_score_adj: %s\n", strerror(-r));
}

void scarce_offer_self(void)
{
	offer_self("1000");
}

void scarce_offer_self_next(void)
{
	offer_self("990");
}

/* --- users ---------------------------------------------------------------------------------- */

/* So many users with so many BOs each, all of that size, in so much memory. */
struct mix {
	int users;
	unsigned int bos;
	uint64_t bytes, room;
};

/* All BOs of @mix that are one user's, for @ms; then each is looked at once more. */
static void keep_using(struct gem_device *dev, struct mix mix, unsigned int ms)
{
	const uint64_t end_ns = igt_now_ns() + ms * UINT64_C(1000000);
	struct gem_bo *bos[16] = {NULL};

	igt_assert(mix.bos <= ARRAY_SIZE(bos));
	for (unsigned int i = 0; i < mix.bos; i++)
		bos[i] = gem_bo_filled(dev, mix.bytes);
	while (igt_now_ns() < end_ns)
		crew_use(dev, &bos[crew_below(mix.bos)], mix.bytes);
	for (unsigned int i = 0; i < mix.bos; i++)
		if (bos[i] && bos[i]->advice == GEM_WILLNEED)
			igt_assert_bo_content(bos[i], "with hardly any memory left what is needed "
					      "is as it was");
}

/* The users are there before memory is scarce, for to be born takes some as well. */
static void run_users(struct gem_device *dev, struct mix mix, unsigned int ms, const char *what)
{
	const int ready = partner_event(), go = partner_event();
	const uint32_t seed = (uint32_t)rand();
	int change;

	igt_fork(user, mix.users) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

		hars_petruska_f54_1_random_seed(seed + (uint32_t)user);
		partner_signal(ready);
		partner_await(go);
		keep_using(own, mix, ms);
	}
	for (int user = 0; user < mix.users; user++)
		partner_await(ready);
	change = scarce_leave(mix.room);
	for (int user = 0; user < mix.users; user++)
		partner_signal(go);
	igt_waitchildren_timeout(ms / 1000 + CREW_LEEWAY_S, what);
	igt_assert_eq(igt_undo_now(change), 0);
	close(ready);
	close(go);
}

/* Each wants more at once than kswapd, who is at work all the time, has ready. */
static const struct mix hurried = {.users = 3, .bos = 2, .bytes = MiB(4), .room = MiB(9)};
#define MOST_TRIES 5
#define HURRIED_MS 300

/**
 * LD02: who wants memory for a BO, holding what it takes to use that, has to reclaim, and takes
 * that of other BOs, its own included; all of them go on, and the kernel has nothing to complain
 * of. B15, B82: it waited for locks it held.
 */
void scarce_users_reclaim(struct gem_device *dev)
{
	struct igt_vmstat before, after;
	struct igt_shrinks shrinks;

	igt_require_free_memory(MiB(64));
	igt_klog_start();
	igt_shrinks_start(dev);
	igt_vmstat(&before);
	/* Now and then kswapd is always there first. */
	for (int i = 0; i < MOST_TRIES; i++) {
		run_users(dev, hurried, HURRIED_MS, "users of BOs who have to reclaim");
		shrinks = igt_shrinks();
		/* Those of this process are for dropping caches. */
		shrinks.direct_calls -= shrinks.own_calls;
		if (shrinks.direct_calls > 0)
			break;
	}
	igt_vmstat(&after);
	igt_info("memory is wanted %" PRIu64 " times that has to be reclaimed; the shrinker is "
		 "called %" PRIu64 " times, %" PRIu64 " of them for that, and frees %" PRIu64
		 " pages\n", after.allocstall - before.allocstall, shrinks.calls,
		 shrinks.direct_calls, shrinks.freed);
	errno = 0;
	igt_require_f(after.allocstall > before.allocstall, "Nobody has to reclaim: kswapd is "
		      "always there first\n");
	igt_assert_f(shrinks.direct_calls > 0 && shrinks.freed > 0,
		     "of those who want memory none calls the shrinker, or nothing is freed\n");
	igt_klog_assert_quiet("reclaim by users of BOs is no mistake of theirs");
}

/* One and a half times as much as there is room for. */
static const struct mix overcommitted = {.users = 4, .bos = 9, .bytes = MiB(2), .room = MiB(48)};

/**
 * CO17: with one and a half times as many BOs as there is memory for, of several owners, each finds
 * in its own what it left, and nobody is killed or refused.
 */
void scarce_overcommitted_are_whole(struct gem_device *dev)
{
	const uint64_t kills = igt_vmstat_counter("oom_kill");
	const uint64_t swapped = igt_vmstat_counter("pswpout");
	uint64_t pages;

	igt_require_free_memory(2 * overcommitted.room);
	igt_klog_start();
	run_users(dev, overcommitted, stress_seconds(1) * 1000, "owners of more than there is");
	pages = igt_vmstat_counter("pswpout") - swapped;
	igt_info("%" PRIu64 " pages go to swap\n", pages);
	igt_assert_f(pages > 0, "owners of more BOs than there is memory for have all of them in "
		     "memory\n");
	igt_assert_eq_u64(igt_vmstat_counter("oom_kill"), kills);
	igt_klog_assert_quiet("owners of more than there is are no mistake of the kernel's");
}

/* --- lenders -------------------------------------------------------------------------------- */

#define LENT 12
#define LENT_BYTES MiB(4)
#define LENT_ROOM MiB(24)
#define LENT_SETTLE_MS 10000

/* Made, used, and lent. Returns whether what was lent before in its place was lost. */
static bool replace(struct gem_device *dev, struct gem_bo **slot)
{
	bool lost = false;

	if (*slot) {
		lost = !gem_bo_madvise(*slot, GEM_WILLNEED);
		if (!lost)
			igt_assert_bo_content(*slot, "what is told retained is retained");
		gem_bo_free(*slot);
	}
	*slot = gem_bo_filled(dev, LENT_BYTES);
	igt_assert_bo_content(*slot, "a BO that was made of others' memory is its owner's");
	gem_bo_madvise(*slot, GEM_DONTNEED);
	return lost;
}

/**
 * LD02: who makes BOs, with no memory left but that of BOs that were lent, has it from those, by
 * the kernel's own reclaim. It has nothing to complain of, and nobody is killed.
 */
void scarce_lent_pay_for_new(struct gem_device *dev)
{
	const uint64_t kills = igt_vmstat_counter("oom_kill");
	struct gem_bo *bos[LENT] = {NULL};
	unsigned int made = 0, lost = 0;
	uint64_t end_ns;
	int change;

	igt_require_free_memory(2 * LENT * LENT_BYTES);
	/* So that others, too, get what memory they want. */
	igt_swap_on(EVICT_SWAP_BYTES);
	igt_klog_start();
	for (; made < LENT; made++)
		replace(dev, &bos[made]);
	change = scarce_leave(LENT_ROOM);
	end_ns = igt_now_ns() + LENT_SETTLE_MS * UINT64_C(1000000);
	for (; made < 2 * LENT || (lost == 0 && igt_now_ns() < end_ns); made++)
		lost += replace(dev, &bos[made % LENT]);
	igt_assert_eq(igt_undo_now(change), 0);

	igt_info("%u BOs are made of the memory of others, %u of which are lost\n", made, lost);
	igt_assert_f(lost > 0, "%u MiB are lent where %u MiB are left, and nothing is lost\n",
		     (unsigned int)(LENT * LENT_BYTES >> 20), (unsigned int)(LENT_ROOM >> 20));
	igt_assert_eq_u64(igt_vmstat_counter("oom_kill"), kills);
	igt_klog_assert_quiet("who needs the memory of what is lent is no mistake of the kernel's");
}

/* --- owners who close ----------------------------------------------------------------------- */

#define CLOSED 24
#define CLOSED_BYTES KiB(128)
/* How often that is enough, and how long it may take, each time and all together. */
#define OVERTAKEN 5
#define OVERTAKE_MS 2500
#define CLOSED_MS 12000
#define CLOSED_ROOM MiB(16)
/* What reclaim frees until it comes to what is lent, several times over. */
#define CLOSED_RECLAIMED MiB(64)

/* More than the kernel leaves, so that it has to reclaim for all of the time. */
static void keep_wanting_memory(void)
{
	const size_t bytes = 2 * CLOSED_ROOM;

	for (;;) {
		void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		igt_assert(memory != MAP_FAILED);
		memset(memory, 0x5a, bytes);
		munmap(memory, bytes);
	}
}

/*
 * BOs that are lent, and closed as soon as reclaim has taken the first. It takes the oldest first,
 * as they are closed, but is slower: when it is overtaken it has the one that is closed. Returns
 * whether there was something to overtake.
 */
static bool overtake_reclaim(struct gem_device *dev)
{
	struct gem_bo *bos[CLOSED];
	uint64_t all;
	bool began;

	for (int i = 0; i < CLOSED; i++) {
		bos[i] = gem_bo_touched(dev, CLOSED_BYTES);
		/* A mapping would keep it. */
		gem_bo_unmap(bos[i]);
	}
	for (int i = 0; i < CLOSED; i++)
		gem_bo_madvise(bos[i], GEM_DONTNEED);
	all = igt_reclaimable(dev);
	began = igt_wait(igt_reclaimable(dev) < all, OVERTAKE_MS, 1);
	for (int i = 0; i < CLOSED; i++)
		gem_bo_free(bos[i]);
	return began;
}

/* All that the machine has reclaimed since it booted, in bytes. */
static uint64_t reclaimed_bytes(void)
{
	struct igt_vmstat now;

	igt_vmstat(&now);
	return (now.pgsteal_kswapd + now.pgsteal_direct) * igt_page_size();
}

/**
 * LD04: of a BO that is closed while the kernel's own reclaim has it reclaim has the last
 * reference, and frees it. Unlike a scan that a user asks for, it may wait for no lock then that
 * somebody may hold who wants memory. B16: to free a BO took its reservation.
 */
void scarce_closed_are_freed(struct gem_device *dev)
{
	struct igt_helper_process wanting = {.use_SIGKILL = true};
	const uint64_t files = igt_open_files();
	unsigned int batches = 0, overtaken = 0;
	uint64_t before, reclaimed, end_ns;
	int change;

	/* For what that process wants. */
	igt_swap_on(EVICT_SWAP_BYTES);
	evict_leftovers(dev);
	before = igt_reclaimable(dev);
	igt_klog_start();
	change = scarce_leave(CLOSED_ROOM);
	reclaimed = reclaimed_bytes();
	igt_fork_helper(&wanting)
		keep_wanting_memory();
	end_ns = igt_now_ns() + CLOSED_MS * UINT64_C(1000000);
	for (; overtaken < OVERTAKEN && igt_now_ns() < end_ns; batches++)
		overtaken += overtake_reclaim(dev);
	igt_stop_helper(&wanting);
	reclaimed = reclaimed_bytes() - reclaimed;
	igt_assert_eq(igt_undo_now(change), 0);

	igt_info("%u of %u times %d BOs are closed while reclaim takes them; all it frees are %"
		 PRIu64 " MiB\n", overtaken, batches, CLOSED, reclaimed >> 20);
	igt_assert_f(overtaken > 0 || reclaimed < CLOSED_RECLAIMED, "%" PRIu64 " MiB are "
		     "reclaimed, and nothing of what is lent is taken\n", reclaimed >> 20);
	igt_assert_f(igt_wait(igt_reclaimable(dev) == before, SETTLE_MS, 10), "of BOs that are "
		     "closed beside reclaim %" PRIu64 " KiB are counted\n",
		     (igt_reclaimable(dev) - before) >> 10);
	igt_assert_objects_freed(files, batches * CLOSED,
				 "BOs that are closed beside reclaim are freed");
	igt_klog_assert_quiet("a BO that reclaim frees is no mistake of the kernel's");
	errno = 0;
	igt_require_f(overtaken > 0, "This kernel is so slow that it reclaims %" PRIu64 " MiB in "
		      "%d s, and does not come to what is lent\n", reclaimed >> 20,
		      CLOSED_MS / 1000);
}

/* --- huge BOs ------------------------------------------------------------------------------- */

#define HUGE_LIMIT MiB(8)

/* That fit, beside a few pages of a process's own, and that do not. */
static const uint64_t huge_sizes[] = {MiB(6), MiB(16), MiB(4), MiB(10)};

/* How a process ends that has made a BO. */
enum {
	GOT_ALL = 10,
	GOT_NOTHING,
};

/* Made and used, by the kernel's leave. */
static int use_huge(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_create(dev, bytes);
	int r = 0;

	/* Not by touching it, for that would wait for memory. */
	if (dev->ops->bo_flush)
		r = dev->ops->bo_flush(dev->fd, bo->handle, bo->bytes);
	errno = 0;
	igt_assert_f(r == 0 || r == -ENOMEM, "using a BO of %" PRIu64 " MiB: %s, expected %s\n",
		     bytes >> 20, strerror(-r), strerror(ENOMEM));
	gem_bo_wait_idle(bo);
	igt_assert_f(gem_bo_madvise(bo, GEM_WILLNEED), "a BO of %" PRIu64 " MiB that was just "
		     "made is told lost\n", bytes >> 20);
	if (r == 0) {
		gem_bo_fill(bo);
		igt_assert_bo_resident(bo, "a BO that got its pages has them all");
	}
	gem_bo_free(bo);
	return r == 0 ? GOT_ALL : GOT_NOTHING;
}

/*
 * By a process in @cgroup. At its limit the kernel may also end who wants a page more of any kind.
 * Returns whether there was memory for it.
 */
static bool fits(struct gem_device *dev, struct igt_cgroup *cgroup, uint64_t bytes)
{
	struct igt_helper_process user = {0};
	const int go = partner_event();
	int status;

	igt_fork_helper(&user) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

		partner_await(go);
		_exit(use_huge(own, bytes));
	}
	igt_assert_eq(igt_cgroup_enter(cgroup, user.pid), 0);
	partner_signal(go);
	status = igt_wait_helper(&user);
	close(go);
	igt_info("where %" PRIu64 " MiB are left who makes a BO of %" PRIu64 " MiB %s\n",
		 HUGE_LIMIT >> 20, bytes >> 20,
		 WIFSIGNALED(status) ? "is killed"
		 : WEXITSTATUS(status) == GOT_ALL ? "has it" : "is told so");
	igt_assert_f(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL
					 : WEXITSTATUS(status) == GOT_ALL ||
						   WEXITSTATUS(status) == GOT_NOTHING,
		     "who makes a BO of %" PRIu64 " MiB where %" PRIu64 " MiB are left ends with "
		     "wait status %#x\n", bytes >> 20, HUGE_LIMIT >> 20, (unsigned int)status);
	return !WIFSIGNALED(status) && WEXITSTATUS(status) == GOT_ALL;
}

static void await_uncharged(const struct igt_cgroup *cgroup)
{
	igt_assert_f(igt_wait(igt_cgroup_number(cgroup, "memory.current") < MiB(2), SETTLE_MS, 5),
		     "%" PRIu64 " KiB are charged for BOs that were closed\n",
		     igt_cgroup_number(cgroup, "memory.current") >> 10);
}

/**
 * CO12: a BO that is about as large as what memory is left is made whole or refused whole, beside
 * scans, too; what is refused leaves nothing, hits nobody, and works when there is memory again.
 */
void scarce_huge_come_whole(struct gem_device *dev)
{
	const uint64_t files = igt_open_files();
	struct igt_helper_process scanner = {.use_SIGKILL = true};
	struct igt_cgroup *cgroup;
	struct gem_bo *kept;
	uint64_t before;

	igt_require_no_swap();
	igt_require_free_memory(4 * HUGE_LIMIT);
	cgroup = igt_cgroup_new("huge", "memory");
	igt_assert_eq(igt_cgroup_write(cgroup, "memory.max", HUGE_LIMIT), 0);
	igt_expect_oom();
	igt_klog_start();
	evict_leftovers(dev);
	before = igt_reclaimable(dev);
	kept = gem_bo_filled(dev, MiB(1));
	igt_fork_helper(&scanner)
		crew_scan(dev, UINT64_MAX);
	igt_set_timeout(60, "making BOs where hardly any memory is left");
	for (unsigned int i = 0; i < ARRAY_SIZE(huge_sizes); i++) {
		const bool fit = fits(dev, cgroup, huge_sizes[i]);

		igt_assert_f(fit == (huge_sizes[i] < HUGE_LIMIT), "where %" PRIu64 " MiB are left "
			     "a BO of %" PRIu64 " MiB %s\n", HUGE_LIMIT >> 20, huge_sizes[i] >> 20,
			     fit ? "gets its pages" : "does not get its pages");
		/* What it had is free a bit later. */
		await_uncharged(cgroup);
	}
	igt_reset_timeout();
	igt_stop_helper(&scanner);

	igt_assert_bo_resident(kept, "what others need stays when a BO is refused");
	evict_assert_counted(dev, before, 0, "of BOs that were refused nothing is left");
	igt_assert_objects_freed(files, ARRAY_SIZE(huge_sizes), "BOs that were refused are freed");
	igt_assert_eq(use_huge(dev, 2 * HUGE_LIMIT), GOT_ALL);
	igt_klog_assert_quiet("a BO without memory is no mistake of the kernel's");
	igt_assert_eq(igt_cgroup_free(cgroup), 0);
}

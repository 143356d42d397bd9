/* SPDX-License-Identifier: MIT */
/**
 * Owners of BOs who are frozen at any moment, and what others do meanwhile.
 *
 * The kernel freezes a process when it is about to go back to user space: it holds no lock then,
 * though the call that it was in may have been interrupted for it, and its BOs are idle as soon as
 * the host is done with them.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "reclaim/evict.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "reclaim/scanner.h"
#include "reclaim/stress.h"
#include "reclaim/stress_crew.h"

#define OWNERS 3
#define BOS 4
#define MOST_PAGES 64

/* What a bystander does with BOs of his own each time. */
#define USES 16

/* How long owners go on until they are frozen again, at most. */
#define RUN_MS 20

#define LEAST_ROUNDS 3

/* What a bystander may need for his turn, who is held up by nobody but a busy machine. */
#define TURN_MS 10000

/* Of all processes. */
static struct shared {
	atomic_uint round;  /* how often owners were frozen, and one more */
	atomic_uint looked; /* owners who have found all that they left before this round */
	atomic_uint turns;  /* that the bystander has ended */
	atomic_ulong taken; /* from who was frozen, bytes */
	atomic_bool over;
} *shared;

static struct gem_bo *some_bo(struct gem_device *dev)
{
	return gem_bo_filled(dev, (1 + crew_below(MOST_PAGES)) * igt_page_size());
}

static bool one_has_ended(void)
{
	siginfo_t child = {0};

	return waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid;
}

/* Wait until @number is @wanted. Who ends before it is over has failed, and told why. */
static bool comes_to(const atomic_uint *number, unsigned int wanted)
{
	const bool done = igt_wait(atomic_load(number) >= wanted || one_has_ended(), TURN_MS, 1);

	if (one_has_ended())
		igt_waitchildren_timeout(CREW_LEEWAY_S, "an owner or bystander who has failed");
	return done;
}

/* --- owners --------------------------------------------------------------------------------- */

static void find_what_was_left(struct gem_bo *bos[BOS])
{
	for (int i = 0; i < BOS; i++) {
		if (!bos[i])
			continue;
		if (bos[i]->advice == GEM_WILLNEED)
			igt_assert_bo_retained(bos[i], "what who was frozen needs is as he left it");
		else
			crew_take_back(&bos[i]);
	}
}

/* Until it is over; whenever they have been frozen, they first end what they were at. */
static void keep_owning(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];
	unsigned int seen = 0;

	for (int i = 0; i < BOS; i++)
		bos[i] = some_bo(dev);
	while (!atomic_load(&shared->over)) {
		const unsigned int round = atomic_load(&shared->round);

		if (round != seen) {
			find_what_was_left(bos);
			atomic_fetch_add(&shared->looked, 1);
			seen = round;
		}
		crew_use(dev, &bos[crew_below(BOS)], (1 + crew_below(MOST_PAGES)) * igt_page_size());
	}
}

static void await_owners(void)
{
	igt_assert_f(comes_to(&shared->looked, OWNERS),
		     "of %d owners only %u find within %d s what they left\n", OWNERS,
		     atomic_load(&shared->looked), TURN_MS / 1000);
}

/* --- the bystander -------------------------------------------------------------------------- */

static uint64_t left_by_scan(struct gem_device *dev)
{
	igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, SCAN_ALL_PAGES), 0);
	return igt_reclaimable(dev);
}

/* Take all that there is, and have it written to swap, as the memory of who is frozen is. */
static void take_all(struct gem_device *dev, const struct igt_cgroup *owners)
{
	const uint64_t before = igt_reclaimable(dev);
	int r;

	igt_assert_f(igt_wait(left_by_scan(dev) == 0, CREW_SETTLE_MS, 1),
		     "%" PRIu64 " KiB of BOs cannot be taken while their owners are frozen\n",
		     igt_reclaimable(dev) >> 10);
	atomic_fetch_add(&shared->taken, before);
	if (!igt_cgroup_has(owners, "memory.reclaim"))
		return;
	r = igt_cgroup_write(owners, "memory.reclaim", before);
	/* EAGAIN: it found less. */
	igt_assert_f(r == 0 || r == -EAGAIN, "memory.reclaim: %s\n", strerror(-r));
}

/* While owners are frozen: scan, and use BOs that are none of theirs. */
static void stand_by(struct gem_device *dev, const struct igt_cgroup *owners, int go)
{
	struct gem_bo *bos[BOS] = {NULL};

	for (;;) {
		partner_await(go);
		if (atomic_load(&shared->over))
			return;
		take_all(dev, owners);
		for (int i = 0; i < USES; i++)
			crew_use(dev, &bos[crew_below(BOS)],
				 (1 + crew_below(MOST_PAGES)) * igt_page_size());
		atomic_fetch_add(&shared->turns, 1);
	}
}

/* Let him have his turn. Returns how long it took, in ms. */
static unsigned int bystander_turn(int go)
{
	const unsigned int turns = atomic_load(&shared->turns);
	const uint64_t begun_ns = igt_now_ns();

	partner_signal(go);
	igt_assert_f(comes_to(&shared->turns, turns + 1),
		     "who scans and uses BOs of his own has not done so within %d s, while others "
		     "are frozen\n", TURN_MS / 1000);
	return (unsigned int)((igt_now_ns() - begun_ns) / 1000000);
}

/* --- the scenario --------------------------------------------------------------------------- */

static void freeze(const struct igt_cgroup *owners, bool frozen)
{
	const int r = igt_cgroup_freeze(owners, frozen);

	errno = 0;
	igt_assert_f(r == 0, "owners of BOs cannot be %s: %s\n", frozen ? "frozen" : "thawed",
		     strerror(-r));
}

static struct igt_cgroup *freezer(void)
{
	struct igt_cgroup *cgroup = igt_cgroup_new("frozen", "memory");

	errno = 0;
	igt_require_f(igt_cgroup_has(cgroup, "cgroup.freeze"),
		      "Processes cannot be frozen: the kernel is older than 5.2\n");
	return cgroup;
}

static void start_all(struct gem_device *dev, const struct igt_cgroup *owners, int go)
{
	const uint32_t seed = (uint32_t)rand();

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	igt_assert(shared != MAP_FAILED);
	atomic_store(&shared->round, 1);
	igt_fork(owner, OWNERS) {
		igt_assert_eq(igt_cgroup_enter(owners, 0), 0);
		keep_owning(crew_join(dev, seed + (uint32_t)owner));
	}
	igt_fork(bystander, 1)
		stand_by(crew_join(dev, seed + OWNERS), owners, go);
	await_owners();
}

static void end_all(int go)
{
	igt_assert_f(atomic_load(&shared->taken) > 0, "nothing is taken from who is frozen\n");
	atomic_store(&shared->over, true);
	partner_signal(go);
	igt_waitchildren_timeout(CREW_LEEWAY_S, "owners who were frozen");
	munmap(shared, sizeof(*shared));
}

/**
 * CO21: who is frozen while he uses, lends or takes back his BOs, all of which are taken meanwhile,
 * finds what he left; and nobody who scans or uses other BOs waits for him.
 */
void stress_frozen_find_what_they_left(struct gem_device *dev)
{
	struct igt_cgroup *owners = freezer();
	unsigned int rounds = 0, longest = 0;
	const int go = partner_event();
	uint64_t end_ns;

	igt_require_free_memory(2 * (OWNERS + 1) * BOS * MOST_PAGES * igt_page_size());
	evict_leftovers(dev);
	igt_klog_start();
	start_all(dev, owners, go);
	end_ns = crew_end_ns();
	do {
		unsigned int took;

		igt_pause_ms((unsigned int)rand() % RUN_MS);
		freeze(owners, true);
		atomic_store(&shared->looked, 0);
		atomic_fetch_add(&shared->round, 1);
		took = bystander_turn(go);
		freeze(owners, false);
		await_owners();
		longest = max(longest, took);
	} while (++rounds < LEAST_ROUNDS || igt_now_ns() < end_ns);
	igt_info("%u times %" PRIu64 " KiB in all were taken from frozen owners; it took %u ms at "
		 "most\n", rounds, (uint64_t)atomic_load(&shared->taken) >> 10, longest);
	end_all(go);
	close(go);
	igt_klog_assert_quiet("frozen owners of BOs");
	igt_assert_eq(igt_cgroup_free(owners), 0);
}

/* SPDX-License-Identifier: MIT */
/**
 * A crowd of processes that use BOs, and one that leaks them until the OOM killer ends it.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "igt_rand.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_oom.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_undo.h"
#include "reclaim/leaker.h"
#include "reclaim/partner.h"
#include "reclaim/scarce.h"
#include "reclaim/stress_crew.h"

#define ROUNDS 3
/* On a slow machine there are fewer of them, but always one. */
#define ROUNDS_MS 8000

#define MEMBERS 4
/* The first half of them is needed all along. */
#define MEMBER_BOS 8
#define MEMBER_BYTES KiB(256)

/* What is left for the leaker; so many BOs fit that it is noticed if they stay. */
#define ROOM MiB(48)
#define LEAK_BYTES KiB(128)
#define LEAK_STEP MiB(1)

/*
 * Idle processes that are killed after the leaker, and before anybody else. The OOM killer takes a
 * victim for done with once its address space is gone (MMF_OOM_SKIP, mm/mmap.c: exit_mmap()), which
 * is before its files are closed and its BOs freed: who wants memory in between has another killed.
 * That is no fault, as long as it comes to an end.
 */
#define SPARES 16

#define KILL_S 60
#define SETTLE_MS 5000

/* Of all processes. */
static struct shared {
	atomic_bool over;	    /* members look at what they have, and wait for the next round */
	atomic_bool ended;	    /* there is none */
	atomic_uint turns[MEMBERS]; /* of each member */
	atomic_uint leaked, lost;   /* BOs that leakers made, and that members lost */
	atomic_uint spent;	    /* spares that were killed */
} *shared;

struct events {
	int ready, go;
};

/* --- the members ---------------------------------------------------------------------------- */

/* As many as there are to be, with memory for them. */
static void complete(struct gem_device *dev, struct gem_bo *bos[MEMBER_BOS])
{
	for (unsigned int i = 0; i < MEMBER_BOS; i++)
		if (!bos[i])
			bos[i] = gem_bo_filled(dev, MEMBER_BYTES);
}

/* All are taken back, and looked at: they are whole, or told to be lost, and lost. */
static void look_at_all(struct gem_bo *bos[MEMBER_BOS])
{
	for (unsigned int i = 0; i < MEMBER_BOS; i++) {
		if (!bos[i])
			continue;
		if (bos[i]->advice == GEM_WILLNEED)
			igt_assert_bo_content(bos[i], "what the OOM killer leaves is as it was");
		else if (crew_take_back(&bos[i]))
			atomic_fetch_add(&shared->lost, 1);
	}
}

/* Uses its BOs until the round is over, then waits for the next with all of them taken back. */
static void be_member(struct gem_device *dev, int member, uint32_t seed, struct events events)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *bos[MEMBER_BOS] = {NULL};

	hars_petruska_f54_1_random_seed(seed);
	for (;;) {
		complete(own, bos);
		partner_signal(events.ready);
		partner_await(events.go);
		if (atomic_load(&shared->ended))
			break;
		while (!atomic_load(&shared->over)) {
			const uint32_t i = crew_below(MEMBER_BOS);

			if (bos[i] && crew_use_kept(&bos[i], /* may_lend= */ i >= MEMBER_BOS / 2))
				atomic_fetch_add(&shared->lost, 1);
			atomic_fetch_add(&shared->turns[member], 1);
		}
		look_at_all(bos);
	}
}

static void await_members(struct events events)
{
	for (int member = 0; member < MEMBERS; member++)
		partner_await(events.ready);
}

static void tell_members(struct events events)
{
	for (int member = 0; member < MEMBERS; member++)
		partner_signal(events.go);
}

static struct events start_members(struct gem_device *dev)
{
	const struct events events = {.ready = partner_event(), .go = partner_event()};
	const uint32_t seed = (uint32_t)rand();

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	igt_assert(shared != MAP_FAILED);
	igt_fork(member, MEMBERS)
		be_member(dev, member, seed + (uint32_t)member, events);
	await_members(events);
	return events;
}

static void end_members(struct events events)
{
	atomic_store(&shared->ended, true);
	tell_members(events);
	igt_waitchildren_timeout(PARTNER_SECONDS, "users of BOs beside a leaker");
	close(events.ready);
	close(events.go);
	munmap(shared, sizeof(*shared));
}

/* --- the leaker ----------------------------------------------------------------------------- */

/* One BO more, which the GPU uses; some are lent. Not by touching it, to be told "no memory". */
static bool leak_bo(struct gem_device *dev, unsigned int number)
{
	uint32_t handle, retained = 0;

	if (dev->ops->bo_create(dev->fd, LEAK_BYTES, &handle) < 0)
		return false;
	atomic_fetch_add(&shared->leaked, 1);
	if (dev->ops->bo_flush && dev->ops->bo_flush(dev->fd, handle, LEAK_BYTES) < 0)
		return false;
	if (number % 4 == 0)
		gem_madvise_raw(dev, handle, GEM_DONTNEED, &retained);
	return true;
}

/* BOs until there is no memory for them, which kills nobody, and then memory of its own. */
static void leak(struct gem_device *dev)
{
	const unsigned int most = (unsigned int)(2 * ROOM / LEAK_BYTES);

	for (unsigned int i = 0; i < most && leak_bo(dev, i); i++)
		;
	for (;;) {
		void *memory = mmap(NULL, LEAK_STEP, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		igt_assert(memory != MAP_FAILED);
	}
}

/* Not by igt_set_timeout(): there has to be memory again before anybody can be ended. */
static void await_kill(pid_t pid, int change)
{
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	bool ended;

	igt_assert_fd(end.fd);
	ended = poll(&end, 1, KILL_S * 1000) == 1;
	close(end.fd);
	if (!ended)
		igt_undo_now(change);
	igt_assert_f(ended, "who takes all memory, and would be the first to be killed for it, "
		     "lives on for %d s\n", KILL_S);
}

/* Counts those that are killed; they end with this process. */
static void keep_spares(int ready)
{
	atomic_store(&shared->spent, 0);
	for (int i = 0; i < SPARES; i++) {
		const pid_t pid = fork();

		igt_assert_fd(pid);
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			scarce_offer_self_next();
			partner_signal(ready);
			for (;;)
				pause();
		}
	}
	while (waitpid(-1, NULL, 0) > 0)
		atomic_fetch_add(&shared->spent, 1);
	for (;;)
		pause();
}

static void start_spares(struct igt_helper_process *keeper)
{
	const int ready = partner_event();

	*keeper = (struct igt_helper_process){.use_SIGKILL = true};
	igt_fork_helper(keeper)
		keep_spares(ready);
	for (int i = 0; i < SPARES; i++)
		partner_await(ready);
	close(ready);
}

/* @before is how many there were before the leaker. */
static void assert_spares_suffice(uint64_t before)
{
	igt_assert_f(igt_wait(igt_vmstat_counter("oom_kill") ==
				      before + 1 + atomic_load(&shared->spent), SETTLE_MS, 1),
		     "%" PRIu64 " processes are killed for memory, expected the one that takes all "
		     "of it, and %u that are offered until it is freed\n",
		     igt_vmstat_counter("oom_kill") - before, atomic_load(&shared->spent));
	igt_assert_f(atomic_load(&shared->spent) < SPARES, "%d processes are killed for memory "
		     "after the one that took it: what it had is not freed\n", SPARES);
}

/* From when memory is short until the leaker has been killed. */
static void run_leaker(struct gem_device *dev)
{
	struct igt_helper_process leaker = {.use_SIGKILL = true};
	const int ready = partner_event(), go = partner_event();
	int change, status;

	igt_fork_helper(&leaker) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

		scarce_offer_self();
		partner_signal(ready);
		partner_await(go);
		leak(own);
	}
	partner_await(ready);
	change = scarce_leave(ROOM);
	partner_signal(go);
	await_kill(leaker.pid, change);
	status = igt_wait_helper(&leaker);
	igt_assert_eq(igt_undo_now(change), 0);
	igt_assert_f(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		     "who takes all memory ends with wait status %#x, expected to be killed\n",
		     (unsigned int)status);
	close(ready);
	close(go);
}

/* --- together ------------------------------------------------------------------------------- */

/* Returns how many idle processes were killed. */
static unsigned int play_round(struct gem_device *dev, struct events events, uint64_t before)
{
	const uint64_t kills = igt_vmstat_counter("oom_kill");
	struct igt_helper_process spares;
	unsigned int turns[MEMBERS];

	start_spares(&spares);
	for (int member = 0; member < MEMBERS; member++)
		turns[member] = atomic_load(&shared->turns[member]);
	atomic_store(&shared->over, false);
	tell_members(events);
	run_leaker(dev);
	assert_spares_suffice(kills);
	igt_stop_helper(&spares);
	for (int member = 0; member < MEMBERS; member++)
		igt_assert_f(igt_wait(atomic_load(&shared->turns[member]) != turns[member],
				      SETTLE_MS, 1),
			     "who uses BOs beside a leaker does not get on\n");
	atomic_store(&shared->over, true);
	await_members(events);
	igt_assert_f(igt_wait(igt_reclaimable(dev) == before, SETTLE_MS, 10), "of a process that "
		     "was killed for memory %" PRIu64 " KiB are counted\n",
		     (igt_reclaimable(dev) - before) >> 10);
	return atomic_load(&shared->spent);
}

/**
 * OO11: of a crowd of processes that use, lend and look at BOs, and one that leaks BOs and memory,
 * the OOM killer ends that one, each time, or idle ones until its BOs are freed; the others go on,
 * and find what they left, or are told that it is lost; of what was leaked nothing stays.
 */
void leaker_is_the_one_killed(struct gem_device *dev)
{
	const uint64_t end_ns = igt_now_ns() + ROUNDS_MS * UINT64_C(1000000);
	const uint64_t files = igt_open_files();
	uint64_t before;
	struct events events;
	unsigned int rounds = 0, leaked, spent = 0;

	igt_require_no_swap();
	igt_require_free_memory(2 * ROOM);
	igt_expect_oom();
	igt_klog_start();
	evict_leftovers(dev);
	before = igt_reclaimable(dev);
	scarce_offer_nobody();
	events = start_members(dev);
	do
		spent += play_round(dev, events, before);
	while (++rounds < ROUNDS && igt_now_ns() < end_ns);
	leaked = atomic_load(&shared->leaked);
	igt_info("%u times who takes all memory is killed for it, with %u BOs in all, and %u idle "
		 "ones until those are freed; others lose %u BOs that they have lent\n", rounds,
		 leaked, spent, atomic_load(&shared->lost));
	end_members(events);
	igt_assert_objects_freed(files, leaked, "BOs of who is killed for memory are freed");
	igt_klog_assert_quiet("to kill who takes all memory is no mistake of the kernel's");
}

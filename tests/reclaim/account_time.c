/* SPDX-License-Identifier: MIT */
/**
 * How long it takes to be told what could be reclaimed, and whom one waits for.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/account.h"
#include "reclaim/holder.h"
#include "reclaim/igt_events.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

#define BO_BYTES MiB(32)
#define ROUNDS 5
/* A lock that is held for less can be mistaken for a thread that got no processor. */
#define HELD_MS 10

#define ADVISERS 2
#define LOOKS_ENOUGH 4000
/* In which fewer looks have to do: a kernel that checks itself is slow. */
#define MEETING_MS 15000

static struct {
	uint64_t ns[4096]; /* that each look at the count took */
	unsigned int count;
} looks;

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t percentile(unsigned int percent)
{
	return looks.ns[(looks.count - 1) * percent / 100];
}

static uint64_t look(struct gem_device *dev)
{
	const uint64_t begun = igt_now_ns();
	uint64_t took;

	igt_reclaimable(dev);
	took = igt_now_ns() - begun;
	if (looks.count < ARRAY_SIZE(looks.ns))
		looks.ns[looks.count++] = took;
	return took;
}

/*
 * Look at the count as long as a BO is locked, with others lent, and a scan between. Returns false
 * if that was not long enough to tell anything; else how it was is in *@ret_free.
 */
static bool look_while_held(struct gem_device *dev, bool *ret_free)
{
	struct gem_bo *held = gem_bo_create(dev, BO_BYTES);
	uint64_t longest = 0, holding;
	struct holder holder;

	holder_start(&holder, held);
	while (!atomic_load(&holder.done)) {
		const uint64_t took = look(dev);

		longest = max(longest, took);
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1), 0);
	}
	holder_join(&holder);
	holding = holder.ended_ns - holder.begun_ns;
	gem_bo_free(held);
	igt_debug("a BO locked for %" PRIu64 " us, a look for %" PRIu64 " us at most\n",
		  holding / 1000, longest / 1000);
	*ret_free = longest < holding / 2;
	return holding >= HELD_MS * UINT64_C(1000000);
}

/**
 * AC06: to be told what could be reclaimed nobody waits for who holds a BO. B10: reclaimers waited
 * for each other. How long it takes is told.
 */
void account_is_not_held_up(struct gem_device *dev)
{
	unsigned int held = 0;
	bool not_held_up = false;

	igt_require_free_memory(2 * BO_BYTES);
	looks.count = 0;
	/* On a busy machine a look may be late for other reasons, but not always. */
	for (int round = 0; round < ROUNDS && !not_held_up; round++)
		held += look_while_held(dev, &not_held_up);
	for (int i = 0; i < 100; i++)
		look(dev);
	qsort(looks.ns, looks.count, sizeof(looks.ns[0]), compare);
	igt_info("%u looks at the count: median %" PRIu64 " us, 99%% in %" PRIu64 " us, longest %"
		 PRIu64 " us\n", looks.count, percentile(50) / 1000, percentile(99) / 1000,
		 percentile(100) / 1000);
	errno = 0;
	igt_require_f(held > 0, "No BO was locked for %d ms\n", HELD_MS);
	igt_assert_f(not_held_up, "each time a BO is locked a look at the count takes half as long "
		     "or more\n");
}

/* A thread that lends a BO and takes it back, again and again: the lists of BOs change. */
struct adviser {
	pthread_t thread;
	struct gem_device *dev;
	uint32_t handle;
	unsigned int given; /* so many times advice */
};

static struct {
	struct adviser advisers[ADVISERS];
	atomic_bool over;
} crowd;

static void *advise(void *data)
{
	struct adviser *adviser = data;
	uint32_t retained;

	while (!atomic_load(&crowd.over)) {
		gem_madvise_raw(adviser->dev, adviser->handle, GEM_DONTNEED, &retained);
		gem_madvise_raw(adviser->dev, adviser->handle, GEM_WILLNEED, &retained);
		adviser->given += 2;
	}
	return NULL;
}

static void start_advisers(struct gem_device *dev)
{
	sigset_t all, former;

	atomic_store(&crowd.over, false);
	sigfillset(&all);
	for (unsigned int i = 0; i < ADVISERS; i++) {
		struct adviser *adviser = &crowd.advisers[i];

		*adviser = (struct adviser){
			.dev = dev, .handle = gem_bo_touched(dev, KiB(4))->handle};
		igt_assert(pthread_sigmask(SIG_BLOCK, &all, &former) == 0);
		igt_assert(pthread_create(&adviser->thread, NULL, advise, adviser) == 0);
		igt_assert(pthread_sigmask(SIG_SETMASK, &former, NULL) == 0);
	}
}

static void stop_advisers(void)
{
	atomic_store(&crowd.over, true);
	for (unsigned int i = 0; i < ADVISERS; i++)
		igt_assert(pthread_join(crowd.advisers[i].thread, NULL) == 0);
}

static void note_wait(const struct igt_event *event, void *data)
{
	(void)event;
	++*(unsigned int *)data;
}

/**
 * AC06: who asks what could be reclaimed waits for no lock that who gives advice holds. B10: each
 * allocation on the machine asks.
 */
void account_takes_no_lock(struct gem_device *dev)
{
	struct igt_event_choice waiting = {.event = "lock/contention_begin"};
	unsigned int waits = 0, looks_taken = 0, advice = 0;
	struct igt_events *events;
	char filter[80];
	uint64_t end;

	errno = 0;
	igt_require_f(access("/proc/lockdep", F_OK) != 0, "This kernel checks each mutex it takes, "
		      "for which its trace tells a wait\n");
	start_advisers(dev);
	/* 32: for a mutex. Nobody else's are wanted, there may be many. */
	snprintf(filter, sizeof(filter), "(flags & 32) && common_pid == %d", gettid());
	waiting.filter = filter;
	events = igt_events_start(&waiting, 1);
	end = igt_now_ns() + MEETING_MS * UINT64_C(1000000);
	for (; looks_taken < LOOKS_ENOUGH && igt_now_ns() < end; looks_taken++)
		igt_reclaimable(dev);
	stop_advisers();
	igt_events_read(events, note_wait, &waits);
	igt_events_stop(events);
	for (unsigned int i = 0; i < ADVISERS; i++)
		advice += crowd.advisers[i].given;

	igt_info("%u waits of who looks %u times at the count, while advice is given %u times\n",
		 waits, looks_taken, advice);
	errno = 0;
	igt_assert_f(waits == 0, "to be told what could be reclaimed one waits for who gives "
		     "advice: %u times in %u looks\n", waits, looks_taken);
	igt_require_f(advice > looks_taken, "While the count was looked at %u times advice was "
		      "given only %u times\n", looks_taken, advice);
}

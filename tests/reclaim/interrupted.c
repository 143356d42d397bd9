/* SPDX-License-Identifier: MIT */
/**
 * Advice that has to wait for a BO, and is interrupted by signals.
 *
 * One thread holds the BO, another gives advice and is sent signals. Both have one processor: to
 * wait for who runs elsewhere the kernel would spin, which no signal interrupts.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/holder.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/interrupted.h"

#define BO_BYTES MiB(32)

/* What "retained" holds before a call. */
#define STALE 0xdeadbeef

/* Rounds at most, and how many that are interrupted are enough of each advice. */
#define ROUNDS 10
#define ENOUGH 1

#define SIGNAL_EVERY_US 500

static void on_alarm(int sig)
{
}

static void send_signals(unsigned int every_us)
{
	const struct itimerval interval = {
		.it_interval.tv_usec = every_us,
		.it_value.tv_usec = every_us,
	};

	igt_assert(setitimer(ITIMER_REAL, &interval, NULL) == 0);
}

/* The other advice than the last. Returns 0 or -EINTR, and that the answer fits to it. */
static int change_advice(struct gem_bo *bo)
{
	const enum gem_advice advice = !bo->advice;
	uint32_t retained = STALE;
	const int r = gem_madvise_raw(bo->dev, bo->handle, advice, &retained);

	igt_assert_f(r == 0 || r == -EINTR, "advice under signals: %s, expected success or %s\n",
		     strerror(-r), strerror(EINTR));
	igt_assert_f(retained == (r == 0 ? 1 : STALE), "advice under signals returns %s and tells "
		     "retained = %#x, expected %#x\n", r == 0 ? "success" : strerror(-r), retained,
		     r == 0 ? 1 : STALE);
	if (r == 0)
		bo->advice = advice;
	return r;
}

/* Change a BO's advice to and fro while it is locked, until that is interrupted, if it is. */
static bool interrupt_advice(struct gem_bo *bo)
{
	bool interrupted = false;
	struct holder holder;

	holder_start(&holder, bo);
	send_signals(SIGNAL_EVERY_US);
	while (!interrupted && !atomic_load(&holder.done))
		interrupted = change_advice(bo) == -EINTR;
	send_signals(0);
	holder_join(&holder);
	return interrupted;
}

/* The BO must be in the state that its last advice put it into. */
static void assert_last_advice_holds(struct gem_bo *bo)
{
	gem_bo_wait_idle(bo);
	igt_reclaim(bo->dev, RECLAIM_SHRINKER, bo->advice == GEM_DONTNEED ? bo->bytes : 0);
	if (bo->advice == GEM_DONTNEED)
		igt_assert_bo_purged(bo, "WILLNEED that is interrupted is not taken");
	else
		igt_assert_f(gem_bo_madvise(bo, GEM_WILLNEED),
			     "DONTNEED that is interrupted is not taken: the BO is purged\n");
}

/* Where this thread may run, but for this subtest. */
static cpu_set_t everywhere;

static void stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	igt_assert(sched_getaffinity(0, sizeof(everywhere), &everywhere) == 0);
	igt_assert(sched_setaffinity(0, sizeof(here), &here) == 0);
}

static void restore(void *data)
{
	send_signals(0);
	signal(SIGALRM, SIG_DFL);
	sched_setaffinity(0, sizeof(everywhere), &everywhere);
}

/** MA13: interrupted advice is not taken and says so. B36: it said "retained" and was not. */
void interrupted_advice_is_whole_or_none(struct gem_device *dev)
{
	struct sigaction action = {.sa_handler = on_alarm};
	unsigned int interrupted[2] = {0}, rounds = 0;

	igt_require_no_swap();
	igt_require_free_memory(BO_BYTES);
	stay_here();
	igt_on_subtest_end(restore, NULL);
	/* Every other round lets the kernel restart a call, if it thinks that it may. */
	for (; rounds < ROUNDS && (interrupted[GEM_WILLNEED] < ENOUGH ||
				   interrupted[GEM_DONTNEED] < ENOUGH); rounds++) {
		struct gem_bo *bo = gem_bo_create(dev, BO_BYTES);

		action.sa_flags = rounds % 2 ? SA_RESTART : 0;
		igt_assert(sigaction(SIGALRM, &action, NULL) == 0);
		if (interrupt_advice(bo)) {
			interrupted[!bo->advice]++;
			assert_last_advice_holds(bo);
		}
		gem_bo_free(bo);
	}
	igt_info("%u rounds of advice under signals: interrupted %u times for WILLNEED, %u times "
		 "for DONTNEED\n", rounds, interrupted[GEM_WILLNEED], interrupted[GEM_DONTNEED]);
	errno = 0;
	igt_require_f(interrupted[GEM_WILLNEED] || interrupted[GEM_DONTNEED],
		      "No signal met advice that had to wait in %u tries\n", rounds);
}

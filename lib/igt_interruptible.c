/* SPDX-License-Identifier: MIT */
/**
 * A timer of the calling thread's whose signal interrupts an ioctl, and a process that signals
 * its parent.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "igt_interruptible.h"
#include "igt_ioctl.h"

/*
 * From 1 us to 16 ms, each four times the one before: an ioctl that is not done by then either
 * waits for something, or is interrupted early, in its midst and late.
 */
#define LAST_ROUND 8
#define FIRST_DELAY_NS 1000

/* What helpers send: nobody minds it when nobody listens. */
#define HELPER_SIGNAL SIGCONT
#define HELPER_PAUSE_US 500

static __thread struct {
	int (*usual)(int fd, unsigned long request, void *arg); /* NULL: nothing is in place */
	timer_t timer;
	int64_t delay_ns;
	unsigned long before_round; /* interruptions */
} state;

static __thread volatile unsigned long interruptions;

unsigned long igt_interruptions(void)
{
	return interruptions;
}

/* Its coming is what counts: a handler without SA_RESTART ends a system call. */
static void interrupt(int sig)
{
	interruptions++;
}

static void arm(int64_t delay_ns)
{
	struct itimerspec at = {
		.it_value = {.tv_sec = delay_ns / 1000000000, .tv_nsec = delay_ns % 1000000000},
	};

	timer_settime(state.timer, 0, &at, NULL);
}

static int interrupted_ioctl(int fd, unsigned long request, void *arg)
{
	/* Longer each time, so that an ioctl that has to start over comes to its end. */
	int64_t delay_ns = state.delay_ns;
	int r;

	do {
		arm(delay_ns);
		r = ioctl(fd, request, arg);
		delay_ns += delay_ns / 2;
	} while (r < 0 && (errno == EINTR || errno == EAGAIN));
	arm(0);
	return r;
}

static void put_away(void)
{
	if (!state.usual)
		return;
	igt_ioctl = state.usual;
	timer_delete(state.timer);
	signal(SIGRTMIN, SIG_DFL);
	state.usual = NULL;
}

static void put_in_place(void)
{
	/* No flags: in particular no SA_RESTART. */
	struct sigaction action = {.sa_handler = interrupt};
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGRTMIN,
	};

	event._sigev_un._tid = gettid();
	igt_assert_f(sigaction(SIGRTMIN, &action, NULL) == 0 &&
			     timer_create(CLOCK_MONOTONIC, &event, &state.timer) == 0,
		     "a timer for interruptions: %s\n", strerror(errno));
	state.usual = igt_ioctl;
	igt_ioctl = interrupted_ioctl;
}

static bool to_end_with_subtest;

static void subtest_over(void *unused)
{
	to_end_with_subtest = false;
	put_away();
	igt_stop_signal_helper();
}

/* A subtest that is left in the midst of a round must not leave signals to the next. */
static void end_with_subtest(void)
{
	if (gettid() == getpid() && !to_end_with_subtest)
		to_end_with_subtest = igt_on_subtest_end(subtest_over, NULL);
}

bool igt__interruptible(int round, bool enable)
{
	if (round == 0)
		return true;
	if (!enable)
		return false;
	if (round == 1) {
		put_in_place();
		end_with_subtest();
		state.delay_ns = FIRST_DELAY_NS;
	} else {
		state.delay_ns *= 4;
	}
	if (round > LAST_ROUND || (round > 1 && interruptions == state.before_round)) {
		igt_debug("%d rounds with interruptions\n", round - 1);
		put_away();
		return false;
	}
	state.before_round = interruptions;
	return true;
}

/* --- the helper process ------------------------------------------------------------------- */

static struct igt_helper_process helper = {.use_SIGKILL = true};
static struct sigaction action_before;
static bool listening;

static void heard(int sig)
{
}

void igt_fork_signal_helper(void)
{
	/* Without SA_RESTART system calls return. */
	struct sigaction action = {.sa_handler = heard};
	const struct timespec pause = {.tv_nsec = HELPER_PAUSE_US * 1000};
	const pid_t parent = getpid();

	sigaction(HELPER_SIGNAL, &action, &action_before);
	listening = true;
	end_with_subtest();
	igt_fork_helper(&helper) {
		while (kill(parent, HELPER_SIGNAL) == 0)
			nanosleep(&pause, NULL);
	}
}

void igt_stop_signal_helper(void)
{
	/* The end of a subtest may have stopped it before. */
	igt_stop_helper(&helper);
	if (listening)
		sigaction(HELPER_SIGNAL, &action_before, NULL);
	listening = false;
}

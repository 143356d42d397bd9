/* SPDX-License-Identifier: MIT */
/**
 * A tester that is interrupted by signals while it prints.
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "igt.h"

#define US_PER_S 1000000

/* igt_set_timeout() counts in seconds, of which a test would need many. */
static void time_out_in_us(long us)
{
	const struct itimerval at = {.it_value = {us / US_PER_S, us % US_PER_S}};

	igt_set_timeout(100, "printing");
	igt_assert_eq(setitimer(ITIMER_REAL, &at, NULL), 0);
}

static void print_lines(unsigned int count, int width)
{
	for (unsigned int i = 0; i < count; i++) {
		igt_info("line %06u%*s\n", i, width, ".");
		igt_debug("record %u\n", i);
	}
}

/* What the process does without another thread, memory and streams take no lock for. */
static pthread_t start_thread(void *(*function)(void *data), void *data, bool with_signals)
{
	sigset_t all, saved;
	pthread_t thread;

	sigfillset(&all);
	if (!with_signals)
		pthread_sigmask(SIG_BLOCK, &all, &saved);
	igt_assert_eq(pthread_create(&thread, NULL, function, data), 0);
	if (!with_signals)
		pthread_sigmask(SIG_SETMASK, &saved, NULL);
	return thread;
}

/* More than a pipe takes in one piece: some of it was written when the signal comes. */
#define LONG 6000
#define SHORT 60

static sem_t done;

/* Wait @seconds at most. Returns whether it was posted. */
static bool wait_for(sem_t *sem, int seconds)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += seconds;
	while (sem_timedwait(sem, &limit) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* Ends the test when it hangs, and by that the test of the test. */
static void *watch(void *data)
{
	if (!wait_for(&done, 60))
		_exit(3);
	return data;
}

static sem_t inspecting, forked;

/* Called with the log's lock held. */
static bool wait_for_fork(const char *record, void *data)
{
	sem_post(&inspecting);
	return wait_for(&forked, 5);
}

static void *inspect(void *data)
{
	igt_log_buffer_inspect(wait_for_fork, NULL);
	return data;
}

int igt_main()
{
	igt_subtest_with_dynamic("alarms")
		for (int i = 0; i < 20; i++)
			igt_dynamic_f("%d", i) {
				time_out_in_us(12000 + 331 * i);
				print_lines(UINT_MAX, LONG);
			}

	igt_subtest("helper") {
		igt_fork_signal_helper();
		print_lines(40, LONG);
		igt_stop_signal_helper();
	}

	igt_subtest_with_dynamic("many-alarms") {
		pthread_t watcher;

		sem_init(&done, 0, 0);
		watcher = start_thread(watch, NULL, /* with_signals= */ false);
		for (int i = 0; i < 400; i++)
			igt_dynamic_f("%d", i) {
				time_out_in_us(20 + 13 * i % 611);
				print_lines(UINT_MAX, SHORT);
			}
		sem_post(&done);
		pthread_join(watcher, NULL);
	}

	igt_subtest("alarm-beside-a-thread") {
		struct timespec start = {0};
		pthread_t watcher;

		sem_init(&done, 0, 0);
		watcher = start_thread(watch, NULL, /* with_signals= */ true);
		pthread_detach(watcher);
		igt_set_timeout(1, "printing");
		while (igt_seconds_elapsed(&start) < 4)
			print_lines(10, LONG);
	}

	igt_subtest("fork-while-a-thread-has-the-log") {
		pthread_t inspector;

		sem_init(&inspecting, 0, 0);
		sem_init(&forked, 0, 0);
		igt_debug("a record\n");
		inspector = start_thread(inspect, NULL, /* with_signals= */ false);
		igt_assert(wait_for(&inspecting, 5));
		igt_fork(child, 1)
			igt_debug("from the child\n");
		/* A failure logs, and so must not come before the thread has given up. */
		igt_waitchildren_timeout(8, "a child that logs");
		sem_post(&forked);
		pthread_join(inspector, NULL);
	}

	igt_subtest("alarm-of-a-child") {
		igt_set_timeout(100, "the parent");
		igt_fork(child, 1) {
			igt_set_timeout(1, "the child");
			pause();
		}
		igt_waitchildren();
	}
}

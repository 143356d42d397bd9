/* SPDX-License-Identifier: MIT */
/**
 * Time and page size.
 */
#include <time.h>
#include <unistd.h>

#include "igt_aux.h"

uint64_t igt_page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t igt_now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void igt_pause_ms(unsigned int ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	/* Woken early by a signal: the caller looks again a little sooner. */
	nanosleep(&pause, NULL);
}

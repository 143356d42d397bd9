/* SPDX-License-Identifier: MIT */
/**
 * The clock of the test core.
 */
#include <errno.h>

#include "igt_time.h"

int igt_gettime(struct timespec *ret_time)
{
	/* The raw clock does not bend when an NTP daemon corrects the others. */
	if (clock_gettime(CLOCK_MONOTONIC_RAW, ret_time) == 0 ||
	    clock_gettime(CLOCK_MONOTONIC, ret_time) == 0)
		return 0;
	return -errno;
}

double igt_time_elapsed(const struct timespec *begin, const struct timespec *end)
{
	return (double)(end->tv_sec - begin->tv_sec) +
	       (double)(end->tv_nsec - begin->tv_nsec) / NSEC_PER_SEC;
}

uint64_t igt_nsec_elapsed(struct timespec *start)
{
	struct timespec now;

	igt_gettime(&now);
	if (!start->tv_sec && !start->tv_nsec) {
		*start = now;
		return 0;
	}
	return (uint64_t)(now.tv_sec - start->tv_sec) * NSEC_PER_SEC +
	       (uint64_t)(now.tv_nsec - start->tv_nsec);
}

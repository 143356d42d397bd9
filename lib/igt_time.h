/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A clock that only goes forward, for how long something took.
 */
#ifndef IGT_TIME_H
#define IGT_TIME_H

#include <stdint.h>
#include <time.h>

/** @name Units */
/** @{ */
/** How many of one unit make another. */
#define MSEC_PER_SEC 1000
#define USEC_PER_SEC (1000 * MSEC_PER_SEC)
#define NSEC_PER_SEC (1000 * USEC_PER_SEC)
#define NSEC_PER_MSEC (NSEC_PER_SEC / MSEC_PER_SEC)
/** @} */

/** Read the clock by which subtests are timed. Returns 0 or -errno. */
int igt_gettime(struct timespec *ret_time);
/** Seconds from @begin to @end. */
double igt_time_elapsed(const struct timespec *begin, const struct timespec *end);
/** Nanoseconds since *@start; 0 the first time, when *@start is zero and becomes now. */
uint64_t igt_nsec_elapsed(struct timespec *start);
/** igt_nsec_elapsed() in whole seconds. */
static inline uint32_t igt_seconds_elapsed(struct timespec *start)
{
	return (uint32_t)(igt_nsec_elapsed(start) / NSEC_PER_SEC);
}

#endif

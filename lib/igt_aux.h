/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Small things every test needs.
 */
#ifndef IGT_AUX_H
#define IGT_AUX_H

#include <stdbool.h>
#include <stdint.h>

#include "igt_interruptible.h"

/** Number of elements of an array. */
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/** @n times 1024 bytes. */
#define KiB(n) ((uint64_t)(n) << 10)
/** @n times 1024 KiB, in bytes. */
#define MiB(n) ((uint64_t)(n) << 20)

/** The smaller of two values. */
#define min(a, b)                                                                              \
	({                                                                                     \
		__typeof__(a) igt__a = (a);                                                    \
		__typeof__(b) igt__b = (b);                                                    \
                                                                                               \
		igt__a < igt__b ? igt__a : igt__b;                                             \
	})
/** The larger of two values. */
#define max(a, b)                                                                              \
	({                                                                                     \
		__typeof__(a) igt__a = (a);                                                    \
		__typeof__(b) igt__b = (b);                                                    \
                                                                                               \
		igt__a > igt__b ? igt__a : igt__b;                                             \
	})
/** The smaller of two values, both taken as @type. */
#define min_t(type, a, b) min((type)(a), (type)(b))
/** The larger of two values, both taken as @type. */
#define max_t(type, a, b) max((type)(a), (type)(b))

/** How many times @step it takes to reach @n; both are unsigned. */
#define DIV_ROUND_UP(n, step) (((n) + (step) - 1) / (step))

/** Size of a page of this machine, in bytes. */
uint64_t igt_page_size(void);

/** A clock that only goes forward, in nanoseconds. */
uint64_t igt_now_ns(void);

/** Give the processor away for @ms milliseconds, between two looks at something. */
void igt_pause_ms(unsigned int ms);

/**
 * Look at @condition every @interval_ms until it holds; true if it did so within @timeout_ms.
 * It is looked at once more after the deadline, so a late processor makes no false alarm.
 */
#define igt_wait(condition, timeout_ms, interval_ms)                                           \
	({                                                                                     \
		const uint64_t igt__end = igt_now_ns() + (uint64_t)(timeout_ms) * 1000000;     \
		bool igt__late = false, igt__holds;                                            \
                                                                                               \
		while (!(igt__holds = (condition)) && !igt__late) {                            \
			igt_pause_ms(interval_ms);                                             \
			igt__late = igt_now_ns() >= igt__end;                                  \
		}                                                                              \
		igt__holds;                                                                    \
	})

/** The statement that follows runs again and again until @seconds have passed. */
#define igt_until_timeout(seconds)                                                             \
	for (uint64_t igt__end = igt_now_ns() + (uint64_t)(seconds) * 1000000000;              \
	     igt_now_ns() < igt__end;)

/** Give up root for good, all groups included. The test must be root. */
void igt_drop_root(void);

/** Wait until the file @fence_fd can be read, for ever, and close it. Returns 0 or -errno. */
int igt_wait_and_close(int fence_fd);

#endif

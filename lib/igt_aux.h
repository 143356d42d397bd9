/* SPDX-License-Identifier: MIT */
/**
 * Small things every test needs.
 */
#ifndef IGT_AUX_H
#define IGT_AUX_H

#include <stdbool.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/** Sizes in bytes. */
#define KiB(n) ((uint64_t)(n) << 10)
#define MiB(n) ((uint64_t)(n) << 20)

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

#endif

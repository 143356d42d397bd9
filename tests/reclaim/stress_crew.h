/* SPDX-License-Identifier: MIT */
/**
 * Processes that do something each, all at the same time, for stress.c and its kin.
 */
#ifndef RECLAIM_STRESS_CREW_H
#define RECLAIM_STRESS_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "reclaim/stress_option.h"

struct gem_bo;
struct gem_device;

/** What the kernel may be late to tell when all have ended. */
#define CREW_SETTLE_MS 5000

/** So many processes, each of which calls @work with its own file of the device. */
struct crew_role {
	/** Goes on until igt_now_ns() is @end_ns; fails by assertions. */
	void (*work)(struct gem_device *dev, uint64_t end_ns);
	int count;
};

/** How long a scenario goes on. */
#define CREW_SECONDS stress_seconds(1)

/** What a process may need when its time is over, on a machine that has other things to do. */
#define CREW_LEEWAY_S 30

/** When a scenario that begins now is to end. */
uint64_t crew_end_ns(void);

/**
 * Run all @roles, up to one without work, at once. Fails if one of them does, if they do not end,
 * or if the kernel has something to complain of; @claim begins the reason.
 */
void crew_run(struct gem_device *dev, const char *claim, const struct crew_role *roles);

/**
 * For a child that crew_run() has not made: its own file of the device, by which it can scan, too.
 * @seed is of its own random numbers.
 */
struct gem_device *crew_join(struct gem_device *dev, uint32_t seed);

/** Work: have the shrinker scan, now for a few pages and now for many. */
void crew_scan(struct gem_device *dev, uint64_t end_ns);

/**
 * Work on a BO of one's own, by random: look at it, fill it, send it, lend it, take it back or
 * close it. *@slot is NULL when there is none; then one of @bytes is made. Returns whether it turns
 * out to be lost, which frees it.
 */
bool crew_use(struct gem_device *dev, struct gem_bo **slot, uint64_t bytes);

/** Take *@slot back, which is lent. Returns whether it turns out to be lost, which frees it. */
bool crew_take_back(struct gem_bo **slot);

/**
 * crew_use() of a BO that is there, which makes none and closes none that is not lost: where there
 * may be no memory for another one. @may_lend: or it is needed all along.
 */
bool crew_use_kept(struct gem_bo **slot, bool may_lend);

/** A number below @limit, by random, of this process's own sequence. */
uint32_t crew_below(uint32_t limit);

#endif

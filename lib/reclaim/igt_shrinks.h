/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: which shrinkers did the kernel's own reclaim call, on whose behalf, and what did they
 * say they freed?
 *
 * From the tracepoints around each call, so a shrinker that frees without saying so shows, and so
 * does one that nobody calls. What a test does through debugfs is not among it.
 *
 *	igt_shrinks_start(dev);
 *	igt_reclaim(dev, RECLAIM_PRESSURE_ANON, bo->bytes);
 *	igt_assert_lt(0, igt_shrinks().direct_calls);
 */
#ifndef IGT_SHRINKS_H
#define IGT_SHRINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "reclaim/igt_events.h"

struct gem_device;

/** What who wants memory lets the kernel do for it. */
enum igt_reclaimer {
	IGT_RECLAIMER_ANY,  /**< all it can */
	IGT_RECLAIMER_NOFS, /**< enter no file system: GFP_NOFS */
	IGT_RECLAIMER_NOIO, /**< do no I/O either: GFP_NOIO */
};

/** What was asked of the shrinker of a device, and what came of it. */
struct igt_shrinks {
	uint64_t calls;		/**< that have ended */
	uint64_t direct_calls;	/**< of them not by kswapd: of who wanted memory, or dropped caches */
	uint64_t own_calls;	/**< of them by this process */
	uint64_t nofs_calls;	/**< of them for who may not enter a file system, */
	uint64_t noio_calls;	/**< and of these, nor do I/O */
	uint64_t nofs_freed;	/**< objects that these calls said they freed, of both kinds */
	uint64_t counted;	/**< objects that it counted, of all calls together */
	uint64_t freed;		/**< objects that it said it freed */
};

/**
 * Watch the shrinker of @dev until the subtest, or when a fixture calls this, the test ends, or
 * until it is called again. Traces do not tell which one that is, so for a moment memory is lent
 * and caches are dropped: what was lent before is purged. Skips where the kernel has no such
 * tracepoints; fails when reclaim calls no shrinker that counts the memory of @dev.
 */
void igt_shrinks_start(struct gem_device *dev);

/** All calls since the start. */
struct igt_shrinks igt_shrinks(void);

/** The function that is called, as the kernel names it: "drm_gem_shmem_shrinker_scan". */
const char *igt_shrinks_function(void);

/** One call of a shrinker, from the event of its start or of its end. */
struct igt_shrink {
	char function[64];  /**< that scans */
	uint64_t shrinker;  /**< its address, or what the kernel shows instead */
	bool ended;	    /**< it is the end of it */
	uint64_t counted;   /**< at its start: objects it has */
	enum igt_reclaimer reclaimer; /**< at its start: on whose behalf */
	uint64_t freed;	    /**< at its end: objects it says it freed */
};

/** On whose behalf an event of vmscan is, by the flags in its details, "gfp_flags=GFP_NOIO". */
enum igt_reclaimer igt_reclaimer_parse(const char *details);

/** Parse such an event. Returns 0, or -EINVAL for another one. */
int igt_shrink_parse(const struct igt_event *event, struct igt_shrink *ret_shrink);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The kernel's shrinker for a device's BOs, driven through debugfs (CONFIG_SHRINKER_DEBUG).
 *
 * Its name is whatever the driver chose, so it is found by behaviour: it is the one whose count
 * rises by N when N pages are lent, and falls by N when they are freed.
 */
#ifndef IGT_SHRINKER_H
#define IGT_SHRINKER_H

#include <stdint.h>

struct gem_device;

/** A shrinker of the kernel. */
struct igt_shrinker {
	char name[256]; /**< directory below /sys/kernel/debug/shrinker */
};

/** What a trigger freed, as the shrinker's own count tells. */
struct igt_reclaimed {
	uint64_t pages;	     /**< by which the count fell */
	unsigned int writes; /**< to the kernel's file that it took */
};

/**
 * Sum up the text of a count file: per memory cgroup a line "<inode> <node 0> <node 1> ...", and
 * no line at all when there is nothing to free. Returns 0, or -EINVAL for any other text.
 */
int igt_shrinker_parse_count(const char *text, uint64_t *ret_pages);

/**
 * Find the shrinker of @dev, lending some memory for a moment. Returns 0;
 * -EOPNOTSUPP with a sentence for the user in @ret_why: debugfs cannot be used here;
 * -ENXIO: no shrinker counts what was lent; or another negative errno from reading debugfs.
 */
int igt_shrinker_find(struct gem_device *dev, struct igt_shrinker *ret_shrinker,
		      const char **ret_why);

/** Pages the shrinker says it could free now. Returns 0 or a negative errno. */
int igt_shrinker_count(const struct igt_shrinker *shrinker, uint64_t *ret_pages);

/** Have it look at @pages pages, once. Returns 0 or a negative errno. */
int igt_shrinker_scan_once(const struct igt_shrinker *shrinker, uint64_t pages);

/**
 * Scan until the count stops falling, 20 times at most. Returns 0 or a negative errno.
 *
 * One scan may legally stop early: a lock that is held makes it pass over a BO, and some versions
 * report no progress after freeing what they found. So the end is two scans without effect.
 */
int igt_shrinker_scan(const struct igt_shrinker *shrinker, struct igt_reclaimed *ret_reclaimed);

#endif

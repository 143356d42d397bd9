/* SPDX-License-Identifier: MIT */
/**
 * Telling a device's shrinker from all others, by lending memory and watching the counts.
 */
#define IGT_LOG_DOMAIN "igt_shrinker"
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/vfs.h>

#include "gem/gem_bo.h"
#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_log.h"
#include "reclaim/igt_shrinker.h"

#define DEBUGFS "/sys/kernel/debug"
#define DIRECTORY DEBUGFS "/shrinker"
#define DEBUGFS_MAGIC_NUMBER 0x64626720 /* DEBUGFS_MAGIC of linux/magic.h */

/* The host answers the freeing of a BO in its own time. */
#define SETTLE_MS 2000

struct sample {
	struct igt_shrinker shrinker;
	uint64_t pages;
};

struct samples {
	struct sample *list;
	unsigned int count;
};

static void samples_free(struct samples *samples)
{
	free(samples->list);
}

#define _cleanup_samples_ __attribute__((cleanup(samples_free)))

static int check_debugfs(const char **ret_why)
{
	struct statfs fs;

	if (statfs(DEBUGFS, &fs) < 0 || fs.f_type != DEBUGFS_MAGIC_NUMBER)
		*ret_why = "debugfs is not mounted: mount -t debugfs none " DEBUGFS;
	else if (access(DEBUGFS, R_OK | X_OK) < 0)
		*ret_why = "debugfs cannot be read: run as root";
	else if (access(DIRECTORY, R_OK | X_OK) < 0)
		*ret_why = DIRECTORY " is missing: the kernel needs CONFIG_SHRINKER_DEBUG";
	else
		return 0;
	return -EOPNOTSUPP;
}

/* Most are of a file system's dentries and inodes (fs/super.c), and reading them takes its time. */
static bool holds_no_bos(const char *name)
{
	return strncmp(name, "sb-", 3) == 0;
}

/* The counts of all shrinkers that may be it. One that goes away meanwhile is not ours. */
static int take_samples(struct samples *ret_samples)
{
	_cleanup_closedir_ DIR *directory = opendir(DIRECTORY);
	_cleanup_samples_ struct samples samples = {NULL, 0};
	struct dirent *entry;

	if (!directory)
		return -errno;
	while ((entry = readdir(directory))) {
		struct sample sample = {0}, *grown;
		size_t length = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || length >= sizeof(sample.shrinker.name) ||
		    holds_no_bos(entry->d_name))
			continue;
		memcpy(sample.shrinker.name, entry->d_name, length + 1);
		if (igt_shrinker_count(&sample.shrinker, &sample.pages) < 0)
			continue;
		grown = reallocarray(samples.list, samples.count + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		samples.list = grown;
		samples.list[samples.count++] = sample;
	}
	*ret_samples = samples;
	samples.list = NULL;
	return 0;
}

/* The count of the same shrinker now is @base + @change. */
static bool count_is(const struct sample *base, uint64_t change)
{
	uint64_t pages;

	return igt_shrinker_count(&base->shrinker, &pages) == 0 && pages == base->pages + change;
}

/*
 * A BO that is freed leaves its shrinker only when the host has answered, maybe after the first
 * look at the counts. The host answers in order: when it has made one more BO, which is what the
 * returned one waited for, it is done with all that were freed before.
 */
static struct gem_bo *await_earlier_frees(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, igt_page_size());

	gem_bo_wait_idle(bo);
	return bo;
}

/* Lend @pages and see which counts follow, up and down. Returns how many did; one in @ret_found. */
static int count_followers(struct gem_device *dev, uint64_t pages, struct igt_shrinker *ret_found)
{
	_cleanup_samples_ struct samples before = {NULL, 0};
	_cleanup_free_ bool *rose = NULL;
	struct gem_bo *bo, *barrier;
	int r, followers = 0;

	barrier = await_earlier_frees(dev);
	r = take_samples(&before);
	rose = calloc(before.count + 1, sizeof(*rose));
	if (r == 0 && !rose)
		r = -ENOMEM;
	if (r < 0) {
		gem_bo_free(barrier);
		return r;
	}
	bo = gem_bo_touched(dev, pages * igt_page_size());
	gem_bo_madvise(bo, GEM_DONTNEED);
	for (unsigned int i = 0; i < before.count; i++)
		rose[i] = count_is(&before.list[i], pages);
	gem_bo_free(bo);
	for (unsigned int i = 0; i < before.count; i++) {
		if (!rose[i] || !igt_wait(count_is(&before.list[i], 0), SETTLE_MS, 1))
			continue;
		*ret_found = before.list[i].shrinker;
		followers++;
	}
	gem_bo_free(barrier);
	return followers;
}

int igt_shrinker_find(struct gem_device *dev, struct igt_shrinker *ret_shrinker,
		      const char **ret_why)
{
	/* Odd sizes, so that no cache of something else changes by as much at that moment. */
	static const uint64_t tries[] = {257, 389, 521, 769};
	struct igt_shrinker found;
	int r;

	r = check_debugfs(ret_why);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < ARRAY_SIZE(tries); i++) {
		r = count_followers(dev, tries[i], &found);
		if (r < 0)
			return r;
		if (r == 1) {
			igt_debug("shrinker of this device: %s\n", found.name);
			*ret_shrinker = found;
			return 0;
		}
		igt_debug("%d shrinkers follow %" PRIu64 " lent pages\n", r, tries[i]);
		/* Something else moved; give it longer each time. */
		igt_pause_ms(10u << i);
	}
	return -ENXIO;
}

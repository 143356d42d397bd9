/* SPDX-License-Identifier: MIT */
/**
 * Counting and scanning through /sys/kernel/debug/shrinker.
 */
#define IGT_LOG_DOMAIN "igt_shrinker"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_log.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_shrinker.h"

#define DIRECTORY "/sys/kernel/debug/shrinker"

/*
 * More than any list of BOs here, and less than 2^32: GEM keeps the number in 32 bits, so a
 * larger one could wrap to a scan of nothing.
 */
#define SCAN_ALL 1000000

#define MAX_SCANS 20
#define IDLE_SCANS 2

int igt_shrinker_parse_count(const char *text, uint64_t *ret_pages)
{
	uint64_t pages = 0;

	while (*text) {
		unsigned int fields = 0;

		while (*text && *text != '\n') {
			unsigned long long value;
			char *end;

			if (!isdigit((unsigned char)*text))
				return -EINVAL;
			errno = 0;
			value = strtoull(text, &end, 10);
			if (errno)
				return -EINVAL;
			/* The first field is the inode number of the cgroup. */
			if (fields++ > 0)
				pages += value;
			text = end + strspn(end, " ");
			if (text == end && *text && *text != '\n')
				return -EINVAL;
		}
		if (fields < 2)
			return -EINVAL;
		text += *text == '\n';
	}
	*ret_pages = pages;
	return 0;
}

int igt_shrinker_count(const struct igt_shrinker *shrinker, uint64_t *ret_pages)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	if (asprintf(&path, DIRECTORY "/%s/count", shrinker->name) < 0)
		return -ENOMEM;
	r = igt_file_read(path, &text);
	if (r < 0)
		return r;
	return igt_shrinker_parse_count(text, ret_pages);
}

int igt_shrinker_scan_once(const struct igt_shrinker *shrinker, uint64_t pages)
{
	_cleanup_free_ char *path = NULL, *text = NULL;

	/* Root cgroup, node 0: GEM's shrinkers are neither memcg- nor NUMA-aware. */
	if (asprintf(&path, DIRECTORY "/%s/scan", shrinker->name) < 0 ||
	    asprintf(&text, "0 0 %llu\n", (unsigned long long)pages) < 0)
		return -ENOMEM;
	return igt_file_write(path, text);
}

int igt_shrinker_scan(const struct igt_shrinker *shrinker, struct igt_reclaimed *ret_reclaimed)
{
	struct igt_reclaimed done = {0};
	unsigned int idle = 0;
	uint64_t count;
	int r;

	r = igt_shrinker_count(shrinker, &count);
	while (r == 0 && idle < IDLE_SCANS && done.writes < MAX_SCANS) {
		uint64_t before = count;

		r = igt_shrinker_scan_once(shrinker, SCAN_ALL);
		if (r == 0)
			r = igt_shrinker_count(shrinker, &count);
		if (r < 0)
			break;
		done.writes++;
		done.pages += before > count ? before - count : 0;
		idle = before > count ? 0 : idle + 1;
	}
	if (r < 0)
		return r;
	igt_debug("%s: %" PRIu64 " pages freed in %u scans, %" PRIu64 " left\n", shrinker->name,
		  done.pages, done.writes, count);
	*ret_reclaimed = done;
	return 0;
}

/* SPDX-License-Identifier: MIT */
/**
 * Dropping slab caches, and watching one shrinker meanwhile.
 */
#define IGT_LOG_DOMAIN "igt_drop_caches"
#include <inttypes.h>

#include "igt_log.h"
#include "reclaim/igt_drop_caches.h"
#include "reclaim/igt_files.h"

#define MAX_WRITES 50

int igt_drop_caches(const struct igt_shrinker *shrinker, uint64_t pages,
		    struct igt_reclaimed *ret_reclaimed)
{
	struct igt_reclaimed done = {0};
	uint64_t count;
	int r;

	r = igt_shrinker_count(shrinker, &count);
	while (r == 0 && done.pages < pages && done.writes < MAX_WRITES) {
		uint64_t before = count;

		r = igt_file_write("/proc/sys/vm/drop_caches", "2\n");
		if (r == 0)
			r = igt_shrinker_count(shrinker, &count);
		if (r < 0)
			break;
		done.writes++;
		done.pages += before > count ? before - count : 0;
	}
	if (r < 0)
		return r;
	igt_debug("%s: %" PRIu64 " pages freed in %u writes\n", shrinker->name, done.pages,
		  done.writes);
	*ret_reclaimed = done;
	return 0;
}

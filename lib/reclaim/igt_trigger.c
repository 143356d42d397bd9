/* SPDX-License-Identifier: MIT */
/**
 * Having the kernel reclaim, and watching one shrinker meanwhile.
 */
#define IGT_LOG_DOMAIN "igt_trigger"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_trigger.h"

/* Each write is slow, and how much of one shrinker it covers is the kernel's affair. */
#define MAX_WRITES 50
#define MAX_MS 20000

/* What is asked of memory.reclaim when nothing is expected of it. */
#define SOME_BYTES MiB(16)

/* Write @text into @path until enough is freed. EAGAIN: it found less than it was asked for. */
static int write_until(const char *path, const char *text, const struct igt_shrinker *shrinker,
		       uint64_t pages, struct igt_reclaimed *ret_reclaimed)
{
	const uint64_t end = igt_now_ns() + (uint64_t)MAX_MS * 1000000;
	struct igt_reclaimed done = {0};
	uint64_t count;
	int r;

	r = igt_shrinker_count(shrinker, &count);
	if (r < 0)
		return r;
	do {
		const uint64_t before = count;

		r = igt_file_write(path, text);
		if (r == 0 || r == -EAGAIN)
			r = igt_shrinker_count(shrinker, &count);
		if (r < 0)
			return r;
		done.writes++;
		done.pages += before > count ? before - count : 0;
	} while (done.pages < pages && done.writes < MAX_WRITES && igt_now_ns() < end);
	*ret_reclaimed = done;
	return 0;
}

int igt_drop_caches(const struct igt_shrinker *shrinker, uint64_t pages,
		    struct igt_reclaimed *ret_reclaimed)
{
	return write_until("/proc/sys/vm/drop_caches", "2\n", shrinker, pages, ret_reclaimed);
}

int igt_proactive_reclaim(const struct igt_shrinker *shrinker, uint64_t pages,
			  struct igt_reclaimed *ret_reclaimed)
{
	_cleanup_free_ char *root = NULL, *path = NULL, *text = NULL;
	int r = igt_cgroup_root(&root);

	errno = 0;
	igt_require_f(r == 0, "Reclaim cannot be triggered: cgroup v2 is not mounted\n");
	if (asprintf(&path, "%s/memory.reclaim", root) < 0 ||
	    asprintf(&text, "%" PRIu64, pages ? pages * igt_page_size() : SOME_BYTES) < 0)
		return -ENOMEM;
	r = access(path, F_OK);
	errno = 0;
	igt_require_f(r == 0, "Reclaim cannot be triggered: there is no %s: the kernel is older "
		      "than 5.19\n", path);
	return write_until(path, text, shrinker, pages, ret_reclaimed);
}

/* --- pressure ------------------------------------------------------------------------------- */

struct watch {
	const struct igt_shrinker *shrinker;
	uint64_t first, last; /* what it counted */
	uint64_t pages;	      /* to be freed; 0: whatever it frees is not enough */
	int result;
};

static bool enough(void *data)
{
	struct watch *watch = data;

	watch->result = igt_shrinker_count(watch->shrinker, &watch->last);
	if (watch->result < 0)
		return true;
	return watch->pages && watch->last + watch->pages <= watch->first;
}

int igt_press(const struct igt_shrinker *shrinker, enum igt_pressure_kind kind, uint64_t pages,
	      struct igt_reclaimed *ret_reclaimed)
{
	struct watch watch = {.shrinker = shrinker, .pages = pages};
	int r = igt_shrinker_count(shrinker, &watch.first);

	if (r < 0)
		return r;
	igt_pressure_machine(kind, watch.first * igt_page_size(), enough, &watch);
	if (watch.result == 0)
		watch.result = igt_shrinker_count(shrinker, &watch.last);
	if (watch.result < 0)
		return watch.result;
	ret_reclaimed->writes = 1;
	ret_reclaimed->pages = watch.first > watch.last ? watch.first - watch.last : 0;
	return 0;
}

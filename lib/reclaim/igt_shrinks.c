/* SPDX-License-Identifier: MIT */
/**
 * Calls of shrinkers, collected from a trace.
 */
#define IGT_LOG_DOMAIN "igt_shrinks"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt_aux.h"
#include "igt_core.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_shrinks.h"

/* Odd numbers of pages, so that nothing else counts as many by chance. */
static const uint64_t lent_pages[] = {257, 389, 521, 769};

/* A call that has started; no more than there are threads in it. */
struct open_call {
	int pid; /* 0: none */
	enum igt_reclaimer reclaimer;
};

static struct {
	struct igt_events *events;
	uint64_t shrinker; /* the device's; 0: not found yet */
	char function[64];
	struct igt_shrinks sum;
	struct open_call open[256];
	uint64_t looked_for; /* what the device's counts, until it is found */
} shrinks;

/* --- parser --------------------------------------------------------------------------------- */

/* The number behind @words in @text. */
static int number_after(const char *text, const char *words, uint64_t *ret_value)
{
	const char *at = strstr(text, words);
	char *end;

	if (!at)
		return -EINVAL;
	at += strlen(words);
	if (!isdigit((unsigned char)*at))
		return -EINVAL;
	errno = 0;
	*ret_value = strtoull(at, &end, 10);
	return errno || (*end && !isspace((unsigned char)*end)) ? -EINVAL : 0;
}

/* "drm_gem_shmem_shrinker_scan+0x0/0x1e0 [drm_shmem_helper] 000000008526a017: nid: 0 ..." */
static int parse_who(const char *details, struct igt_shrink *shrink)
{
	const size_t length = strcspn(details, "+ ");
	const char *colon = strstr(details, ": nid: "), *at = colon;

	if (!length || length >= sizeof(shrink->function) || !colon || colon < details + length)
		return -EINVAL;
	memcpy(shrink->function, details, length);
	while (at > details + length && isxdigit((unsigned char)at[-1]))
		at--;
	if (at == colon || at[-1] != ' ')
		return -EINVAL;
	shrink->shrinker = strtoull(at, NULL, 16);
	return 0;
}

/* One of "A|B|C" is @name. */
static bool has_flag(const char *flags, size_t length, const char *name)
{
	const size_t of_name = strlen(name);

	for (size_t at = 0; at < length; at += 1 + strcspn(flags + at, "| "))
		if (at + of_name <= length && strncmp(flags + at, name, of_name) == 0 &&
		    strchr("| \n", flags[at + of_name]))
			return true;
	return false;
}

/* The kernel writes what flags have in common as one, and the rest behind it. */
enum igt_reclaimer igt_reclaimer_parse(const char *details)
{
	const char *flags = strstr(details, "gfp_flags");
	size_t length;

	if (!flags)
		return IGT_RECLAIMER_ANY;
	flags += strlen("gfp_flags");
	if (*flags != '=' && *flags != ' ')
		return IGT_RECLAIMER_ANY;
	flags++;
	length = strcspn(flags, " \n");
	if (has_flag(flags, length, "__GFP_FS"))
		return IGT_RECLAIMER_ANY;
	if (has_flag(flags, length, "GFP_NOFS"))
		return IGT_RECLAIMER_NOFS;
	if (!has_flag(flags, length, "GFP_NOIO"))
		return IGT_RECLAIMER_ANY;
	return has_flag(flags, length, "__GFP_IO") ? IGT_RECLAIMER_NOFS : IGT_RECLAIMER_NOIO;
}

int igt_shrink_parse(const struct igt_event *event, struct igt_shrink *ret_shrink)
{
	struct igt_shrink shrink = {0};
	int r;

	if (parse_who(event->details, &shrink) < 0)
		return -EINVAL;
	shrink.ended = strcmp(event->name, "mm_shrink_slab_end") == 0;
	if (shrink.ended)
		r = number_after(event->details, "last shrinker return val ", &shrink.freed);
	else if (strcmp(event->name, "mm_shrink_slab_start") == 0)
		r = number_after(event->details, "cache items ", &shrink.counted);
	else
		r = -EINVAL;
	if (!shrink.ended)
		shrink.reclaimer = igt_reclaimer_parse(event->details);
	if (r == 0)
		*ret_shrink = shrink;
	return r;
}

/* --- collecting ----------------------------------------------------------------------------- */

/* The place of the thread's call, or one for it; the last one when there are too many. */
static struct open_call *call_of(int pid)
{
	struct open_call *free = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(shrinks.open); i++) {
		if (shrinks.open[i].pid == pid)
			return &shrinks.open[i];
		if (!free && !shrinks.open[i].pid)
			free = &shrinks.open[i];
	}
	return free ?: &shrinks.open[ARRAY_SIZE(shrinks.open) - 1];
}

/* Only its start tells on whose behalf a call is, only its end what came of it. */
static void sum_up_limited(const struct igt_event *event, const struct igt_shrink *shrink)
{
	struct open_call *call = call_of(event->pid);

	if (!shrink->ended) {
		*call = (struct open_call){event->pid, shrink->reclaimer};
		return;
	}
	if (call->pid == event->pid && call->reclaimer != IGT_RECLAIMER_ANY) {
		shrinks.sum.nofs_calls++;
		shrinks.sum.noio_calls += call->reclaimer == IGT_RECLAIMER_NOIO;
		shrinks.sum.nofs_freed += shrink->freed;
	}
	*call = (struct open_call){0};
}

static void sum_up(const struct igt_event *event, void *data)
{
	struct igt_shrink shrink;

	if (igt_shrink_parse(event, &shrink) < 0 || shrink.shrinker != shrinks.shrinker)
		return;
	sum_up_limited(event, &shrink);
	shrinks.sum.counted += shrink.counted;
	if (!shrink.ended)
		return;
	shrinks.sum.calls++;
	shrinks.sum.direct_calls += strncmp(event->task, "kswapd", strlen("kswapd")) != 0;
	shrinks.sum.own_calls += event->pid == getpid();
	shrinks.sum.freed += shrink.freed;
}

static void recognise(const struct igt_event *event, void *data)
{
	struct igt_shrink shrink;

	if (igt_shrink_parse(event, &shrink) < 0 || shrink.ended ||
	    shrink.counted != shrinks.looked_for)
		return;
	shrinks.shrinker = shrink.shrinker;
	snprintf(shrinks.function, sizeof(shrinks.function), "%s", shrink.function);
}

static void ignore(const struct igt_event *event, void *data)
{
}

/* The one that has counted as many pages as the shrinker in debugfs does, with @pages lent. */
static bool find(struct gem_device *dev, uint64_t pages)
{
	struct gem_bo *bo = gem_bo_touched(dev, pages * igt_page_size());
	int r;

	gem_bo_madvise(bo, GEM_DONTNEED);
	shrinks.looked_for = igt_reclaimable(dev) / igt_page_size();
	r = igt_file_write("/proc/sys/vm/drop_caches", "2\n");
	igt_assert_f(r == 0, "dropping caches: %s\n", strerror(-r));
	gem_bo_free(bo);
	igt_events_read(shrinks.events, recognise, NULL);
	return shrinks.shrinker;
}

static void forget(void *data)
{
	memset(&shrinks, 0, sizeof(shrinks));
}

/* --- for tests ------------------------------------------------------------------------------ */

void igt_shrinks_start(struct gem_device *dev)
{
	static const struct igt_event_choice choices[] = {
		{"vmscan/mm_shrink_slab_start", NULL},
		{"vmscan/mm_shrink_slab_end", NULL},
	};
	struct igt_events *events;
	bool found = false;

	igt_reclaim_require(dev);
	igt_events_stop(shrinks.events);
	forget(NULL);
	events = igt_events_start(choices, ARRAY_SIZE(choices));
	/* Behind the hook that ends the events, so that this is called first. */
	igt_on_subtest_end(forget, NULL);
	shrinks.events = events;
	for (unsigned int i = 0; i < ARRAY_SIZE(lent_pages) && !found; i++)
		found = find(dev, lent_pages[i]);
	errno = 0;
	igt_assert_f(found, "reclaim calls no shrinker that counts the pages that BOs lend\n");
	igt_events_read(shrinks.events, ignore, NULL);
	igt_debug("the shrinker of this device is called by %s()\n", shrinks.function);
}

struct igt_shrinks igt_shrinks(void)
{
	igt_assert_f(shrinks.events, "igt_shrinks_start() comes first\n");
	igt_events_read(shrinks.events, sum_up, NULL);
	return shrinks.sum;
}

const char *igt_shrinks_function(void)
{
	return shrinks.function;
}

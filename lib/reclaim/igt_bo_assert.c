/* SPDX-License-Identifier: MIT */
/**
 * The oracles put together: retained flag, contents, SIGBUS, faults.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "reclaim/igt_bo_assert.h"
#include "reclaim/igt_fault.h"

/* "subtest: claim: BO 1: what was found", and the end of the subtest. */
static _Noreturn __attribute__((format(printf, 4, 5)))
void broken(const struct gem_bo *bo, const char *claim, struct igt_place place,
	    const char *format, ...)
{
	char found[256];
	va_list args;

	va_start(args, format);
	vsnprintf(found, sizeof(found), format, args);
	va_end(args);
	/* Whatever call failed last is none of this. */
	errno = 0;
	igt__fail_assert(IGT_LOG_DOMAIN, place.file, place.line, place.function, claim,
			 "%s: %s: %s of %" PRIu64 " pages: %s\n", igt_subtest_name() ?: "fixture",
			 claim, bo->label, bo->pages, found);
}

static void assert_retained_flag(struct gem_bo *bo, bool expected, const char *claim,
				 struct igt_place place)
{
	bool retained;

	if (!bo->handle)
		return;
	retained = gem_bo_madvise(bo, bo->advice);
	if (retained != expected)
		broken(bo, claim, place, "the kernel tells retained = %d, expected %d", retained,
		       expected);
}

struct check {
	struct gem_bo *bo;
	uint64_t first; /* page, and how many from there on */
	uint64_t pages;
	struct igt_mismatch bad;
	uint64_t faults;
	bool good;
};

static void check_content(void *data)
{
	struct check *check = data;

	check->good = igt_pattern_check_range(check->bo->map, check->first, check->pages,
					      check->bo->pattern, &check->bad);
}

static void count_faults(void *data)
{
	struct check *check = data;

	check->faults = igt_faults_reading(check->bo->map, check->bo->bytes);
}

static uint64_t page_of(const struct gem_bo *bo, const void *address)
{
	return (uint64_t)((const char *)address - (const char *)bo->map) / igt_page_size();
}

/* Run @function over the mapping; a SIGBUS on the way breaks the claim. */
static void read_pages(struct check *check, void (*function)(void *data), const char *claim,
		       struct igt_place place)
{
	struct igt_sigbus signal;

	if (!check->bo->map)
		gem_bo_map(check->bo);
	signal = igt_sigbus_catch(function, check);
	if (signal.raised)
		broken(check->bo, claim, place,
		       "reading page %" PRIu64 " raises SIGBUS, expected contents",
		       page_of(check->bo, signal.address));
}

void igt__assert_bo_range(struct gem_bo *bo, uint64_t first, uint64_t pages, const char *claim,
			  struct igt_place place)
{
	struct check check = {.bo = bo, .first = first, .pages = pages};
	char text[160];

	igt_assert_f(bo->filled, "%s has no contents to compare with\n", bo->label);
	read_pages(&check, check_content, claim, place);
	if (check.good)
		return;
	igt_mismatch_format(&check.bad, bo->pages, text, sizeof(text));
	broken(bo, claim, place, "%s", text);
}

void igt__assert_bo_content(struct gem_bo *bo, const char *claim, struct igt_place place)
{
	igt__assert_bo_range(bo, 0, bo->pages, claim, place);
}

void igt__assert_bo_retained(struct gem_bo *bo, const char *claim, struct igt_place place)
{
	assert_retained_flag(bo, true, claim, place);
	igt__assert_bo_content(bo, claim, place);
}

/* Retained, read with @faults page faults, and as it was filled. */
static void assert_read_with(struct gem_bo *bo, uint64_t faults, const char *claim,
			     struct igt_place place)
{
	struct check check = {.bo = bo};

	assert_retained_flag(bo, true, claim, place);
	read_pages(&check, count_faults, claim, place);
	if (check.faults != faults)
		broken(bo, claim, place,
		       "%" PRIu64 " of its pages take a fault to be read, expected %" PRIu64,
		       check.faults, faults);
	igt__assert_bo_content(bo, claim, place);
}

void igt__assert_bo_resident(struct gem_bo *bo, const char *claim, struct igt_place place)
{
	assert_read_with(bo, 0, claim, place);
}

void igt__assert_bo_evicted(struct gem_bo *bo, const char *claim, struct igt_place place)
{
	assert_read_with(bo, bo->pages, claim, place);
}

static void assert_page_dead(const struct gem_bo *bo, void *map, uint64_t page,
			     enum igt_access access, const char *claim, struct igt_place place)
{
	/* Behind the word at the page's start, so that a write that goes through spoils no mark. */
	void *at = (char *)map + page * igt_page_size() + sizeof(uint64_t);
	struct igt_sigbus signal = igt_sigbus_probe(at, access);
	const char *verb = access == IGT_ACCESS_READ ? "reading" : "writing";

	if (!signal.raised)
		broken(bo, claim, place, "%s page %" PRIu64 " of %" PRIu64
		       " succeeds, expected SIGBUS", verb, page, bo->pages);
	if (signal.code != BUS_ADRERR)
		broken(bo, claim, place, "%s page %" PRIu64 " of %" PRIu64
		       " raises SIGBUS with code %d, expected BUS_ADRERR (%d)", verb, page,
		       bo->pages, signal.code, BUS_ADRERR);
}

void igt__assert_map_dead(struct gem_bo *bo, void *map, const char *claim,
			  struct igt_place place)
{
	const uint64_t pages[] = {0, bo->pages / 2, bo->pages - 1};

	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		assert_page_dead(bo, map, pages[i], IGT_ACCESS_READ, claim, place);
		assert_page_dead(bo, map, pages[i], IGT_ACCESS_WRITE, claim, place);
	}
}

void igt__assert_bo_purged(struct gem_bo *bo, const char *claim, struct igt_place place)
{
	assert_retained_flag(bo, false, claim, place);
	if (bo->map)
		igt__assert_map_dead(bo, bo->map, claim, place);
}

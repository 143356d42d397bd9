/* SPDX-License-Identifier: MIT */
/**
 * Mappings of a BO that are private, executable, partial, several, or in pieces.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/mapping.h"

#define PAGES 64

/* Room for one mapping, and one page more. */
#define PLACE_BYTES ((PAGES + 1) * igt_page_size())

static void free_place(void *place)
{
	munmap(place, PLACE_BYTES);
}

/* @pages of @bo from @first on, mapped until the subtest ends; NULL and errno if not. */
static char *map_part(struct gem_bo *bo, uint64_t first, uint64_t pages, int prot, int flags)
{
	void *map, *place = mmap(NULL, PLACE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t offset = 0;

	igt_assert(place != MAP_FAILED);
	igt_on_subtest_end(free_place, place);
	igt_assert_eq(gem_bo_map_offset(bo, &offset), 0);
	map = mmap(place, pages * igt_page_size(), prot, flags | MAP_FIXED, bo->dev->fd,
		   (off_t)(offset + first * igt_page_size()));
	return map == MAP_FAILED ? NULL : map;
}

static void assert_refused(const void *map, const char *what)
{
	igt_assert_f(!map && errno == EINVAL, "%s: %s, expected %s\n", what,
		     map ? "mapped" : strerror(errno), strerror(EINVAL));
	errno = 0;
}

/**
 * MA22: a BO is mapped shared and from its start, no further than it goes.
 */
void mapping_odd_ways_are_refused(struct gem_device *dev)
{
	const int rw = PROT_READ | PROT_WRITE;
	struct gem_bo *bo;
	char *code;

	bo = gem_bo_filled(dev, PAGES * igt_page_size());
	assert_refused(map_part(bo, 0, PAGES, rw, MAP_PRIVATE), "a private mapping");
	assert_refused(map_part(bo, 0, PAGES, PROT_READ, MAP_PRIVATE),
		       "a private mapping to read");
	assert_refused(map_part(bo, 0, PAGES + 1, rw, MAP_SHARED), "more than the BO has");
	assert_refused(map_part(bo, 1, PAGES - 1, rw, MAP_SHARED), "an offset inside the BO");
	assert_refused(map_part(bo, PAGES, 1, rw, MAP_SHARED), "an offset behind the BO");
	igt_assert_bo_retained(bo, "mappings that are refused change nothing");

	/* Whether one may be executed is the system's policy; its pages are the BO's anyway. */
	code = map_part(bo, 0, PAGES, PROT_READ | PROT_EXEC, MAP_SHARED);
	igt_info("an executable mapping: %s\n", code ? "mapped" : strerror(errno));
	igt_assert_f(code || errno == EINVAL || errno == EACCES || errno == EPERM,
		     "an executable mapping: %s\n", strerror(errno));
	if (code)
		igt_assert_eq(memcmp(code, bo->map, PAGES * igt_page_size()), 0);
	igt_assert_bo_retained(bo, "an executable mapping changes nothing");
}

static void assert_dead(char *map, uint64_t page, enum igt_access access, const char *piece)
{
	char *at = map + page * igt_page_size() + sizeof(uint64_t);
	const struct igt_sigbus signal = igt_sigbus_probe(at, access);

	igt_assert_f(signal.raised, "%s page %" PRIu64 " of %s succeeds, expected SIGBUS\n",
		     access == IGT_ACCESS_READ ? "reading" : "writing", page, piece);
}

static void assert_alive(char *map, uint64_t page, const char *piece)
{
	const struct igt_sigbus signal =
		igt_sigbus_probe(map + page * igt_page_size(), IGT_ACCESS_READ);

	igt_assert_f(!signal.raised, "reading page %" PRIu64 " of %s raises SIGBUS\n", page, piece);
}

/* What is mapped instead keeps others from moving in. */
static void punch(char *map, uint64_t first, uint64_t pages)
{
	void *hole = mmap(map + first * igt_page_size(), pages * igt_page_size(), PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	igt_assert(hole != MAP_FAILED);
}

static void protect(char *map, uint64_t first, uint64_t pages, int prot)
{
	igt_assert(mprotect(map + first * igt_page_size(), pages * igt_page_size(), prot) == 0);
}

/* The page of @bo that @page shows, or that many if none. */
static uint64_t page_shown(const struct gem_bo *bo, const char *page)
{
	uint64_t i = 0;

	while (i < PAGES && memcmp(page, (char *)bo->map + i * igt_page_size(), igt_page_size()))
		i++;
	return i;
}

/**
 * CO07: each piece of a mapping that was cut up before anybody touched it shows its own part of
 * the BO. B43: all of them showed it from its start on.
 */
void mapping_pieces_show_their_part(struct gem_device *dev)
{
	const uint64_t quarter = PAGES / 4;
	struct gem_bo *bo;
	char *map;

	bo = gem_bo_filled(dev, PAGES * igt_page_size());
	map = map_part(bo, 0, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED);
	igt_assert(map);
	punch(map, 0, quarter);
	protect(map, 2 * quarter, quarter, PROT_READ);
	for (uint64_t page = quarter; page < PAGES; page++) {
		const uint64_t shown = page_shown(bo, map + page * igt_page_size());

		igt_assert_f(shown == page, "page %" PRIu64 " of a mapping in pieces shows page %"
			     PRIu64 " of the BO (%u if none), expected %" PRIu64 "\n", page,
			     shown, PAGES, page);
	}
}

/**
 * PU16: a purge cuts off every piece of every mapping: of several, of the first part only, of one
 * with holes, of one with different protections.
 */
void mapping_pieces_all_die(struct gem_device *dev)
{
	const int rw = PROT_READ | PROT_WRITE;
	char *part, *holes, *patches;
	struct gem_bo *bo;

	igt_require_free_memory(PAGES * igt_page_size());
	bo = gem_bo_filled(dev, PAGES * igt_page_size());
	part = map_part(bo, 0, PAGES / 4, rw, MAP_SHARED);
	holes = map_part(bo, 0, PAGES, rw, MAP_SHARED);
	patches = map_part(bo, 0, PAGES, rw, MAP_SHARED);
	igt_assert(part && holes && patches);
	punch(holes, 0, PAGES / 8);
	punch(holes, PAGES / 2, PAGES / 8);
	protect(patches, PAGES / 4, PAGES / 4, PROT_READ);
	protect(patches, PAGES / 2, PAGES / 4, PROT_NONE);
	for (uint64_t page = 0; page < PAGES; page++) {
		if (page < PAGES / 4)
			assert_alive(part, page, "the first part");
		if (page / (PAGES / 8) != 0 && page / (PAGES / 8) != 4)
			assert_alive(holes, page, "a mapping with holes");
		if (page / (PAGES / 4) != 2)
			assert_alive(patches, page, "a mapping with patches");
	}

	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, bo->bytes);

	igt_assert_bo_purged(bo, "mappings in pieces do not hold the pages");
	/* What nobody could read before can be read no more after. */
	protect(patches, PAGES / 2, PAGES / 4, rw);
	for (uint64_t page = 0; page < PAGES; page++) {
		if (page < PAGES / 4)
			assert_dead(part, page, IGT_ACCESS_WRITE, "the first part");
		if (page / (PAGES / 8) != 0 && page / (PAGES / 8) != 4)
			assert_dead(holes, page, IGT_ACCESS_WRITE, "a mapping with holes");
		assert_dead(patches, page, IGT_ACCESS_READ, "a mapping with patches");
	}
}

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What a test claims about a BO, decided by all oracles that apply.
 *
 * @claim says what the kernel promises, in words; a failure prints it with the BO, what was
 * expected and what was found. To ask the kernel whether it has retained the contents, the last
 * advice is given once more, which changes nothing. A BO without a handle cannot be asked about;
 * its mapping alone decides.
 */
#ifndef IGT_BO_ASSERT_H
#define IGT_BO_ASSERT_H

#include "gem/gem_bo.h"
#include "reclaim/igt_sigbus.h"

/** Where an assertion stands. */
struct igt_place {
	const char *file;     /**< of the source */
	const char *function; /**< in it */
	int line;	      /**< in it */
};

/** The place where it is used. */
#define IGT__HERE ((struct igt_place){__FILE__, __func__, __LINE__})

/** The kernel says the contents are lost, and if it is mapped, reading it raises SIGBUS. */
#define igt_assert_bo_purged(bo, claim) igt__assert_bo_purged(bo, claim, IGT__HERE)
/** The kernel says it has the contents, and every page is as it was filled. */
#define igt_assert_bo_retained(bo, claim) igt__assert_bo_retained(bo, claim, IGT__HERE)
/** Retained, and reading it costs not one page fault: nothing was taken meanwhile. */
#define igt_assert_bo_resident(bo, claim) igt__assert_bo_resident(bo, claim, IGT__HERE)
/** Retained, and reading it costs a page fault a page: it was taken, and came back as it was. */
#define igt_assert_bo_evicted(bo, claim) igt__assert_bo_evicted(bo, claim, IGT__HERE)
/** Every page is as it was filled; the kernel is not asked. */
#define igt_assert_bo_content(bo, claim) igt__assert_bo_content(bo, claim, IGT__HERE)
/** igt_assert_bo_content() of @pages pages from page @first on, all that need be mapped. */
#define igt_assert_bo_range(bo, first, pages, claim)                                           \
	igt__assert_bo_range(bo, first, pages, claim, IGT__HERE)
/** Reading and writing the first, middle and last page at @map, of @bo, raises SIGBUS. */
#define igt_assert_map_dead(bo, map, claim) igt__assert_map_dead(bo, map, claim, IGT__HERE)

void igt__assert_bo_purged(struct gem_bo *bo, const char *claim, struct igt_place place);
void igt__assert_bo_retained(struct gem_bo *bo, const char *claim, struct igt_place place);
void igt__assert_bo_resident(struct gem_bo *bo, const char *claim, struct igt_place place);
void igt__assert_bo_evicted(struct gem_bo *bo, const char *claim, struct igt_place place);
void igt__assert_bo_content(struct gem_bo *bo, const char *claim, struct igt_place place);
void igt__assert_bo_range(struct gem_bo *bo, uint64_t first, uint64_t pages, const char *claim,
			  struct igt_place place);
void igt__assert_map_dead(struct gem_bo *bo, void *map, const char *claim,
			  struct igt_place place);

#endif

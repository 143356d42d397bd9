/* SPDX-License-Identifier: MIT */
/**
 * Advice for BOs that are shared.
 */
#include <errno.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/shared.h"

#define BO_BYTES MiB(1)

static void assert_refused(struct gem_bo *bo, const char *whose)
{
	uint32_t retained = 1;
	int r = gem_madvise_raw(bo->dev, bo->handle, GEM_DONTNEED, &retained);

	igt_assert_f(r == -EINVAL, "DONTNEED from the %s of a shared BO: %s, expected %s\n", whose,
		     r ? strerror(-r) : "accepted", strerror(EINVAL));
}

/**
 * MA19, PF03: none of the owners may lend a shared BO, for it is the others' too; WILLNEED is no
 * harm. Alone again, the owner may. B100: one could lend what another used.
 */
void shared_cannot_be_lent(struct gem_device *dev)
{
	struct gem_device *other;
	struct gem_bo *mine, *theirs;

	igt_require_free_memory(BO_BYTES);
	mine = gem_bo_filled(dev, BO_BYTES);
	other = gem_device_reopen(dev, /* render= */ true);
	theirs = gem_bo_import(other, gem_bo_export(mine), BO_BYTES);

	assert_refused(mine, "creator");
	assert_refused(theirs, "importer");
	igt_assert_f(gem_bo_madvise(mine, GEM_WILLNEED), "WILLNEED on a shared BO: not retained\n");
	igt_assert_f(gem_bo_madvise(theirs, GEM_WILLNEED), "WILLNEED on a shared BO: not retained\n");
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_resident(mine, "advice that was refused takes nothing");

	gem_bo_free(theirs);
	igt_assert_f(gem_bo_madvise(mine, GEM_DONTNEED), "DONTNEED, alone again: not retained\n");
	igt_assert_f(gem_bo_madvise(mine, GEM_WILLNEED), "WILLNEED, alone again: not retained\n");
	igt_assert_bo_content(mine, "a BO that was shared is whole");
	gem_device_close(other);
}

/**
 * PF11, DB05: lent first and exported then, a BO stays, for others may use it, and the kernel has
 * nothing to complain of. B112: it warned of its own state, on behalf of any user.
 */
void shared_lent_before_is_quiet(struct gem_device *dev)
{
	struct gem_device *other;
	struct gem_bo *mine, *theirs;

	igt_require_free_memory(BO_BYTES);
	igt_klog_start();
	mine = gem_bo_filled(dev, BO_BYTES);
	gem_bo_madvise(mine, GEM_DONTNEED);
	other = gem_device_reopen(dev, /* render= */ true);
	theirs = gem_bo_import(other, gem_bo_export(mine), BO_BYTES);

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_f(gem_bo_madvise(theirs, GEM_WILLNEED),
		     "the importer of a BO that was lent before is told not retained\n");
	igt_assert_f(gem_bo_madvise(mine, GEM_WILLNEED),
		     "the owner of a BO that is exported is told not retained\n");
	igt_assert_bo_content(mine, "a BO that is exported is not purged");
	gem_device_close(other);

	igt_klog_assert_quiet("sharing a BO that was lent is no mistake of the kernel's");
}

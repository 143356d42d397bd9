/* SPDX-License-Identifier: MIT */
/**
 * Evicted BOs and the display.
 */
#include <inttypes.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "kms/kms_fbinfo.h"
#include "kms/kms_screen.h"
#include "reclaim/display.h"
#include "reclaim/display_fb.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

/* @fb's BO, which is not shown, is evicted. */
static void evict_fb(struct gem_device *dev, struct kms_fb *fb)
{
	igt_reclaim(dev, RECLAIM_SHRINKER, fb->bo->bytes);
	igt_assert_eq(kms_fb_info(fb->kms, fb->id).evicted, 1);
}

/* What the kernel tells of what is shown. */
static void assert_back(const struct kms_fb *fb)
{
	const struct kms_fb_info info = kms_fb_info(fb->kms, fb->id);

	kms_assert_pins(fb, 1, "what is shown is pinned");
	igt_assert_f(info.evicted == 0, "%s is shown and told to be evicted\n", fb->bo->label);
}

/**
 * SI07, SI05: a BO that is evicted, and was never shown, is brought back by a flip, is on the screen
 * as it was drawn, and can be drawn to.
 */
void display_evicted_is_shown_whole(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *shown, *fb;

	igt_require_free_memory(2 * kms->bytes);
	shown = display_fb(kms, kind);
	kms_show(shown);
	fb = display_fb(kms, kind);
	evict_fb(dev, fb);

	igt_assert_eq(kms_flip(fb), 0);
	kms_await_flip(kms);
	assert_back(fb);
	kms_assert_screen(fb, "what was evicted is shown as it was drawn");
	igt_assert_bo_evicted(fb->bo, "and it is the same in memory");

	/* The GPU has its pages, and not those of before. */
	display_draw(fb->bo, kind);
	kms_dirty(fb);
	kms_assert_screen(fb, "what was evicted can be drawn to when it is shown");
	evict_leftovers(dev);
	display_assert_shown(fb, "and is evicted no more");
}

/** SI07, KM03: so it is with a cursor. */
void display_evicted_cursor_is_whole(struct gem_device *dev)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *fb, *cursor;

	igt_require_free_memory(kms->bytes);
	fb = kms_fb_create(kms, kms_dumb(kms->dev, kms->bytes));
	kms_show(fb);
	cursor = display_cursor(kms);
	evict_fb(dev, cursor);

	kms_commit(kms, (struct kms_state){.primary = fb, .cursor = cursor});

	assert_back(cursor);
	igt_assert_bo_evicted(cursor->bo, "a cursor that was evicted comes back as it was");
	evict_leftovers(dev);
	igt_assert_bo_resident(cursor->bo, "a cursor that is shown is not evicted");
}

/**
 * KM06: a framebuffer may be removed while its BO is evicted, which comes back all the same, and
 * while it is shown, whose BO can be evicted then.
 */
void display_evicted_is_removed(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *fb;

	igt_require_free_memory(kms->bytes);
	evict_leftovers(dev);
	fb = display_fb(kms, kind);
	evict_fb(dev, fb);
	kms_fb_remove(fb);
	igt_assert_bo_evicted(fb->bo, "a BO outlives its framebuffer in swap");

	fb = kms_fb_create(kms, fb->bo);
	kms_show(fb);
	kms_fb_remove(fb);
	evict_exactly(dev, kms->bytes);
	igt_assert_bo_evicted(fb->bo, "removed from the screen, a BO is evicted");
}

static void assert_told(const struct kms_fb *fb, const char *when, int pins, int evicted, int madv)
{
	const struct kms_fb_info info = kms_fb_info(fb->kms, fb->id);

	igt_debug("%s: users %d, pins %d, evicted %d, madv %d, kernel mappings %d\n", when,
		  info.users, info.pins, info.evicted, info.madv, info.vmaps);
	igt_assert_f(info.pins == pins && info.evicted == evicted && info.madv == madv,
		     "of a BO that %s the kernel tells %d pins, evicted %d, madv %d, expected %d, "
		     "%d, %d\n", when, info.pins, info.evicted, info.madv, pins, evicted, madv);
	igt_assert_f(info.vmaps == 0 && !info.vaddr,
		     "of a BO that %s the kernel tells %d kernel mappings\n", when, info.vmaps);
}

static int users(const struct kms_fb *fb)
{
	return kms_fb_info(fb->kms, fb->id).users;
}

/** AC13: what debugfs tells of a framebuffer follows its BO from its making to its purge. */
void display_kernel_tells_truth(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct gem_bo *bo;
	struct kms_fb *fb;

	igt_require_free_memory(kms->bytes);
	bo = kind->create(kms->dev, kms->bytes);
	fb = kms_fb_create(kms, bo);
	kms_require_pins(fb);
	assert_told(fb, "was made", 0, 0, 0);
	display_draw(bo, kind);
	assert_told(fb, "is filled", 0, 0, 0);
	igt_assert_f(users(fb) > 0, "of a BO that is filled and mapped nobody uses the pages\n");
	kms_show(fb);
	assert_told(fb, "is shown", 1, 0, 0);
	kms_hide(kms);
	assert_told(fb, "is hidden", 0, 0, 0);
	evict_fb(dev, fb);
	assert_told(fb, "is evicted", 0, 1, 0);
	igt_assert_bo_evicted(bo, "a touch brings it back");
	assert_told(fb, "is back", 0, 0, 0);
	evict_fb(dev, fb);
	kms_show(fb);
	assert_told(fb, "is back on the screen", 1, 0, 0);
	gem_bo_madvise(bo, GEM_DONTNEED);
	assert_told(fb, "is lent and shown", 1, 0, 1);
	kms_hide(kms);
	assert_told(fb, "is lent", 0, 0, 1);
	igt_reclaim(dev, RECLAIM_SHRINKER, bo->bytes);
	assert_told(fb, "is purged", 0, 0, -1);
}

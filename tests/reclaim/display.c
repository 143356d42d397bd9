/* SPDX-License-Identifier: MIT */
/**
 * What is on the screen is not taken, and what has been there can be.
 */
#include <errno.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_kms.h"
#include "kms/kms_fbinfo.h"
#include "kms/kms_screen.h"
#include "reclaim/display.h"
#include "reclaim/display_fb.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

struct kms_fb *display_fb(struct kms *kms, const struct display_kind *kind)
{
	struct gem_bo *bo = kind->create(kms->dev, kms->bytes);

	gem_bo_label(bo, "%s BO %u", kind->name, bo->pattern.bo);
	display_draw(bo, kind);
	return kms_fb_create(kms, bo);
}

struct kms_fb *display_cursor(struct kms *kms)
{
	struct gem_bo *bo;

	errno = 0;
	igt_require_f(kms->cursor, "The display has no cursor plane\n");
	bo = kms_cursor_bo(kms->dev);
	gem_bo_label(bo, "cursor BO %u", bo->pattern.bo);
	gem_bo_fill(bo);
	return kms_fb_create(kms, bo);
}

void display_draw(struct gem_bo *bo, const struct display_kind *kind)
{
	gem_bo_fill(bo);
	if (kind->sent)
		gem_bo_flush(bo);
}

void display_assert_shown(const struct kms_fb *fb, const char *claim)
{
	kms_assert_pins(fb, 1, claim);
	kms_assert_screen(fb, claim);
	igt_assert_bo_resident(fb->bo, claim);
}

/** PU11, KM01: a lent BO is not purged while it is on the screen, and is when it no longer is. */
void display_shown_is_not_purged(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *fb;

	igt_require_free_memory(kms->bytes);
	fb = display_fb(kms, kind);
	kms_show(fb);
	gem_bo_madvise(fb->bo, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	display_assert_shown(fb, "what is on the screen is not purged");

	kms_hide(kms);
	kms_assert_pins(fb, 0, "what is not on the screen is not pinned");
	igt_reclaim(dev, RECLAIM_SHRINKER, kms->bytes);
	igt_assert_bo_purged(fb->bo, "what is no longer on the screen is purged");
}

/** KM03: so it is with a cursor. */
void display_cursor_is_not_purged(struct gem_device *dev)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *fb, *cursor;

	igt_require_free_memory(kms->bytes);
	fb = kms_fb_create(kms, kms_dumb(kms->dev, kms->bytes));
	cursor = display_cursor(kms);
	kms_commit(kms, (struct kms_state){.primary = fb, .cursor = cursor});
	gem_bo_madvise(cursor->bo, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	kms_assert_pins(cursor, 1, "a cursor that is shown is pinned");
	igt_assert_bo_resident(cursor->bo, "a cursor that is shown is not purged");

	kms_show(fb);
	kms_assert_pins(cursor, 0, "a cursor that is not shown is not pinned");
	igt_reclaim(dev, RECLAIM_SHRINKER, cursor->bo->bytes);
	igt_assert_bo_purged(cursor->bo, "a cursor that is no longer shown is purged");
}

const char *display_end_name(enum display_end end)
{
	static const char *const names[DISPLAY_ENDS] = {
		[DISPLAY_PLANE_OFF] = "plane-off",
		[DISPLAY_OTHER_SHOWN] = "other-shown",
		[DISPLAY_REMOVED] = "removed",
		[DISPLAY_CONSOLE] = "console",
	};

	return names[end];
}

static void end_display(struct kms *kms, struct kms_fb *fb, struct kms_fb *other,
			enum display_end end)
{
	switch (end) {
	case DISPLAY_PLANE_OFF:
		kms_hide(kms);
		break;
	case DISPLAY_OTHER_SHOWN:
		kms_show(other);
		break;
	case DISPLAY_REMOVED:
		kms_fb_remove(fb);
		break;
	case DISPLAY_CONSOLE:
		/* To draw again is forced upon whoever is master. */
		kmstest_restore_vt_mode();
		break;
	case DISPLAY_ENDS:
		igt_assert(false);
	}
}

/** Scans once more until the owner is told that all is lost. */
static bool purged_by_now(struct gem_bo *bo, struct gem_device *dev)
{
	igt_reclaim(dev, RECLAIM_SHRINKER, bo->bytes);
	return !gem_bo_madvise(bo, GEM_DONTNEED);
}

/* The clean-up behind a change of the screen is nobody's to wait for. */
#define LET_GO_MS 5000

/** KM04, KM06: however a BO leaves the screen, it can be purged soon. */
void display_hidden_is_purged(struct gem_device *dev, const struct display_kind *kind,
			      enum display_end end)
{
	struct kms_fb *fb, *other;
	struct kms *kms;

	if (end == DISPLAY_CONSOLE) {
		igt_require_f(access("/dev/fb0", F_OK) == 0, "No console is drawn: no /dev/fb0\n");
		kmstest_set_vt_graphics_mode();
	}
	kms = kms_open(dev);
	igt_require_free_memory(2 * kms->bytes);
	fb = display_fb(kms, kind);
	other = display_fb(kms, kind);
	kms_show(fb);
	gem_bo_madvise(fb->bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	display_assert_shown(fb, "what is on the screen is not purged");

	end_display(kms, fb, other, end);

	igt_assert_f(igt_wait(purged_by_now(fb->bo, dev), LET_GO_MS, 1),
		     "%s: %d ms after it left the screen by %s scans do not purge it\n",
		     fb->bo->label, LET_GO_MS, display_end_name(end));
	igt_assert_bo_purged(fb->bo, "what has left the screen can be purged");
	igt_assert_bo_resident(other->bo, "what is needed is not touched");
}

/**
 * KM04: whether a display that sleeps keeps what it showed is told; awake again it shows that, and
 * what it no longer shows then can be purged.
 */
void display_asleep_is_told(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *fb;

	igt_require_free_memory(kms->bytes);
	fb = display_fb(kms, kind);
	kms_show(fb);

	kms_commit(kms, (struct kms_state){.primary = fb, .off = true});
	igt_info("what a display shows that sleeps has %d pins\n", kms_fb_info(kms, fb->id).pins);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_retained(fb->bo, "a display that sleeps loses nothing");

	kms_show(fb);
	display_assert_shown(fb, "a display that wakes up shows what it has shown");
	kms_hide(kms);
	gem_bo_madvise(fb->bo, GEM_DONTNEED);
	kms_assert_pins(fb, 0, "what is not on the screen is not pinned");
	igt_reclaim(dev, RECLAIM_SHRINKER, kms->bytes);
	igt_assert_bo_purged(fb->bo, "no pin is left of the display's sleep");
}

/** KM01: with room in swap, too, what is on the screen stays where it is, fault-free. */
void display_shown_is_not_evicted(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *fb;

	igt_require_free_memory(kms->bytes);
	fb = display_fb(kms, kind);
	kms_show(fb);
	evict_leftovers(dev);
	display_assert_shown(fb, "what is on the screen is not evicted");

	kms_hide(kms);
	kms_assert_pins(fb, 0, "what is not on the screen is not pinned");
	evict_exactly(dev, kms->bytes);
	igt_assert_bo_evicted(fb->bo, "what is no longer on the screen is evicted");
}

/** KM01: nor do other ways of reclaim take it, though they take what is beside it. */
void display_shown_survives_pressure(struct gem_device *dev, const struct display_kind *kind)
{
	static const enum igt_reclaim_trigger triggers[] = {RECLAIM_DROP_CACHES,
							    RECLAIM_PROACTIVE};
	struct kms *kms = kms_open(dev);
	struct kms_fb *fb;

	igt_require_free_memory(2 * kms->bytes);
	fb = display_fb(kms, kind);
	kms_show(fb);
	for (unsigned int i = 0; i < ARRAY_SIZE(triggers); i++) {
		struct gem_bo *beside = gem_bo_filled(dev, kms->bytes);

		igt_reclaim(dev, triggers[i], beside->bytes);
		igt_assert_bo_evicted(beside, "what is not on the screen is evicted");
		display_assert_shown(fb, igt_reclaim_name(triggers[i]));
		gem_bo_free(beside);
	}
}

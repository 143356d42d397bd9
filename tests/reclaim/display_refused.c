/* SPDX-License-Identifier: MIT */
/**
 * Commits that are refused, or fail on their way, and leave all as it was.
 */
#include <errno.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "kms/kms_fbinfo.h"
#include "kms/kms_screen.h"
#include "reclaim/display.h"
#include "reclaim/display_fb.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

static struct kms_fb *purged(struct gem_device *dev, struct kms_fb *fb)
{
	gem_bo_madvise(fb->bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, fb->bo->bytes);
	igt_assert_bo_purged(fb->bo, "what is lent and not shown is purged");
	return fb;
}

/* @r is what became of something that had to be refused, and was to leave @shown as it was. */
static void assert_refused(int r, const struct kms_fb *shown, const char *what)
{
	igt_debug("%s: %s\n", what, strerror(-r));
	errno = 0;
	igt_assert_f(r < 0, "%s is accepted\n", what);
	kms_assert_pins(shown, 1, what);
}

static int result(int r)
{
	return r < 0 ? -errno : 0;
}

/**
 * PU10: what was purged cannot be shown: not by a commit, not by the older ioctls, and not as a
 * cursor; the screen shows what it did.
 */
void display_purged_is_refused(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	const int fd = kms->dev->fd;
	const uint32_t width = KMS_WIDTH, height = kms->mode.vdisplay;
	struct kms_fb *shown, *gone, *late;
	struct gem_bo *cursor;

	igt_require_free_memory(2 * kms->bytes);
	shown = display_fb(kms, kind);
	kms_show(shown);
	gone = purged(dev, display_fb(kms, kind));

	assert_refused(__kms_commit(kms, (struct kms_state){.primary = gone}, 0), shown,
		       "a commit that shows a purged BO");
	assert_refused(kms_flip(gone), shown, "a flip to a purged BO");
	assert_refused(result(drmModeSetCrtc(fd, kms->crtc, gone->id, 0, 0, &kms->connector, 1,
					     &kms->mode)), shown, "SETCRTC of a purged BO");
	assert_refused(result(drmModeSetPlane(fd, kms->primary, kms->crtc, gone->id, 0, 0, 0,
					      width, height, 0, 0, width << 16, height << 16)),
		       shown, "SETPLANE of a purged BO");
	assert_refused(result(drmModePageFlip(fd, kms->crtc, gone->id, 0, NULL)), shown,
		       "PAGE_FLIP to a purged BO");
	/* A framebuffer is only a name for it. */
	if (__kms_fb_create(kms, gone->bo, &late) == 0)
		assert_refused(__kms_commit(kms, (struct kms_state){.primary = late}, 0), shown,
			       "a commit that shows a framebuffer of a purged BO");
	if (kms->cursor) {
		cursor = purged(dev, display_cursor(kms))->bo;
		assert_refused(result(drmModeSetCursor(fd, kms->crtc, cursor->handle,
						       KMS_CURSOR_SIZE, KMS_CURSOR_SIZE)),
			       shown, "SETCURSOR of a purged BO");
	}
	display_assert_shown(shown, "the screen shows what it did before");
}

/* Commits that are refused at first sight. */
static void refused_commits(struct kms *kms, struct kms_fb *shown, struct kms_fb *next)
{
	drmModeModeInfo mode = kms->mode;
	struct kms_state state = {.primary = next};
	int r;

	r = __kms_commit(kms, state, DRM_MODE_ATOMIC_TEST_ONLY);
	igt_assert_f(r == 0, "a commit that is only tested: %s\n", strerror(-r));
	kms_assert_pins(shown, 1, "a commit that is only tested takes nothing away");
	kms_assert_pins(next, 0, "a commit that is only tested pins nothing");

	state.source_x = 1;
	assert_refused(__kms_commit(kms, state, 0), shown, "a commit of what is beyond the BO");
	state.source_x = 0;
	mode.hdisplay = 0;
	igt_assert(drmModeCreatePropertyBlob(kms->dev->fd, &mode, sizeof(mode),
					     &state.mode_blob) == 0);
	assert_refused(__kms_commit(kms, state, DRM_MODE_ATOMIC_ALLOW_MODESET), shown,
		       "a commit of a mode without columns");
	mode = kms->mode;
	mode.vdisplay /= 2;
	igt_assert(drmModeCreatePropertyBlob(kms->dev->fd, &mode, sizeof(mode),
					     &state.mode_blob) == 0);
	assert_refused(__kms_commit(kms, state, 0), shown,
		       "a commit of another mode without leave to change it");
	kms_assert_pins(next, 0, "a commit that is refused pins nothing");
}

/**
 * KM05: a commit that is only tested, is refused, or gives up when one of its two BOs is purged,
 * leaves no pin, and the screen as it was.
 */
void display_failed_commits_leave_no_pin(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *shown, *next;

	igt_require_free_memory(2 * kms->bytes);
	shown = display_fb(kms, kind);
	next = display_fb(kms, kind);
	kms_require_pins(shown);
	kms_show(shown);
	refused_commits(kms, shown, next);
	if (kms->cursor) {
		/* The first has its pin already when the second is looked at. */
		struct kms_fb *gone = purged(dev, display_cursor(kms));

		assert_refused(__kms_commit(kms, (struct kms_state){.primary = next, .cursor = gone}, 0), shown,
			       "a commit with a purged cursor");
		kms_assert_pins(next, 0, "a commit that gives up takes its pins back");
	}
	display_assert_shown(shown, "the screen shows what it did before");
	gem_bo_madvise(next->bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, kms->bytes);
	igt_assert_bo_purged(next->bo, "what was not shown after all can be purged");
}

static int commit_once(struct igt_fail_nth *fail, struct kms *kms, struct kms_state state)
{
	drmModeAtomicReq *request = kms_request(kms, state);
	const int r = igt_failing(fail, result(drmModeAtomicCommit(kms->dev->fd, request, 0, NULL)));

	drmModeAtomicFree(request);
	return r;
}

/* A commit of @both in place of @shown, with one failure after the other. */
static void fail_commits(struct kms_fb *shown, struct kms_state both)
{
	struct igt_fail_nth fail;

	igt_each_failure(&fail, "showing another framebuffer and a cursor") {
		if (commit_once(&fail, shown->kms, both) == 0) {
			kms_assert_pins(shown, 0, "what was shown is let go of");
			kms_assert_pins(both.primary, 1, "a commit that succeeds pins what it shows");
			kms_assert_pins(both.cursor, 1, "and the cursor");
			kms_show(shown);
		}
		kms_assert_pins(shown, 1, "what is shown is pinned once");
		kms_assert_pins(both.primary, 0, "a commit without memory pins nothing");
		kms_assert_pins(both.cursor, 0, "and not the cursor");
	}
}

/** KM05: a commit that runs out of memory, wherever it does, leaves no pin. B71. */
void display_commits_without_memory(struct gem_device *dev)
{
	struct kms *kms = kms_open(dev);
	struct kms_state both = {0};
	struct kms_fb *shown;

	igt_require_free_memory(2 * kms->bytes);
	shown = kms_fb_create(kms, kms_dumb(kms->dev, kms->bytes));
	both.primary = kms_fb_create(kms, kms_dumb(kms->dev, kms->bytes));
	both.cursor = display_cursor(kms);
	kms_require_pins(shown);
	kms_show(shown);
	fail_commits(shown, both);
	igt_fail_nth_slabs_only();
	fail_commits(shown, both);
}

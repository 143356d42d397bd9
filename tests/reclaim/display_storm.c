/* SPDX-License-Identifier: MIT */
/**
 * A display that shows another BO all the time, beside scans.
 */
#include <errno.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "kms/kms.h"
#include "kms/kms_fbinfo.h"
#include "kms/kms_screen.h"
#include "reclaim/display.h"
#include "reclaim/display_fb.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/stress_crew.h"

#define FBS 3
#define SCANNERS 2
#define STORM_MS 700

/* What was lent is taken back; if it was lost there is another in its place. */
static struct kms_fb *taken_back(struct kms_fb *fb, const struct display_kind *kind,
				 unsigned int *lost)
{
	struct kms *kms = fb->kms;
	struct gem_bo *bo = fb->bo;

	if (gem_bo_madvise(bo, GEM_WILLNEED)) {
		igt_assert_bo_content(bo, "what is told retained is retained");
		return fb;
	}
	igt_assert_bo_purged(bo, "what is told lost is lost");
	kms_fb_remove(fb);
	gem_bo_free(bo);
	++*lost;
	return display_fb(kms, kind);
}

/* @fbs[@shown] alone is pinned, and once. */
static void assert_balanced(struct kms_fb *fbs[FBS], unsigned int shown)
{
	for (unsigned int i = 0; i < FBS; i++)
		kms_assert_pins(fbs[i], i == shown, "of flips beside scans one pin is left");
}

static bool is_lost(struct gem_bo *bo)
{
	return !gem_bo_madvise(bo, GEM_DONTNEED);
}

/**
 * CO06: with several who scan all the time, and BOs that are lent on the screen and off it, every
 * flip succeeds, what is shown stays, and in the end it alone is pinned, once.
 */
void display_flips_balance_beside_scans(struct gem_device *dev, const struct display_kind *kind)
{
	struct igt_helper_process scanners[SCANNERS] = {0};
	struct kms *kms = kms_open(dev);
	const uint64_t end_ns = igt_now_ns() + STORM_MS * UINT64_C(1000000);
	unsigned int shown = 0, flips = 0, lost = 0;
	struct kms_fb *fbs[FBS];

	igt_require_free_memory(FBS * kms->bytes);
	for (int i = 0; i < FBS; i++)
		fbs[i] = display_fb(kms, kind);
	kms_require_pins(fbs[0]);
	kms_show(fbs[shown]);
	for (int i = 0; i < SCANNERS; i++) {
		scanners[i].use_SIGKILL = true;
		igt_fork_helper(&scanners[i])
			crew_scan(dev, UINT64_MAX);
	}
	for (; igt_now_ns() < end_ns || flips < FBS; flips++) {
		const unsigned int next = (shown + 1 + crew_below(FBS - 1)) % FBS;
		int r = 0;

		fbs[next] = taken_back(fbs[next], kind, &lost);
		display_draw(fbs[next]->bo, kind);
		/* The clean-up behind the last one may not be over. */
		igt_wait((r = kms_flip(fbs[next])) != -EBUSY, KMS_FLIP_MS, 1);
		igt_assert_f(r == 0, "%s: flipping to it beside scans: %s\n",
			     fbs[next]->bo->label, strerror(-r));
		kms_await_flip(kms);
		shown = next;
		if (crew_below(2))
			gem_bo_madvise(fbs[shown]->bo, GEM_DONTNEED);
		igt_pause_ms(crew_below(3));
		igt_assert_bo_content(fbs[shown]->bo, "what the screen shows is whole");
	}
	gem_bo_madvise(fbs[(shown + 1) % FBS]->bo, GEM_DONTNEED);
	igt_assert_f(igt_wait(is_lost(fbs[(shown + 1) % FBS]->bo), CREW_SETTLE_MS, 1),
		     "what is lent, and not on the screen, is not taken\n");
	for (int i = 0; i < SCANNERS; i++)
		igt_stop_helper(&scanners[i]);

	igt_info("%u flips, %u BOs lost meanwhile\n", flips, lost);
	assert_balanced(fbs, shown);
	kms_assert_screen(fbs[shown], "the last flip beside scans is on the screen");
	kms_hide(kms);
	assert_balanced(fbs, FBS);
}

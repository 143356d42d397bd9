/* SPDX-License-Identifier: MIT */
/**
 * Displays that show one BO after the other.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "kms/kms_fbinfo.h"
#include "kms/kms_screen.h"
#include "reclaim/display.h"
#include "reclaim/display_fb.h"
#include "reclaim/igt_fault.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"

static void flip_to(const struct kms_fb *fb)
{
	const int r = kms_flip(fb);

	igt_assert_f(r == 0, "%s: flipping to it: %s\n", fb->bo->label, strerror(-r));
	kms_await_flip(fb->kms);
}

/** KM07: with every flip, which nobody waits for, the pin goes to the BO that is shown now. */
void display_flips_pin_current(struct gem_device *dev, const struct display_kind *kind)
{
	struct kms *kms = kms_open(dev);
	struct kms_fb *fbs[2];

	igt_require_free_memory(2 * kms->bytes);
	for (int i = 0; i < 2; i++)
		fbs[i] = display_fb(kms, kind);
	kms_require_pins(fbs[0]);
	kms_show(fbs[0]);
	for (int i = 1; i <= 9; i++) {
		flip_to(fbs[i % 2]);
		kms_assert_pins(fbs[i % 2], 1, "what a flip brought is pinned once");
		kms_assert_pins(fbs[1 - i % 2], 0, "what a flip took away is not pinned");
	}
	for (int i = 0; i < 2; i++)
		gem_bo_madvise(fbs[i]->bo, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, kms->bytes);

	igt_assert_bo_purged(fbs[0]->bo, "what a flip took away is purged");
	display_assert_shown(fbs[1], "what the last flip brought is not purged");
}

/* Somebody who scans all the time. */
struct scanner {
	struct gem_device *dev;
	pthread_t thread;
	atomic_bool stop;
	atomic_uint scans;
	atomic_int error;
};

static void *keep_scanning(void *data)
{
	struct scanner *scanner = data;

	while (!scanner->stop && !scanner->error) {
		scanner->error = igt_shrinker_scan_once(scanner->dev->shrinker, 1000000);
		scanner->scans++;
		igt_pause_ms(1);
	}
	return NULL;
}

static void stop_scanner(void *data)
{
	struct scanner *scanner = data;

	if (!atomic_exchange(&scanner->stop, true))
		pthread_join(scanner->thread, NULL);
}

#define FLIPS 12
/* A look at the screen takes longer than some flips. */
#define FLIPS_A_LOOK 6

/**
 * KM02: with scans all the time, every flip to a BO that was evicted meanwhile succeeds and brings
 * it to the screen as it was drawn.
 */
void display_flips_survive_scans(struct gem_device *dev, const struct display_kind *kind)
{
	static struct scanner scanner;
	struct kms *kms = kms_open(dev);
	unsigned int evicted = 0;
	struct kms_fb *fbs[2];

	igt_require_free_memory(2 * kms->bytes);
	for (int i = 0; i < 2; i++)
		fbs[i] = display_fb(kms, kind);
	kms_show(fbs[0]);
	scanner = (struct scanner){.dev = dev};
	igt_assert(pthread_create(&scanner.thread, NULL, keep_scanning, &scanner) == 0);
	igt_assert(igt_on_subtest_end(stop_scanner, &scanner));
	for (unsigned int i = 1; i <= FLIPS; i++) {
		struct kms_fb *fb = fbs[i % 2];

		display_draw(fb->bo, kind);
		/* So that it has to come back for the flip, for some more flips than once. */
		igt_wait(kms_fb_info(kms, fb->id).evicted == 1, 20, 1);
		evicted += kms_fb_info(kms, fb->id).evicted == 1;
		flip_to(fb);
		if (i % FLIPS_A_LOOK == 0)
			kms_assert_screen(fb, "a flip beside scans shows what was drawn");
		igt_assert_bo_content(fb->bo, "a flip beside scans loses nothing");
	}
	stop_scanner(&scanner);
	igt_info("%d flips beside %u scans, %u of them to a BO that was evicted\n", FLIPS,
		 scanner.scans, evicted);
	igt_assert_f(!scanner.error, "scanning: %s\n", strerror(-scanner.error));
	igt_assert_f(evicted, "in %d flips no BO that was hidden was evicted\n", FLIPS);
	kms_assert_pins(fbs[FLIPS % 2], 1, "of many flips one pin is left");
	kms_assert_pins(fbs[1 - FLIPS % 2], 0, "of many flips one pin is left");
}

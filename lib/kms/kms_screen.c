/* SPDX-License-Identifier: MIT */
/**
 * The marks of a BO, looked for on the screen.
 */
#define IGT_LOG_DOMAIN "kms_screen"
#include <errno.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_host.h"
#include "kms/kms_screen.h"

const char *kms_blindness(void)
{
	static bool asked;
	static char why[160];
	_cleanup_free_ char *reason = NULL;
	_cleanup_free_ void *picture = NULL;
	size_t size;
	int r;

	if (!asked) {
		r = __igt_host_request("screendump", &picture, &size, &reason);
		if (r < 0) {
			snprintf(why, sizeof(why), "%s", reason ?: r == -ENODEV ?
				 "there is no host to ask" : strerror(-r));
			igt_info("The screen is not looked at: %s\n", why);
		}
		asked = true;
		errno = 0;
	}
	return *why ? why : NULL;
}

/* Two pixels from a multiple of 8 bytes on; the screen does not have what the topmost byte holds. */
static void assert_word(const struct igt_screen *screen, const struct gem_bo *bo, uint64_t offset,
			uint64_t word, const char *claim)
{
	const unsigned int y = (unsigned int)(offset / KMS_ROW_BYTES);
	const unsigned int x = (unsigned int)(offset % KMS_ROW_BYTES) / 4;

	for (unsigned int i = 0; i < 2; i++) {
		const uint32_t found = igt_screen_pixel(screen, x + i, y);
		const uint32_t expected = (uint32_t)(word >> 32 * i) & 0xffffff;

		if (found != expected)
			igt_assert_f(false, "%s: %s: pixel %u of row %u of the screen is %#08x, "
				     "expected %#08x\n", claim, bo->label, x + i, y, found,
				     expected);
	}
}

void kms_assert_screen(const struct kms_fb *fb, const char *claim)
{
	const struct kms *kms = fb->kms;
	const struct gem_bo *bo = fb->bo;
	struct igt_screen *screen;

	igt_assert_f(bo->filled, "%s has no contents to compare with\n", bo->label);
	if (kms->blind)
		return;
	gem_settle(kms->dev);
	screen = igt_host_screendump();
	errno = 0;
	igt_assert_f(screen->width == KMS_WIDTH && screen->height == kms->mode.vdisplay,
		     "%s: the screen is %ux%u, expected %ux%u\n", claim, screen->width,
		     screen->height, KMS_WIDTH, kms->mode.vdisplay);
	for (uint64_t page = 0; page < bo->pages; page++) {
		const uint64_t word = igt_pattern_word(bo->pattern, page);
		const uint64_t start = page * igt_page_size();

		assert_word(screen, bo, start, word, claim);
		assert_word(screen, bo, start + igt_page_size() - sizeof(word), ~word, claim);
	}
	igt_screen_free(screen);
}

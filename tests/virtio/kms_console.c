/* SPDX-License-Identifier: MIT */
/**
 * What the console draws on, by the kernel's mapping of a BO.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drmtest.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_host.h"
#include "igt_kms.h"
#include "kms/kms_fbinfo.h"
#include "kms_console.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_undo.h"
#include "reclaim/stress_crew.h"

#define DEVICE "/dev/fb0"
#define TERMINAL "/dev/tty0"

/* The console's worker sends what is drawn twenty times a second. */
#define DRAWN_MS 10000

/* The console, which leaves the drawing to us. */
struct console {
	struct kms *kms;
	struct gem_bo *bo; /* that it draws on */
	int file;	   /* its device */
	struct fb_var_screeninfo size;
	uint32_t stride; /* bytes */
};

static void close_at_subtest_end(void *data)
{
	close(*(int *)data);
	kmstest_restore_vt_mode();
}

/* Linux 6.12 draws the place of the cursor again and again, even when told to leave the screen. */
static void hide_cursor(void)
{
	igt_assert(igt_undo_add(IGT_UNDO_WRITE, TERMINAL, "\033[?25h") > 0);
	igt_assert(igt_file_write(TERMINAL, "\033[?25l") == 0);
	kmstest_set_vt_graphics_mode();
}

static struct console console_open(struct gem_device *dev)
{
	static int file;
	struct fb_fix_screeninfo fixed;
	struct console console = {0};
	drmModeFB *fb;

	file = open(DEVICE, O_RDWR | O_CLOEXEC);
	igt_require_f(file >= 0, "There is no console to draw on: " DEVICE ": %s "
		      "(CONFIG_DRM_FBDEV_EMULATION)\n", strerror(errno));
	igt_assert(igt_on_subtest_end(close_at_subtest_end, &file));
	console.file = file;
	igt_assert(ioctl(file, FBIOGET_VSCREENINFO, &console.size) == 0);
	igt_assert(ioctl(file, FBIOGET_FSCREENINFO, &fixed) == 0);
	console.stride = fixed.line_length;
	hide_cursor();
	console.kms = kms_open(dev);
	igt_require_f(console.kms->found, "The screen does not show the console\n");
	fb = drmModeGetFB(console.kms->dev->fd, console.kms->found);
	errno = 0;
	igt_require_f(fb && fb->width == console.size.xres && fb->pitch == console.stride,
		      "The screen shows something else than " DEVICE "\n");
	igt_require_f(fb->handle, "The console's BO is not given to this user\n");
	console.bo = gem_bo_adopt(console.kms->dev, fb->handle, (uint64_t)fb->pitch * fb->height);
	gem_bo_label(console.bo, "the console's BO");
	drmModeFreeFB(fb);
	return console;
}

static uint32_t pixel_at(unsigned int x, unsigned int y, uint32_t seed)
{
	return (x * 0x000305 + y * 0x010100 + seed) & 0xffffff;
}

/*
 * By write(), so that the kernel's mapping is what it goes through. All at once: the update after a
 * write of just one row is lost, for Linux 6.12 takes the row's end for its start
 * (drm_fb_helper_memory_range_to_clip()).
 */
static void draw(const struct console *console, uint32_t seed)
{
	const size_t bytes = (size_t)console->stride * console->size.yres;
	_cleanup_free_ uint32_t *picture = calloc(1, bytes);
	ssize_t n;

	igt_assert(picture);
	for (unsigned int y = 0; y < console->size.yres; y++)
		for (unsigned int x = 0; x < console->size.xres; x++)
			picture[y * console->stride / 4 + x] = pixel_at(x, y, seed);
	n = pwrite(console->file, picture, bytes, 0);
	igt_assert_f(n == (ssize_t)bytes, "drawing on the console: %zd of %zu bytes: %s\n", n,
		     bytes, strerror(errno));
}

static bool screen_shows(const struct console *console, uint32_t seed)
{
	struct igt_screen *screen = igt_host_screendump();
	bool same = screen->width == console->size.xres && screen->height == console->size.yres;

	for (unsigned int y = 0; same && y < screen->height; y++)
		for (unsigned int x = 0; same && x < screen->width; x++)
			same = igt_screen_pixel(screen, x, y) == pixel_at(x, y, seed);
	igt_screen_free(screen);
	return same;
}

static void assert_drawn(const struct console *console, uint32_t seed, const char *claim)
{
	const uint32_t *row = console->bo->map ?: gem_bo_map(console->bo);

	for (unsigned int y = 0; y < console->size.yres; y++, row += console->stride / 4)
		for (unsigned int x = 0; x < console->size.xres; x++)
			if ((row[x] & 0xffffff) != pixel_at(x, y, seed))
				igt_assert_f(false, "%s: pixel %u of row %u of its BO is %#08x, "
					     "expected %#08x\n", claim, x, y, row[x] & 0xffffff,
					     pixel_at(x, y, seed));
	if (!console->kms->blind)
		igt_assert_f(igt_wait(screen_shows(console, seed), DRAWN_MS, 20),
			     "%s: %d ms later the screen does not show it\n", claim, DRAWN_MS);
}

/* The kernel has it mapped, once, and it is in memory. */
static void assert_mapped(const struct console *console, const char *claim)
{
	const struct kms_fb_info info = kms_fb_info(console->kms, console->kms->found);

	igt_assert_f(info.vmaps == 1 && info.vaddr,
		     "%s: the kernel tells %d users of its mapping, which has %s address\n", claim,
		     info.vmaps, info.vaddr ? "an" : "no");
	igt_assert_f((info.pins == KMS_UNKNOWN || info.pins > 0) &&
		     (info.evicted == KMS_UNKNOWN || info.evicted == 0),
		     "%s: the kernel tells %d pins, evicted %d\n", claim, info.pins, info.evicted);
}

/** KM09: what the console draws on stays, with all that is drawn on it. */
void console_is_kept(struct gem_device *dev)
{
	struct console console = console_open(dev);

	assert_mapped(&console, "the console's BO is mapped in the kernel");
	draw(&console, 0x102030);
	assert_drawn(&console, 0x102030, "what is drawn on the console is there");

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	assert_mapped(&console, "a scan leaves the console's BO mapped");
	assert_drawn(&console, 0x102030, "a scan takes nothing of the console");
	draw(&console, 0x708090);
	assert_drawn(&console, 0x708090, "the console can be drawn on after a scan");

	/* Nor when nothing of it is on the screen. */
	kms_hide(console.kms);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	assert_mapped(&console, "off the screen, the console's BO is mapped");
	draw(&console, 0x112233);
	console.kms->blind = "it shows nothing";
	assert_drawn(&console, 0x112233, "off the screen, the console can be drawn on");
}

#define SCANNERS 2
#define STORM 6
#define STORM_MS 700

/**
 * CO14: however often the console is drawn on, hidden and shown beside scans, its BO is mapped in
 * the kernel as often as before, pinned as often, and has what was drawn.
 */
void console_survives_storm(struct gem_device *dev)
{
	struct igt_helper_process scanners[SCANNERS] = {0};
	struct console console = console_open(dev);
	const struct kms_fb shown = {.kms = console.kms, .bo = console.bo,
				     .id = console.kms->found};
	const uint64_t end_ns = igt_now_ns() + STORM_MS * UINT64_C(1000000);
	uint32_t seed = 0;
	int pins;

	kms_require_pins(&shown);
	kms_show(&shown);
	assert_mapped(&console, "the console's BO is mapped in the kernel");
	pins = kms_fb_info(console.kms, shown.id).pins;
	for (int i = 0; i < SCANNERS; i++) {
		scanners[i].use_SIGKILL = true;
		igt_fork_helper(&scanners[i])
			crew_scan(dev, UINT64_MAX);
	}
	while (seed < STORM || igt_now_ns() < end_ns) {
		draw(&console, ++seed);
		kms_hide(console.kms);
		kms_assert_pins(&shown, pins - 1, "off the screen, the console's BO loses a pin");
		draw(&console, ++seed);
		kms_show(&shown);
		kms_assert_pins(&shown, pins, "on the screen, the console's BO has it again");
	}
	for (int i = 0; i < SCANNERS; i++)
		igt_stop_helper(&scanners[i]);
	assert_mapped(&console, "a storm leaves the console's BO mapped");
	console.kms->blind = "it shows a part, in another mode than the console's";
	assert_drawn(&console, seed, "what was drawn last in a storm is there");
}

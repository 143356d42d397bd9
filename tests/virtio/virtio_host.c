/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio host
 * Description: What tests of reclaim take for granted of the host of a virtio-gpu.
 *
 * igt_guest promises: what a test may ask it is on a list, all else is refused, and a picture is of
 * what the host shows. The kernel promises: a fence of virtio-gpu signals when the host has
 * answered, and not before, also when the host is slow.
 *
 * Since: ever.
 *
 * Needs: a virtio-gpu; for the requests a guest of igt_guest in QEMU; for the pictures one whose
 * host renders nothing (--gpu 2d); for a slow host MSI-X, and root.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_host.h"
#include "igt_kms.h"
#include "igt_slow_host.h"
#include "sw_sync.h"
#include "virgl/virgl.h"

IGT_TEST_DESCRIPTION("Requests to the host of a virtio-gpu, and a host that is slow");

#define PAGE KiB(4)

/* Held so long, an answer that could come would have come. */
#define HOLD_MS 100
/* Longer than any test here holds answers. */
#define MAX_HOLD_MS 20000
/* What has been let go arrives within this, on a machine that has other things to do. */
#define ARRIVE_MS 15000

static void unknown_requests(void)
{
	static const char *const verbs[] = {"quit", "", "ping me", "screendump /tmp/x", "PING"};

	for (unsigned int i = 0; i < ARRAY_SIZE(verbs); i++) {
		char *reason = NULL;
		void *data = NULL;
		size_t size;
		int r = __igt_host_request(verbs[i], &data, &size, &reason);

		igt_assert_f(r == -EOPNOTSUPP && reason, "'%s' is answered with %s\n", verbs[i],
			     strerror(-r));
		igt_debug("'%s': %s\n", verbs[i], reason);
		free(reason);
	}
	/* It listens on. */
	igt_host_require();
}

/* A framebuffer as large as the screen, and the screen that shows it. Of one subtest. */
struct display {
	int fd;
	uint32_t crtc, connector;
	drmModeModeInfo mode;
	uint32_t handle, fb;
	unsigned int stride; /* bytes */
	uint64_t bytes;
	uint32_t *pixels;
};

static void find_screen(struct display *display)
{
	drmModeRes *resources = drmModeGetResources(display->fd);
	drmModeConnector *connector;

	igt_require_f(resources && resources->count_crtcs && resources->count_connectors,
		      "This GPU has no display\n");
	connector = drmModeGetConnector(display->fd, resources->connectors[0]);
	igt_assert(connector && connector->count_modes);
	display->crtc = resources->crtcs[0];
	display->connector = connector->connector_id;
	display->mode = connector->modes[0];
	drmModeFreeConnector(connector);
	drmModeFreeResources(resources);
}

static struct display show_framebuffer(struct gem_device *dev)
{
	struct display display = {.fd = gem_device_reopen(dev, /* render= */ false)->fd};
	int r;

	find_screen(&display);
	display.handle = kmstest_dumb_create(display.fd, display.mode.hdisplay,
					     display.mode.vdisplay, 32, &display.stride,
					     &display.bytes);
	display.pixels = kmstest_dumb_map_buffer(display.fd, display.handle, display.bytes,
						 PROT_READ | PROT_WRITE);
	r = drmModeAddFB(display.fd, display.mode.hdisplay, display.mode.vdisplay, 24, 32,
			 display.stride, display.handle, &display.fb);
	igt_assert_f(r == 0, "making a framebuffer: %s\n", strerror(errno));
	return display;
}

/* What is drawn in a place differs from what is drawn in all places near it. */
static uint32_t pixel_at(unsigned int x, unsigned int y, uint32_t seed)
{
	return ((x * 0x010203 + y * 0x030501) ^ seed) & 0xffffff;
}

static void draw(const struct display *display, uint32_t seed)
{
	for (unsigned int y = 0; y < display->mode.vdisplay; y++)
		for (unsigned int x = 0; x < display->mode.hdisplay; x++)
			display->pixels[y * display->stride / 4 + x] = pixel_at(x, y, seed);
}

static void assert_screen(const struct display *display, uint32_t seed, const char *claim)
{
	struct igt_screen *screen = igt_host_screendump();
	const unsigned int width = display->mode.hdisplay, height = display->mode.vdisplay;

	errno = 0;
	igt_assert_f(screen->width == width && screen->height == height,
		     "%s: the screen is %ux%u, expected %ux%u\n", claim, screen->width,
		     screen->height, width, height);
	for (unsigned int y = 0; y < height; y++) {
		for (unsigned int x = 0; x < width; x++) {
			const uint32_t found = igt_screen_pixel(screen, x, y);
			const uint32_t expected = pixel_at(x, y, seed);

			if (found != expected)
				igt_assert_f(false, "%s: pixel %u of row %u is %#08x, expected "
					     "%#08x\n", claim, x, y, found, expected);
		}
	}
	igt_screen_free(screen);
}

static void screen_is_told(struct gem_device *dev)
{
	struct display display;
	int r;

	/* Without a host that can tell there is no need to draw. */
	igt_screen_free(igt_host_screendump());
	display = show_framebuffer(dev);
	draw(&display, 0);
	r = drmModeSetCrtc(display.fd, display.crtc, display.fb, 0, 0, &display.connector, 1,
			   &display.mode);
	igt_assert_f(r == 0, "showing a framebuffer: %s\n", strerror(errno));
	gem_settle(dev);
	assert_screen(&display, 0, "the screen shows the framebuffer");

	draw(&display, 0x5a5a5a);
	gem_settle(dev);
	assert_screen(&display, 0, "the screen shows what it was told, not what the CPU writes");

	r = drmModeDirtyFB(display.fd, display.fb, NULL, 0);
	igt_assert_f(r == 0, "telling of new contents: %s\n", strerror(errno));
	gem_settle(dev);
	assert_screen(&display, 0x5a5a5a, "the screen follows when it is told");
	munmap(display.pixels, display.bytes);
}

/* An answer is waited for and does not come, until it may. */
static void answers_are_held(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_slow_host_begin(dev, MAX_HOLD_MS);
	/* The host makes the image, and the BO is busy until it says so. */
	bo = gem_bo_create(dev, PAGE);
	igt_assert_f(!igt_wait(!gem_bo_is_busy(bo), HOLD_MS, 5),
		     "a BO is idle though the host has not answered\n");
	igt_assert_f(igt_slow_host_end(), "the answers were not held for %d ms\n", HOLD_MS);
	igt_assert_f(igt_wait(!gem_bo_is_busy(bo), ARRIVE_MS, 1),
		     "a BO is busy %d ms after the host's answers were let go\n", ARRIVE_MS);
}

static void answers_come_by_themselves(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_slow_host_begin(dev, HOLD_MS);
	bo = gem_bo_create(dev, PAGE);
	/* This blocks in the kernel, for 15 s at most, which would fail. */
	gem_bo_wait_idle(bo);
	igt_assert_f(!igt_slow_host_end(), "a BO was idle while answers were held\n");
}

static void fence_needs_answer(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_touched(dev, PAGE);
	struct virgl_job *job = virgl_job_new(dev);
	int fence = -1, r;

	virgl_clear(job, bo, 0xff00ff00);
	igt_slow_host_begin(dev, MAX_HOLD_MS);
	virgl_submit(job, (struct virgl_how){.ret_fence = &fence});
	r = sync_fence_wait(fence, HOLD_MS);
	igt_assert_f(r == -ETIME, "a job's fence signals though the host has not answered\n");
	igt_assert_f(gem_bo_is_busy(bo), "and its BO is idle\n");
	igt_assert(igt_slow_host_end());
	r = sync_fence_wait(fence, ARRIVE_MS);
	igt_assert_f(r == 0, "a job's fence does not signal within %d ms after the answer\n",
		     ARRIVE_MS);
	close(fence);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture()
		dev = gem_device_open(DRIVER_VIRTIO);

	igt_subtest_group() {
		igt_fixture()
			igt_host_require();

		igt_describe("A request that is not on the host's list is refused, and no more");
		igt_subtest("unknown-requests-are-refused")
			unknown_requests();

		igt_describe("The host's picture of the screen is of the framebuffer that is shown, "
			     "pixel for pixel, as it was when the host was told");
		igt_subtest("screen-shows-framebuffer")
			screen_is_told(dev);
	}

	igt_describe("While the host's answers are held back, a new BO is busy, and not after");
	igt_subtest("held-answers-keep-bo-busy")
		answers_are_held(dev);

	igt_describe("Held answers come when their time is over, though the test waits for them");
	igt_subtest("held-answers-come-in-the-end")
		answers_come_by_themselves(dev);

	igt_describe("A job's fence signals when the host has answered and not before");
	igt_subtest("fence-waits-for-answer") {
		virgl_require(dev);
		fence_needs_answer(dev);
	}

	igt_fixture()
		gem_device_close(dev);
}

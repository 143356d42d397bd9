/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What the host of a guest can do for a test.
 *
 * igt_guest listens to its guests on the virtio-serial port igt.host (guest/guest_service.h has the
 * protocol) and does what is asked if it is on a short list. On a board, in user-mode Linux and in
 * guests of others there is no such port, and what needs it skips with that reason.
 */
#ifndef IGT_HOST_H
#define IGT_HOST_H

#include <stddef.h>
#include <stdint.h>

/** What the GPU shows, as the host has it. */
struct igt_screen {
	unsigned int width;  /**< pixels */
	unsigned int height; /**< pixels */
	uint8_t *rgb;		    /**< three bytes a pixel, rows from the top */
};

/** Skip unless a host listens and answers. */
void igt_host_require(void);

/**
 * Send a request and wait for its answer. @ret_data, which the caller frees, gets the bytes that
 * came with it, and @ret_reason (likewise; NULL if none) why the host does not do it. Returns 0,
 * -EOPNOTSUPP: the host does not do this, -ENODEV: there is no host to ask, -ETIMEDOUT: it does
 * not answer, or another negative errno.
 */
int __igt_host_request(const char *verb, void **ret_data, size_t *ret_size, char **ret_reason);

/**
 * What the screen shows now: of the first virtual display, once the host has drawn what it was
 * told. Skips, with the host's reason, where it cannot tell: QEMU saves no picture of a screen that
 * OpenGL draws. To be freed with igt_screen_free().
 */
struct igt_screen *igt_host_screendump(void);
/** Free what igt_host_screendump() returned; NULL is fine. */
void igt_screen_free(struct igt_screen *screen);

/** The pixel at @x from the left and @y from the top, 0x00rrggbb. */
uint32_t igt_screen_pixel(const struct igt_screen *screen, unsigned int x, unsigned int y);

/** Read a picture in the format of a request's answer. Returns 0 or -EBADMSG. */
int igt_screen_parse(const void *ppm, size_t size, struct igt_screen *ret_screen);

#endif

/* SPDX-License-Identifier: MIT */
/* What a host's picture of the screen is read as. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "igt_host.h"
#include "run_tester.h"

static int parse(const char *text, size_t size, struct igt_screen *screen)
{
	return igt_screen_parse(text, size, screen);
}

static void picture_is_read(void **state)
{
	static const char ppm[] = "P6\n2 3\n255\n\x01\x02\x03\x04\x05\x06"
				  "\x11\x12\x13\x14\x15\x16"
				  "\x21\x22\x23\xff\xfe\xfd";
	struct igt_screen *screen = calloc(1, sizeof(*screen));

	assert_int_equal(parse(ppm, sizeof(ppm) - 1, screen), 0);
	assert_int_equal(screen->width, 2);
	assert_int_equal(screen->height, 3);
	assert_int_equal(igt_screen_pixel(screen, 0, 0), 0x010203);
	assert_int_equal(igt_screen_pixel(screen, 1, 0), 0x040506);
	assert_int_equal(igt_screen_pixel(screen, 0, 1), 0x111213);
	assert_int_equal(igt_screen_pixel(screen, 1, 2), 0xfffefd);
	igt_screen_free(screen);
}

static void what_is_no_picture_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "P", "P6", "P5 1 1 255 abc", "P6 1 1 254 abc", "P6 0 1 255 ", "P6 1 0 255 ",
		"P6 1 1 255 ab", "P6 1 1 255 abcd", "P6 99999 99999 255 abc", "P6 -1 1 255 abc",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct igt_screen screen = {.width = 7};

		assert_int_equal(parse(bad[i], strlen(bad[i]), &screen), -EBADMSG);
		assert_int_equal(screen.width, 7);
	}
}

static void without_a_port_there_is_no_host(void **state)
{
	void *data = NULL;
	char *reason = NULL;
	size_t size = 0;

	/* Where these tests are built there is none: igt_guest is for the kernel's tests. */
	assert_int_equal(__igt_host_request("ping", &data, &size, &reason), -ENODEV);
	assert_null(reason);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picture_is_read),
		cmocka_unit_test(what_is_no_picture_is_refused),
		cmocka_unit_test(without_a_port_there_is_no_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

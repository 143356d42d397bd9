/* SPDX-License-Identifier: MIT */
/*
 * Which device a test opens, on the machine of tester_drm.c.
 */
#include <stdio.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "run_tester.h"

static const struct {
	const char *environment;
	const char *subtest;
	const char *out; /* between the start and the result */
	const char *result;
} openings[] = {
	{NULL, "panfrost",
	 "Opened device: /dev/dri/card1\ngot /dev/dri/card1\ngot /dev/dri/card1\n", "SUCCESS"},
	{NULL, "another",
	 "Opened device: /dev/dri/card1\nOpened device: /dev/dri/card3\ngot /dev/dri/card3\n"
	 "load panfrost\ngot none\n",
	 "SUCCESS"},
	{NULL, "render", "Opened device: /dev/dri/renderD129\ngot /dev/dri/renderD129\n",
	 "SUCCESS"},
	{NULL, "several", "Opened device: /dev/dri/card0\ngot /dev/dri/card0\n", "SUCCESS"},
	/* Any driver is any of real hardware, unless one is forced. */
	{NULL, "any", "Opened device: /dev/dri/card1\ngot /dev/dri/card1\n", "SUCCESS"},
	{"IGT_FORCE_DRIVER=virtio_gpu", "any",
	 "Opened device: /dev/dri/card0\ngot /dev/dri/card0\n", "SUCCESS"},
	{"IGT_FORCE_DRIVER=virtio_gpu", "panfrost",
	 "Opened device: /dev/dri/card1\ngot /dev/dri/card1\ngot /dev/dri/card1\n", "SUCCESS"},
	{"IGT_FORCE_DRIVER=nonsense", "any", NULL, "SKIP"},
	{NULL, "any-third",
	 "Opened device: /dev/dri/card1\nOpened device: /dev/dri/card3\ngot none\n", "SUCCESS"},
	/* A module is loaded when the driver has no device. */
	{NULL, "vgem", "load vgem\nOpened device: /dev/dri/card2\ngot /dev/dri/card2\n", "SUCCESS"},
	{NULL, "vc4", NULL, "SKIP"},
	/* Nothing is, with a filter. */
	{"IGT_DEVICE=drm:/dev/dri/none", "vgem", NULL, "SKIP"},
};

static void device_is_as_asked_for(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(openings); i++) {
		_cleanup_run_ struct run run =
			run_tester(openings[i].environment, "drm", "--run-subtest",
				   openings[i].subtest, NULL);
		char expected[512];

		if (openings[i].out) {
			snprintf(expected, sizeof(expected),
				 "Starting subtest: %s\n%sSubtest %s: %s (0.000s)\n",
				 openings[i].subtest, openings[i].out, openings[i].subtest,
				 openings[i].result);
			assert_string_equal(run.out, expected);
		} else {
			snprintf(expected, sizeof(expected), "Subtest %s: %s (0.000s)\n",
				 openings[i].subtest, openings[i].result);
			assert_contains(run.out, expected);
			assert_contains(run.out, "No known gpu found for chipset flags 0x");
		}
	}
}

static void skip_names_the_driver(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "drm", "--run-subtest", "vc4", NULL);

	assert_contains(run.out, "load vc4\n"
				 "Test requirement not met in function drm_open_driver, file ");
	assert_contains(run.out, "No known gpu found for chipset flags 0x2 (vc4)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_is_as_asked_for),
		cmocka_unit_test(skip_names_the_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

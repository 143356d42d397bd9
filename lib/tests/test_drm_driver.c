/* SPDX-License-Identifier: MIT */
/* What is no DRM device is told so. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "drm_driver.h"
#include "igt_wire.h"
#include "run_tester.h"

static void no_device(void **state)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	char name[8] = "before";

	assert_int_equal(__get_drm_device_name(fd, name, sizeof(name)), -1);
	assert_string_equal(name, "before");
	assert_int_equal(drm_get_chipset(fd), 0);
	assert_false(is_i915_device(fd));
	assert_int_equal(__drm_close_driver(fd), 0);
	assert_int_equal(__drm_close_driver(fd), -1);
}

static void forced_driver(void **state)
{
	__set_forced_driver("panfrost");
	assert_string_equal(getenv(IGT_ENV_FORCE_DRIVER), "panfrost");
	__set_forced_driver(NULL);
	assert_null(getenv(IGT_ENV_FORCE_DRIVER));
}

static void aligned(void **state)
{
	assert_int_equal(ALIGN(0, 4096), 0);
	assert_int_equal(ALIGN(1, 4096), 4096);
	assert_int_equal(ALIGN(4096, 4096), 4096);
	assert_true(ALIGN(UINT64_C(0x100000001), UINT64_C(4096)) == 0x100001000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_device),
		cmocka_unit_test(forced_driver),
		cmocka_unit_test(aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/**
 * A tester that opens a device nobody has.
 */
#include "igt.h"

int igt_main()
{
	igt_fixture()
		drm_open_driver(DRIVER_VGEM | DRIVER_VC4);

	igt_subtest("needs-device")
		igt_info("a machine with vgem or vc4\n");
}

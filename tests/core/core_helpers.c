/* SPDX-License-Identifier: MIT */
/**
 * TEST: core helpers
 * Description: The library's helpers do what docs/igt-api.md says, where that takes a kernel.
 *
 * This tests the suite and not the kernel, so it is not in the list of tests: a subtest that fails
 * here makes others doubtful. scripts/tests/guest/helpers.sh runs it.
 */
#include "core/helpers.h"
#include "igt.h"

IGT_TEST_DESCRIPTION("Helpers of the library, on vgem, virtio-gpu, panfrost and bare fences");

int igt_main()
{
	igt_subtest_group()
		helpers_process();
	/* Before vgem is used: what leaves a file open would keep it loaded. */
	igt_subtest_group()
		helpers_modules();
	igt_subtest_group()
		helpers_sw_sync();
	igt_subtest_group()
		helpers_vgem();
	igt_subtest_group()
		helpers_dmabuf();
	igt_subtest_group()
		helpers_syncobj();
	igt_subtest_group()
		helpers_device();
	igt_subtest_group()
		helpers_panfrost();
}

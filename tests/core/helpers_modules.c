/* SPDX-License-Identifier: MIT */
/**
 * Modules: loaded, unloaded, asked for parameters, and run for the tests they are.
 */
#include <errno.h>

#include "core/helpers.h"
#include "igt.h"
#include "igt_kmod.h"

static void module_comes_and_goes(void)
{
	igt_kmod_unload("vgem");
	igt_assert(!igt_kmod_is_loaded("vgem"));
	igt_require_f(igt_kmod_load("vgem", NULL) == 0, "there is no module vgem\n");
	igt_assert(igt_kmod_is_loaded("vgem"));
	igt_assert_eq(igt_kmod_load("vgem", NULL), 0);
	igt_kmod_list_loaded();
	igt_assert_eq(igt_kmod_unload("vgem"), 0);
	igt_assert(!igt_kmod_is_loaded("vgem"));
	igt_assert_eq(igt_kmod_unload("vgem"), 0);
	igt_assert_eq(igt_kmod_load("no_such_module", NULL), -ENOENT);
}

static void module_in_use_stays(void)
{
	int fd;

	igt_require_f(igt_kmod_load("vgem", NULL) == 0, "there is no module vgem\n");
	fd = drm_open_driver(DRIVER_VGEM);
	igt_assert_lt(igt_kmod_unload("vgem"), 0);
	igt_assert(igt_kmod_is_loaded("vgem"));
	drm_close_driver(fd);
	igt_assert_eq(igt_kmod_unload("vgem"), 0);
}

static void parameter_is_found(void)
{
	igt_require(igt_kmod_is_loaded("virtio_gpu"));
	igt_assert(igt_kmod_has_param("virtio_gpu", "modeset"));
	igt_assert(igt_kmod_has_param("virtio-gpu", "modeset"));
	igt_assert(!igt_kmod_has_param("virtio_gpu", "mode"));
	igt_assert(!igt_kmod_has_param("no_such_module", "modeset"));
}

void helpers_modules(void)
{
	igt_describe("igt_kmod_load() and igt_kmod_unload()");
	igt_subtest("module-comes-and-goes")
		module_comes_and_goes();

	igt_describe("igt_kmod_unload() leaves a module that is in use");
	igt_subtest("module-in-use-stays")
		module_in_use_stays();

	igt_describe("igt_kmod_has_param() finds parameters of modules");
	igt_subtest("parameter-is-found")
		parameter_is_found();

	/* Becomes "drm_gem_shmem". */
	igt_describe("igt_kunit() runs suites, and finds every case");
	igt_kunit("drm_gem_shmem_test", NULL, NULL);

	/* Becomes "all-tests". */
	igt_describe("igt_kselftests() runs the self-tests of a module");
	igt_kselftests("dmabuf_selftests", NULL, NULL, NULL);
}

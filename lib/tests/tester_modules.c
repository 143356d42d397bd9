/* SPDX-License-Identifier: MIT */
/**
 * A tester on a machine without libkmod, which is told what the library would be asked for: it is
 * linked with --wrap.
 */
#include <libkmod.h>

#include "igt.h"
#include "igt_kmod.h"

struct kmod_ctx *__wrap_kmod_new(const char *directory, const char *const *configs);

struct kmod_ctx *__wrap_kmod_new(const char *directory, const char *const *configs)
{
	igt_info("modules in %s\n", directory ?: "the usual place");
	if (!configs)
		igt_info("the usual configuration\n");
	for (; configs && *configs; configs++)
		igt_info("configuration %s\n", *configs);
	return NULL;
}

int igt_main()
{
	igt_subtest("load")
		igt_info("%s\n", strerror(-igt_kmod_load("vgem", NULL)));

	igt_subtest("unload")
		igt_info("%s\n", strerror(-igt_kmod_unload("vgem")));

	igt_kselftests("dmabuf_selftests", NULL, NULL, NULL);
}

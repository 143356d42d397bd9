/* SPDX-License-Identifier: MIT */
/**
 * The watch over the kernel's health. Subtests here are to fail: scripts/tests/guest/reclaim.sh
 * gives modules that make a kernel complain, and looks at the reasons.
 */
#include <sys/syscall.h>

#include "core/reclaim.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/igt_sentinel.h"

/*
 * Load the module whose file the environment names. Whether it is one that fits does not matter:
 * of one without a free licence the kernel is tainted even if it lacks symbols for it.
 */
static void load_file(const char *variable)
{
	const char *path = getenv(variable);
	_cleanup_close_ int fd = -1;

	igt_require_f(path, "%s names no module to load\n", variable);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	igt_assert_fd(fd);
	if (syscall(SYS_finit_module, fd, "", 0) < 0)
		igt_info("%s is not loaded: %m\n", path);
}

void reclaim_sentinel(void)
{
	igt_describe("A kernel that does what it should passes");
	igt_subtest("healthy-kernel-passes")
		igt_watch_kernel("nothing happens")
			igt_kmsg(KMSG_WARNING "WARNING: this is no kernel's\n");

	igt_describe("A warning of the kernel fails the region it happens in");
	igt_subtest("warning-fails-region") {
		igt_watch_kernel("a module is loaded in peace")
			load_file("CORE_WARNING_MODULE");
		igt_info("not reached\n");
	}

	igt_fixture()
		igt_sentinel_every_subtest();

	igt_describe("That subtest's warning is not this one's");
	igt_subtest("next-subtest-is-spared")
		;

	igt_describe("lockdep's end fails the subtest it happens in");
	igt_subtest("end-of-lockdep-fails-subtest")
		load_file("CORE_UNFREE_MODULE");
}

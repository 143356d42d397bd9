/* SPDX-License-Identifier: MIT */
/**
 * TEST: core changes
 * Description: Changes the machine in each way the library knows, until it is killed.
 *
 * This is no test but what core_reclaim kills, to see whether the machine is as it was then.
 */
#include <sys/mount.h>

#include "igt.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_swap.h"
#include "reclaim/igt_undo.h"

IGT_TEST_DESCRIPTION("Swap, cgroups, modules, sysctls and debugfs, changed until the test is killed");

#define SWAP_BYTES MiB(8)
#define SWAPPED_BYTES MiB(2)

/* Some of it in swap, so that swap is in use. */
static void use_swap(void)
{
	char *memory = malloc(SWAPPED_BYTES);

	igt_assert(memory);
	memset(memory, 1, SWAPPED_BYTES);
	/* Older than memory.reclaim the kernel may be: then swap is on, and empty. */
	if (access("/sys/fs/cgroup/memory.reclaim", F_OK) == 0)
		igt_memcg_reclaim(SWAPPED_BYTES);
	free(memory);
}

static void change_everything(void)
{
	igt_memcg_enter();
	igt_swap_on(SWAP_BYTES);
	use_swap();
	igt_assert_lt(0, igt_undo_set_file("/proc/sys/vm/swappiness", "13"));
	igt_assert_eq(igt_undo_load_module("vgem", NULL), 0);
	igt_assert_lt(0, igt_undo_add(IGT_UNDO_RMDIR, "/sys/kernel/tracing/instances/igt", NULL));
	igt_assert_eq(mkdir("/sys/kernel/tracing/instances/igt", 0700), 0);
	igt_assert_lt(0, igt_undo_add(IGT_UNDO_UMOUNT, "/mnt", NULL));
	mkdir("/mnt", 0700);
	do_or_die(mount("none", "/mnt", "tmpfs", 0, NULL));
}

/* Add a byte to the file that READY names, for who waits to kill us. */
static void tell(void)
{
	int fd = open(getenv("READY") ?: "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		      0600);

	igt_assert_eq((int)write(fd, "", 1), 1);
	close(fd);
}

int igt_main()
{
	igt_describe("All is changed and undone, again and again");
	igt_subtest_with_dynamic("for-ever")
		for (;;)
			igt_dynamic("round") {
				tell();
				change_everything();
			}

	igt_describe("All is changed, and stays so");
	igt_subtest("once") {
		change_everything();
		tell();
		for (;;)
			pause();
	}
}

/* SPDX-License-Identifier: MIT */
/**
 * Cgroups, swap and disks of a test's own.
 */
#include <stdatomic.h>
#include <sys/mman.h>

#include "core/reclaim.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_fork.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_swap.h"
#include "reclaim/igt_zram.h"

#define BYTES MiB(16)
/* By how much the books of a cgroup may be late, and for how long. */
#define SLACK MiB(2)
#define SETTLE_MS 10000

static int swap_areas(void)
{
	_cleanup_free_ char *text = NULL;

	igt_assert_eq(igt_file_read("/proc/swaps", &text), 0);
	return igt_swaps_parse(text);
}

/* Memory that is really there; the compiler sees through malloc(). */
static char *get_memory(void)
{
	char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	igt_assert(memory != MAP_FAILED);
	memset(memory, 1, BYTES);
	return memory;
}

static void cgroup_counts(void)
{
	uint64_t before;
	char *memory;

	igt_memcg_enter();
	igt_assert(igt_memcg_has_stat("anon") && !igt_memcg_has_stat("anonymous"));
	before = igt_memcg_current();
	memory = get_memory();
	igt_assert_lte_u64(before + BYTES - SLACK, igt_memcg_current());
	igt_assert(igt_wait(igt_memcg_stat("anon") >= BYTES - SLACK, SETTLE_MS, 20));
	munmap(memory, BYTES);
	igt_assert(igt_wait(igt_memcg_current() <= before + SLACK, SETTLE_MS, 20));
	igt_memcg_leave();
	igt_memcg_enter();
	igt_memcg_leave();
}

static void swap_takes_what_is_reclaimed(void)
{
	const int areas = swap_areas();
	uint64_t reclaimed;
	char *memory;

	igt_memcg_enter();
	igt_swap_on(2 * BYTES);
	igt_assert_eq(swap_areas(), areas + 1);
	memory = get_memory();
	reclaimed = igt_memcg_reclaim(BYTES / 2);
	igt_info("asked for %" PRIu64 " KiB, got %" PRIu64 " KiB\n", BYTES >> 11, reclaimed >> 10);
	igt_assert_lte_u64(BYTES / 2 - SLACK, reclaimed);
	igt_assert_lte_u64(BYTES / 2 - 2 * SLACK, igt_memcg_swap());
	for (uint64_t at = 0; at < BYTES; at += igt_page_size())
		igt_assert_eq(memory[at], 1);
	munmap(memory, BYTES);
	igt_swap_off();
	igt_assert_eq(swap_areas(), areas);
}

static void frozen_stand_still(void)
{
	atomic_uint *steps = mmap(NULL, sizeof(*steps), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct igt_helper_process walker = {.use_SIGKILL = true};
	struct igt_cgroup *cgroup = igt_cgroup_new("frozen", "");
	unsigned int at;

	igt_assert(steps != MAP_FAILED);
	igt_fork_helper(&walker)
		for (;;)
			atomic_fetch_add(steps, 1);
	igt_assert_eq(igt_cgroup_enter(cgroup, walker.pid), 0);
	igt_assert(igt_wait(atomic_load(steps) > 0, SETTLE_MS, 1));
	for (int i = 0; i < 3; i++) {
		igt_assert_eq(igt_cgroup_freeze(cgroup, true), 0);
		at = atomic_load(steps);
		igt_pause_ms(20);
		igt_assert_eq(atomic_load(steps), at);
		igt_assert_eq(igt_cgroup_freeze(cgroup, false), 0);
		igt_assert(igt_wait(atomic_load(steps) != at, SETTLE_MS, 1));
	}
	/* Those of a subtest that fails are frozen when they are killed. */
	igt_assert_eq(igt_cgroup_freeze(cgroup, true), 0);
	igt_stop_helper(&walker);
	igt_assert_eq(igt_cgroup_free(cgroup), 0);
	munmap(steps, sizeof(*steps));
}

/* Of the disk that a subtest had. */
static char *disk_path;

static void disk_keeps_what_is_written(void)
{
	const char *const path = igt_zram_disk(BYTES);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	char word[] = "written";

	igt_assert_fd(fd);
	disk_path = strdup(path);
	igt_assert_eq_s64(lseek(fd, 0, SEEK_END), BYTES);
	igt_assert(pwrite(fd, word, sizeof(word), BYTES / 2) == (ssize_t)sizeof(word));
	igt_assert(fsync(fd) == 0);
	memset(word, 0, sizeof(word));
	igt_assert(pread(fd, word, sizeof(word), BYTES / 2) == (ssize_t)sizeof(word));
	igt_assert_f(strcmp(word, "written") == 0, "a disk has \"%s\"\n", word);
}

void reclaim_memory(void)
{
	igt_describe("What is allocated in a cgroup is counted there, and there can be another one");
	igt_subtest("cgroup-counts")
		cgroup_counts();

	igt_describe("What is reclaimed from a cgroup is in the swap that was made, and comes back");
	igt_subtest("swap-takes-what-is-reclaimed")
		swap_takes_what_is_reclaimed();

	igt_describe("Processes of a cgroup that is frozen stand still, go on, and can be killed");
	igt_subtest("frozen-stand-still")
		frozen_stand_still();

	igt_describe("This one skips, and says why");
	igt_subtest("tmpfs-is-refused") {
		igt_swap_on_file("/dev/shm", BYTES);
		igt_assert_f(false, "there is swap on a tmpfs\n");
	}

	igt_describe("No swap is left of the subtests before");
	igt_subtest("no-swap-is-left")
		igt_assert_eq(swap_areas(), 0);

	igt_describe("A disk of a test's own has what is written to it");
	igt_subtest("disk-keeps-what-is-written")
		disk_keeps_what_is_written();

	igt_describe("It is removed with the subtest that had it");
	igt_subtest("no-disk-is-left") {
		igt_require_f(disk_path, "no subtest had a disk\n");
		igt_assert_f(access(disk_path, F_OK) < 0, "%s is there\n", disk_path);
	}
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "kms/kms_fbinfo.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_oom.h"
#include "reclaim/igt_page_owner.h"
#include "reclaim/igt_shrinker.h"
#include "reclaim/igt_swap.h"
#include "run_tester.h"

static const struct {
	const char *text;
	int result;
	uint64_t pages;
} counts[] = {
	{"", 0, 0}, /* nothing to free: no line */
	{"1 257\n", 0, 257},
	{"0 4096 0\n", 0, 4096},
	{"1 10 20\n", 0, 30},		    /* two nodes */
	{"1 10 \n42 5 \n43 0 7\n", 0, 22},  /* a cgroup per line */
	{"4294967297 4294967296\n", 0, 4294967296},
	{"1 257", 0, 257},
	{"1\n", -EINVAL, 0},
	{"\n", -EINVAL, 0},
	{"1 -5\n", -EINVAL, 0},
	{"1 5x\n", -EINVAL, 0},
	{"nonsense\n", -EINVAL, 0},
	{"1 99999999999999999999999\n", -EINVAL, 0},
};

static void shrinker_counts(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++) {
		uint64_t pages = 12345;
		int r = igt_shrinker_parse_count(counts[i].text, &pages);

		if (r != counts[i].result)
			fail_msg("'%s': %d, expected %d", counts[i].text, r, counts[i].result);
		/* On failure the output is untouched. */
		assert_int_equal(pages, r == 0 ? counts[i].pages : 12345);
	}
}

static void open_files(void **state)
{
	uint64_t files = 1;

	assert_int_equal(igt_file_nr_parse("992\t0\t9223372036854775807\n", &files), 0);
	assert_int_equal(files, 992);
	assert_int_equal(igt_file_nr_parse("", &files), -EINVAL);
	assert_int_equal(igt_file_nr_parse("-1\t0\t5\n", &files), -EINVAL);
	assert_int_equal(igt_file_nr_parse("12x\t0\t5\n", &files), -EINVAL);
	assert_int_equal(igt_file_nr_parse("99999999999999999999999 0 1\n", &files), -EINVAL);
	assert_int_equal(files, 992);
}

/* As debugfs of the debug kernel has them, shortened. */
static void page_owners(void **state)
{
	static const char bo[] = " post_alloc_hook+0x17d/0x1c0\n"
				 " folio_alloc_mpol_noprof+0x1d/0x60\n"
				 " shmem_alloc_folio+0x12b/0x160\n"
				 " drm_gem_get_pages+0x1b2/0x5e0\n"
				 "nr_base_pages: 2\n\n";
	static const char heap[] = " shmem_alloc_folio+0x12b/0x160\n"
				   " panfrost_mmu_irq_handler_thread+0x6ff/0x1c90 [panfrost]\n"
				   "nr_base_pages: 512\n\n";
	static const char others[] = " shmem_alloc_folio+0x12b/0x160\n"
				     " shmem_fault+0x1a6/0x5b0\n"
				     "nr_base_pages: 17\n\n"
				     " pte_alloc_one+0x12/0x40\n"
				     " drm_gem_shmem_fault+0x99/0x1b0\n"
				     "nr_base_pages: 3\n\n"
				     " allocate_slab+0x32f/0x400\n"
				     " shmem_add_to_page_cache+0x3/0x40\n"
				     " drm_gem_get_pages+0x1b2/0x5e0\n"
				     "nr_base_pages: 8\n\n";
	char all[sizeof(bo) + sizeof(heap) + sizeof(others)];
	uint64_t pages = 12345;

	snprintf(all, sizeof(all), "%s%s%s", others, bo, heap);
	assert_int_equal(igt_page_owner_parse(all, &pages), 0);
	assert_int_equal(pages, 514);
	assert_int_equal(igt_page_owner_parse(others, &pages), 0);
	assert_int_equal(pages, 0);
	assert_int_equal(igt_page_owner_parse("", &pages), 0);
	pages = 12345;
	assert_int_equal(igt_page_owner_parse(" shmem_fault+0x1/0x2\n", &pages), -EINVAL);
	assert_int_equal(igt_page_owner_parse("nr_base_pages: -1\n\n", &pages), -EINVAL);
	assert_int_equal(igt_page_owner_parse("nr_base_pages: 3", &pages), -EINVAL);
	assert_int_equal(pages, 12345);
}

/* As debugfs of the reference kernel has them, shortened; the second is of Linux 6.12 without it. */
static void framebuffers(void **state)
{
	static const char text[] = "framebuffer[41]:\n"
				   "\tallocated by = virtio_kms\n"
				   "\tlayers:\n"
				   "\t\tobj[0]:\n"
				   "\t\t\timported=no\n"
				   "\t\t\tpages_use_count=4\n"
				   "\t\t\tpages_pin_count=3\n"
				   "\t\t\tevicted=0\n"
				   "\t\t\tmadv=-1\n"
				   "\t\t\tvmap_use_count=1\n"
				   "\t\t\tvaddr=000000005e0493be\n"
				   "framebuffer[4]:\n"
				   "\tallocated by = evicted=7\n"
				   "\t\t\tpages_use_count=1\n"
				   "\t\t\tvmap_use_count=x\n"
				   "\t\t\tvaddr=0000000000000000\n";
	struct kms_fb_info info = {0};

	assert_int_equal(kms_fb_info_parse(text, 41, &info), 0);
	assert_int_equal(info.users, 4);
	assert_int_equal(info.pins, 3);
	assert_int_equal(info.evicted, 0);
	assert_int_equal(info.madv, -1);
	assert_int_equal(info.vmaps, 1);
	assert_true(info.vaddr);
	assert_int_equal(kms_fb_info_parse(text, 1, &info), -ENOENT);
	assert_int_equal(kms_fb_info_parse("", 41, &info), -ENOENT);
	assert_int_equal(info.users, 4);
	assert_int_equal(kms_fb_info_parse(text, 4, &info), 0);
	assert_int_equal(info.users, 1);
	assert_int_equal(info.pins, KMS_UNKNOWN);
	assert_int_equal(info.madv, KMS_UNKNOWN);
	assert_int_equal(info.vmaps, KMS_UNKNOWN);
	assert_false(info.vaddr);
	assert_int_equal(kms_fb_info_parse("framebuffer[4]:\n\tvaddr=(null)\n", 4, &info), 0);
	assert_false(info.vaddr);
	assert_int_equal(kms_fb_info_parse("framebuffer[4]:\n\tvaddr=00000000", 4, &info), 0);
	assert_false(info.vaddr);
}

static void meminfo(void **state)
{
	static const char text[] = "MemTotal:        1009412 kB\n"
				   "MemFree:          813060 kB\n"
				   "MemAvailable:     870000 kB\n"
				   "HugePages_Total:       0\n";
	uint64_t bytes = 1;

	assert_int_equal(igt_meminfo_parse(text, "MemAvailable", &bytes), 0);
	assert_int_equal(bytes, 870000 * 1024);
	assert_int_equal(igt_meminfo_parse(text, "Mem", &bytes), -ENOENT);
	assert_int_equal(igt_meminfo_parse(text, "HugePages_Total", &bytes), -EINVAL);
	assert_int_equal(igt_meminfo_parse("", "MemFree", &bytes), -ENOENT);
	assert_int_equal(bytes, 870000 * 1024);
}

static void swaps(void **state)
{
	static const char header[] = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
	static const char two[] = "Filename Type Size Used Priority\n"
				  "/dev/zram0 partition 524284 0 100\n"
				  "/swapfile file 1048572 0 -2\n";

	assert_int_equal(igt_swaps_parse(header), 0);
	assert_int_equal(igt_swaps_parse(two), 2);
	assert_int_equal(igt_swaps_parse("else"), -EINVAL);
}

static void entries(void **state)
{
	static const char text[] = "anon 4096\n"
				   "shmem 4194304\n"
				   "shmem_thp 0\n"
				   "unevictable 18446744073709551615\n"
				   "broken x\n"
				   "last 7";
	uint64_t value = 1;

	assert_int_equal(igt_entry_parse(text, "shmem", &value), 0);
	assert_int_equal(value, 4194304);
	assert_int_equal(igt_entry_parse(text, "shmem_thp", &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(igt_entry_parse(text, "unevictable", &value), 0);
	assert_int_equal(value, UINT64_MAX);
	assert_int_equal(igt_entry_parse(text, "last", &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(igt_entry_parse(text, "shm", &value), -ENOENT);
	assert_int_equal(igt_entry_parse(text, "broken", &value), -EINVAL);
	assert_int_equal(igt_entry_parse("", "anon", &value), -ENOENT);
	assert_int_equal(value, 7);
}

static void vmstat(void **state)
{
	static const char text[] = "nr_free_pages 232000\n"
				   "allocstall_dma 1\n"
				   "allocstall_normal 20\n"
				   "allocstall_movable 300\n"
				   "pgsteal_kswapd 4000\n"
				   "pgsteal_direct 500\n"
				   "slabs_scanned x\n"
				   "pswpout 7\n";
	struct igt_vmstat vmstat;

	igt_vmstat_parse(text, &vmstat);
	assert_int_equal(vmstat.allocstall, 321);
	assert_int_equal(vmstat.pgsteal_kswapd, 4000);
	assert_int_equal(vmstat.pgsteal_direct, 500);
	assert_int_equal(vmstat.slabs_scanned, 0);
	assert_int_equal(vmstat.pswpin, 0);
	assert_int_equal(vmstat.pswpout, 7);
}

static void cgroups(void **state)
{
	char *path = NULL;

	assert_int_equal(igt_cgroup_parse("0::/\n", &path), 0);
	assert_string_equal(path, "/");
	free(path);
	/* v1 and v2 side by side, and a name with a colon. */
	assert_int_equal(igt_cgroup_parse("1:memory:/a\n0::/user.slice/b:c\n", &path), 0);
	assert_string_equal(path, "/user.slice/b:c");
	free(path);
	path = NULL;
	assert_int_equal(igt_cgroup_parse("10::/a\n1:memory:/a\n", &path), -ENOENT);
	assert_int_equal(igt_cgroup_parse("", &path), -ENOENT);
	assert_null(path);
}

static void mounts(void **state)
{
	static const char hybrid[] =
		"sysfs /sys sysfs rw,nosuid 0 0\n"
		"cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nsdelegate 0 0\n"
		"cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n"
		"cgroup /sys/fs/cgroup/with\\040space cgroup rw,nosuid,memory 0 0\n";
	char *path = NULL;

	assert_int_equal(igt_mounts_parse(hybrid, "cgroup2", NULL, &path), 0);
	assert_string_equal(path, "/sys/fs/cgroup/unified");
	free(path);
	assert_int_equal(igt_mounts_parse(hybrid, "cgroup", "memory", &path), 0);
	assert_string_equal(path, "/sys/fs/cgroup/with space");
	free(path);
	path = NULL;
	assert_int_equal(igt_mounts_parse(hybrid, "cgroup", "mem", &path), -ENOENT);
	assert_int_equal(igt_mounts_parse(hybrid, "cgroup2", "memory", &path), -ENOENT);
	assert_int_equal(igt_mounts_parse("", "cgroup2", NULL, &path), -ENOENT);
	assert_int_equal(igt_mounts_parse("one two\n", "two", NULL, &path), -ENOENT);
	assert_null(path);
}

static void swap_header(void **state)
{
	const size_t size = 4096;
	unsigned char page[4096];
	uint32_t numbers[3];

	memset(page, 0xff, size);
	assert_int_equal(igt_swap_header(page, size, 256 << 20), 0);
	for (int i = 0; i < 1024; i++)
		assert_int_equal(page[i], 0);
	memcpy(numbers, page + 1024, sizeof(numbers));
	assert_int_equal(numbers[0], 1);	 /* version */
	assert_int_equal(numbers[1], 65535);	 /* last page */
	assert_int_equal(numbers[2], 0);	 /* bad pages */
	assert_string_equal((char *)page + 1052, "igt-reclaim");
	assert_memory_equal(page + size - 10, "SWAPSPACE2", 10);

	memset(page, 0xff, size);
	assert_int_equal(igt_swap_header(page, size, 0), -EINVAL);
	assert_int_equal(igt_swap_header(page, size, size), -EINVAL);
	assert_int_equal(igt_swap_header(page, size, 2 * size + 1), -EINVAL);
	assert_int_equal(igt_swap_header(page, size, (UINT64_C(1) << 32) * size + size), -EINVAL);
	assert_int_equal(page[0], 0xff);
}

static void files(void **state)
{
	char path[] = "/tmp/igt-files-XXXXXX", *text = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(igt_file_write(path, "one\ntwo\n"), 0);
	assert_int_equal(igt_file_read(path, &text), 0);
	assert_string_equal(text, "one\ntwo\n");
	free(text);
	text = NULL;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(igt_file_read(path, &text), -ENOENT);
	assert_int_equal(igt_file_write(path, "x"), -ENOENT);
	assert_null(text);
	close(fd);
}

/* What the OOM killer says is told from what a fault does. */
static void oom_reports(void **state)
{
	static const char *const reports[] = {
		"igt_press_anon invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0",
		"CPU: 1 UID: 0 PID: 459 Comm: x Tainted: G           O       6.12.117 #1 ",
		"CPU: 1 PID: 459 Comm: x Not tainted 6.1.0 #1 ",
		"Tainted: [O]=OOT_MODULE",
		" dump_stack_lvl+0x5b/0x70",
		" ? asm_exc_page_fault+0x2b/0x30",
		" </TASK>",
		"RSP: 002b:00007ffc59441980 EFLAGS: 00000246",
		"active_anon:1897 inactive_anon:182222 isolated_anon:0\n active_file:0",
		"DMA32 free:36796kB boost:0kB min:44348kB",
		"Node 0 DMA: 1*4kB (M) 1*8kB (M) = 4364kB",
		"53742 total pagecache pages",
		"[    455]     0   455   178201   177152   177152        0         0  1449984",
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null)",
		"Out of memory: Killed process 455 (x) total-vm:712804kB, anon-rss:708608kB",
	};
	static const char *const faults[] = {
		"WARNING: CPU: 1 PID: 459 at drivers/gpu/drm/drm_gem_shmem_helper.c:10 x+0x5/0x9",
		"WARNING: possible circular locking dependency detected",
		"BUG: kernel NULL pointer dereference, address: 0000000000000008",
		"BUG: KASAN: slab-use-after-free in x+0x5/0x9",
		"Oops: 0002 [#1] PREEMPT SMP",
		"list_del corruption. prev->next should be x",
		"panfrost fb0.gpu: gpu sched timeout, js=0, config=0x3700",
		"Memory manager not clean during takedown.",
	};
	regex_t regex;

	assert_int_equal(regcomp(&regex, IGT_OOM_REPORT_LINES, REG_EXTENDED | REG_NOSUB), 0);
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++)
		if (regexec(&regex, reports[i], 0, NULL, 0) != 0)
			fail_msg("not told to be of a report: %s", reports[i]);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (regexec(&regex, faults[i], 0, NULL, 0) == 0)
			fail_msg("told to be of a report: %s", faults[i]);
	regfree(&regex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrinker_counts),
		cmocka_unit_test(meminfo),
		cmocka_unit_test(oom_reports),
		cmocka_unit_test(open_files),
		cmocka_unit_test(page_owners),
		cmocka_unit_test(framebuffers),
		cmocka_unit_test(swaps),
		cmocka_unit_test(entries),
		cmocka_unit_test(vmstat),
		cmocka_unit_test(cgroups),
		cmocka_unit_test(mounts),
		cmocka_unit_test(swap_header),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
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

static void memory_stat(void **state)
{
	static const char text[] = "anon 4096\n"
				   "shmem 4194304\n"
				   "shmem_thp 0\n"
				   "unevictable 18446744073709551615\n"
				   "broken x\n"
				   "last 7";
	uint64_t value = 1;

	assert_int_equal(igt_memory_stat_parse(text, "shmem", &value), 0);
	assert_int_equal(value, 4194304);
	assert_int_equal(igt_memory_stat_parse(text, "shmem_thp", &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(igt_memory_stat_parse(text, "unevictable", &value), 0);
	assert_int_equal(value, UINT64_MAX);
	assert_int_equal(igt_memory_stat_parse(text, "last", &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(igt_memory_stat_parse(text, "shm", &value), -ENOENT);
	assert_int_equal(igt_memory_stat_parse(text, "broken", &value), -EINVAL);
	assert_int_equal(igt_memory_stat_parse("", "anon", &value), -ENOENT);
	assert_int_equal(value, 7);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrinker_counts),
		cmocka_unit_test(meminfo),
		cmocka_unit_test(swaps),
		cmocka_unit_test(memory_stat),
		cmocka_unit_test(cgroups),
		cmocka_unit_test(swap_header),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

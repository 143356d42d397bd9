/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "igt_aux.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_shrinker.h"
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
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

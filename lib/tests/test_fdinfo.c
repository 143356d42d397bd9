/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_drm_fdinfo.h"
#include "run_tester.h"

static struct drm_client_fdinfo info;

static unsigned int parse(const char *text)
{
	return igt_drm_fdinfo_parse_text(text, &info, NULL, 0, NULL, 0);
}

#define HEAD "pos:\t0\nflags:\t02100002\ndrm-driver:\tpanfrost\ndrm-client-id:\t7\n"

static void identity(void **state)
{
	assert_int_equal(parse(HEAD), 2);
	assert_string_equal(info.driver, "panfrost");
	assert_int_equal(info.id, 7);
	assert_string_equal(info.pdev, "");
	assert_int_equal(parse(HEAD "drm-pdev:\t0000:00:02.0\n"), 3);
	assert_string_equal(info.pdev, "0000:00:02.0");
	/* Not a file of DRM's. */
	assert_int_equal(parse(""), 0);
	assert_int_equal(parse("pos:\t0\nflags:\t02\n"), 0);
	assert_int_equal(parse("drm-driver: x\ndrm-total-memory: 1\n"), 0);
	assert_int_equal(parse("drm-client-id: 1\ndrm-total-memory: 1\n"), 0);
}

static void engines(void **state)
{
	assert_int_equal(parse(HEAD "drm-engine-fragment:\t1846584880 ns\n"
				    "drm-cycles-fragment:\t1424359409\n"
				    "drm-maxfreq-fragment:\t799999987 Hz\n"
				    "drm-engine-vertex-tiler:\t71932239 ns\n"
				    "drm-total-cycles-fragment:\t5\n"
				    "drm-engine-capacity-vertex-tiler:\t2\n"), 7);
	assert_int_equal(info.num_engines, 2);
	assert_int_equal(info.last_engine_index, 1);
	assert_string_equal(info.names[0], "fragment");
	assert_string_equal(info.names[1], "vertex-tiler");
	assert_int_equal(info.engine_time[0], 1846584880);
	assert_int_equal(info.cycles[0], 1424359409);
	assert_int_equal(info.total_cycles[0], 5);
	assert_int_equal(info.engine_time[1], 71932239);
	assert_int_equal(info.capacity[0], 1);
	assert_int_equal(info.capacity[1], 2);
	assert_int_equal(info.utilization_mask, DRM_FDINFO_UTILIZATION_ENGINE_TIME |
							DRM_FDINFO_UTILIZATION_CYCLES |
							DRM_FDINFO_UTILIZATION_TOTAL_CYCLES);
	assert_int_equal(info.num_regions, 0);
}

static void regions(void **state)
{
	const struct drm_client_meminfo *memory = &info.region_mem[0], *vram = &info.region_mem[1];

	assert_int_equal(parse(HEAD "drm-total-memory:\t8 MiB\n"
				    "drm-shared-memory:\t16\n"
				    "drm-active-memory:\t0\n"
				    "drm-resident-memory:\t4096 KiB\n"
				    "drm-purgeable-memory:\t128 KiB\n"
				    "drm-memory-vram:\t12 KiB\n"), 8);
	assert_int_equal(info.num_regions, 2);
	assert_int_equal(info.last_region_index, 1);
	assert_string_equal(info.region_names[0], "memory");
	assert_int_equal(memory->total, 8 << 20);
	assert_int_equal(memory->shared, 16);
	assert_int_equal(memory->active, 0);
	assert_int_equal(memory->resident, 4 << 20);
	assert_int_equal(memory->purgeable, 128 << 10);
	assert_string_equal(info.region_names[1], "vram");
	assert_int_equal(vram->resident, 12 << 10);
}

/* What is not understood is left out, and nothing else with it. */
static void broken_lines(void **state)
{
	static const char *const lines[] = {
		"drm-total-memory: many\n",
		"drm-total-memory: -1\n",
		"drm-total-memory: 1 GiB\n",
		"drm-total-memory: 18446744073709551616\n",
		"drm-total-memory: 18446744073709551615 KiB\n",
		"drm-total-: 5\n",
		"drm-total-memory\n",
		"drm-engine-capacity-render: 0\n",
		"drm-: 5\n",
		"total-memory: 5\n",
		"drm-unheard-of: 5\n",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s" HEAD "drm-total-good: 3", lines[i]);
		if (parse(text) != 3)
			fail_msg("'%s' counts", lines[i]);
		assert_int_equal(info.num_regions, 1);
		assert_int_equal(info.num_engines, 0);
		assert_int_equal(info.region_mem[0].total, 3);
	}
}

static void too_many(void **state)
{
	char text[4096] = HEAD;

	for (int i = 0; i < DRM_CLIENT_FDINFO_MAX_REGIONS + 4; i++)
		sprintf(text + strlen(text), "drm-total-r%d: %d\n", i, i);
	for (int i = 0; i < DRM_CLIENT_FDINFO_MAX_ENGINES + 4; i++)
		sprintf(text + strlen(text), "drm-engine-e%d: %d ns\n", i, i);
	assert_int_equal(parse(text), 2 + DRM_CLIENT_FDINFO_MAX_REGIONS +
					      DRM_CLIENT_FDINFO_MAX_ENGINES);
	assert_int_equal(info.num_regions, DRM_CLIENT_FDINFO_MAX_REGIONS);
	assert_int_equal(info.num_engines, DRM_CLIENT_FDINFO_MAX_ENGINES);

	memset(text, 'n', 400);
	memcpy(text, "drm-total-", 10);
	strcpy(text + 400, ": 5\n" HEAD);
	assert_int_equal(parse(text), 2);
	assert_int_equal(info.num_regions, 0);
}

static void maps(void **state)
{
	static const char *engines[] = {"compute", "render"}, *memory[] = {"vram", "memory"};

	assert_int_equal(igt_drm_fdinfo_parse_text(HEAD "drm-engine-render: 5 ns\n"
							"drm-engine-video: 6 ns\n"
							"drm-total-memory: 7\n"
							"drm-total-stolen: 8\n",
						   &info, engines, ARRAY_SIZE(engines), memory,
						   ARRAY_SIZE(memory)), 4);
	assert_int_equal(info.num_engines, 1);
	assert_int_equal(info.last_engine_index, 1);
	assert_string_equal(info.names[0], "");
	assert_int_equal(info.engine_time[1], 5);
	assert_int_equal(info.num_regions, 1);
	assert_int_equal(info.region_mem[1].total, 7);
}

static void of_a_file(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char folder[] = "/tmp/igt-fdinfo-XXXXXX";
	int dir, file;

	/* A file, but not of DRM's; and one that is not there. */
	assert_int_equal(igt_parse_drm_fdinfo(fd, &info, NULL, 0, NULL, 0), 0);
	close(fd);
	assert_int_equal(igt_parse_drm_fdinfo(fd, &info, NULL, 0, NULL, 0), 0);

	assert_non_null(mkdtemp(folder));
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file = openat(dir, "5", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(file, HEAD, strlen(HEAD)), strlen(HEAD));
	assert_int_equal(__igt_parse_drm_fdinfo(dir, "5", &info, NULL, 0, NULL, 0), 2);
	close(file);
	unlinkat(dir, "5", 0);
	close(dir);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity),	cmocka_unit_test(engines),
		cmocka_unit_test(regions),	cmocka_unit_test(broken_lines),
		cmocka_unit_test(too_many),	cmocka_unit_test(maps),
		cmocka_unit_test(of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/**
 * An input is the text of an fdinfo file. It is read without a map of names, and with one.
 */
#include "fuzz.h"
#include "igt_drm_fdinfo.h"

static void check(const struct drm_client_fdinfo *info)
{
	fuzz_assert(info->driver[0]);
	fuzz_assert(info->num_engines <= DRM_CLIENT_FDINFO_MAX_ENGINES);
	fuzz_assert(info->num_regions <= DRM_CLIENT_FDINFO_MAX_REGIONS);
	fuzz_assert(info->last_engine_index < DRM_CLIENT_FDINFO_MAX_ENGINES);
	fuzz_assert(info->last_region_index < DRM_CLIENT_FDINFO_MAX_REGIONS);
	for (unsigned int i = 0; i < DRM_CLIENT_FDINFO_MAX_ENGINES; i++) {
		fuzz_assert(info->capacity[i] > 0);
		fuzz_assert(strlen(info->names[i]) < DRM_CLIENT_FDINFO_MAX_NAME);
		/* Names stand without a gap up to the last. */
		fuzz_assert(!info->names[i][0] == (i >= info->num_engines));
	}
	for (unsigned int i = 0; i < DRM_CLIENT_FDINFO_MAX_REGIONS; i++)
		fuzz_assert(!info->region_names[i][0] == (i >= info->num_regions));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *engines[] = {"compute", "fragment"}, *regions[] = {"vram", "memory"};
	static struct drm_client_fdinfo info;
	char *text = fuzz_string(data, size);
	unsigned int all, mapped;

	all = igt_drm_fdinfo_parse_text(text, &info, NULL, 0, NULL, 0);
	if (all)
		check(&info);
	mapped = igt_drm_fdinfo_parse_text(text, &info, engines, 2, regions, 2);
	/* The same lines, but for names that are not in the map, or did not fit without it. */
	fuzz_assert(!mapped == !all);
	fuzz_assert(info.num_engines <= 2 && info.num_regions <= 2);
	free(text);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/**
 * Summing up the regions of fdinfo.
 */
#include <errno.h>

#include "gem/gem_device.h"
#include "igt_core.h"
#include "reclaim/igt_fdinfo.h"

struct drm_client_meminfo igt_fdinfo_memory(const struct gem_device *dev)
{
	struct drm_client_meminfo sum = {0};
	struct drm_client_fdinfo info;
	unsigned int lines = igt_parse_drm_fdinfo(dev->fd, &info, NULL, 0, NULL, 0);

	errno = 0;
	igt_require_f(lines && info.num_regions, "This driver tells no memory in fdinfo\n");
	for (unsigned int i = 0; i <= info.last_region_index; i++) {
		const struct drm_client_meminfo *region = &info.region_mem[i];

		sum.total += region->total;
		sum.shared += region->shared;
		sum.resident += region->resident;
		sum.purgeable += region->purgeable;
		sum.active += region->active;
	}
	return sum;
}

/* SPDX-License-Identifier: MIT */
#define IGT_LOG_DOMAIN "igt_zram"
#include <errno.h>
#include <inttypes.h>

#include "igt_core.h"
#include "reclaim/igt_swap_area.h"
#include "reclaim/igt_zram.h"

const char *igt_zram_disk(uint64_t bytes)
{
	static struct igt_swap_area disk;
	int r;

	/* What an earlier one changed is known to who undoes it. */
	disk = (struct igt_swap_area){0};
	r = igt_swap_zram(&disk, bytes);
	errno = 0;
	igt_require_f(r == 0, "No disk can be made: %s\n", disk.why);
	igt_debug("a disk of %" PRIu64 " MiB is %s\n", bytes >> 20, disk.path);
	return disk.path;
}

/* SPDX-License-Identifier: MIT */
/**
 * Figures of /proc/meminfo.
 */
#include <errno.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "igt_os.h"
#include "reclaim/igt_memory.h"

/* More than the kernel spends on a GEM object and its file, whatever its size. */
#define BYTES_PER_OBJECT 1024

uint64_t igt_get_total_ram_mb(void)
{
	return igt_meminfo("MemTotal") / MiB(1);
}

uint64_t igt_get_avail_ram_mb(void)
{
	return igt_meminfo("MemAvailable") / MiB(1);
}

uint64_t igt_get_total_swap_mb(void)
{
	return igt_meminfo("SwapTotal") / MiB(1);
}

bool __igt_check_memory(uint64_t count, uint64_t size, unsigned int mode, uint64_t *ret_required,
			uint64_t *ret_total)
{
	uint64_t required, each, total = igt_get_avail_ram_mb() * MiB(1);

	if (mode & CHECK_SWAP)
		total += igt_meminfo("SwapFree");
	if (__builtin_add_overflow(size, BYTES_PER_OBJECT, &each) ||
	    __builtin_mul_overflow(count, each, &required))
		required = UINT64_MAX;
	*ret_required = required;
	*ret_total = total;
	return required <= total;
}

void igt_require_memory(uint64_t count, uint64_t size, unsigned int mode)
{
	uint64_t required, total;
	bool fits = __igt_check_memory(count, size, mode, &required, &total);

	errno = 0;
	igt_require_f(fits,
		      "%" PRIu64 " objects of %" PRIu64 " bytes need %" PRIu64 " MiB; %" PRIu64
		      " MiB of %s are available\n",
		      count, size, required / MiB(1), total / MiB(1),
		      mode & CHECK_SWAP ? "RAM and swap" : "RAM");
}

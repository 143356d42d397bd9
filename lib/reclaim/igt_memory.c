/* SPDX-License-Identifier: MIT */
/**
 * Reading /proc/meminfo and /proc/swaps.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"

/* Far above the watermarks at which kswapd wakes, also on a guest of 1 GiB. */
#define PLENTY MiB(128)

int igt_meminfo_parse(const char *text, const char *key, uint64_t *ret_bytes)
{
	const size_t length = strlen(key);

	while (*text) {
		unsigned long long kib;
		char *end;

		if (strncmp(text, key, length) == 0 && text[length] == ':') {
			kib = strtoull(text + length + 1, &end, 10);
			if (end == text + length + 1 || strncmp(end, " kB", 3) != 0)
				return -EINVAL;
			*ret_bytes = KiB(kib);
			return 0;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return -ENOENT;
}

int igt_swaps_parse(const char *text)
{
	int areas = 0;

	if (strncmp(text, "Filename", strlen("Filename")) != 0)
		return -EINVAL;
	text += strcspn(text, "\n");
	while (*text == '\n' && text[1]) {
		areas++;
		text++;
		text += strcspn(text, "\n");
	}
	return areas;
}

void igt_require_no_swap(void)
{
	_cleanup_free_ char *text = NULL;
	int areas = 0, r;

	/* A kernel without CONFIG_SWAP has no such file, and no swap. */
	r = igt_file_read("/proc/swaps", &text);
	if (r == 0)
		areas = igt_swaps_parse(text);
	igt_assert_f(r == 0 || r == -ENOENT, "/proc/swaps: %s\n", strerror(-r));
	igt_assert_f(areas >= 0, "/proc/swaps is not understood\n");
	errno = 0;
	igt_require_f(areas == 0, "%d swap areas are active, and this needs none: swapoff -a\n",
		      areas);
}

void igt_require_free_memory(uint64_t bytes)
{
	_cleanup_free_ char *text = NULL;
	uint64_t available = 0;
	int r;

	r = igt_file_read("/proc/meminfo", &text);
	if (r == 0)
		r = igt_meminfo_parse(text, "MemAvailable", &available);
	igt_assert_f(r == 0, "/proc/meminfo: %s\n", strerror(-r));
	errno = 0;
	igt_require_f(available >= bytes + PLENTY,
		      "%" PRIu64 " MiB of memory are available, %" PRIu64 " MiB are needed\n",
		      available >> 20, (bytes + PLENTY) >> 20);
}

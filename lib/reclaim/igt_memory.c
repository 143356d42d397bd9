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

uint64_t igt_meminfo(const char *key)
{
	_cleanup_free_ char *text = NULL;
	uint64_t bytes = 0;
	int r;

	r = igt_file_read("/proc/meminfo", &text);
	if (r == 0)
		r = igt_meminfo_parse(text, key, &bytes);
	igt_assert_f(r == 0, "/proc/meminfo, %s: %s\n", key, strerror(-r));
	return bytes;
}

void igt_vmstat_parse(const char *text, struct igt_vmstat *ret_vmstat)
{
	struct igt_vmstat vmstat = {0};
	const struct {
		const char *key;
		uint64_t *sum;
	} entries[] = {
		{"pgsteal_kswapd", &vmstat.pgsteal_kswapd},
		{"pgsteal_direct", &vmstat.pgsteal_direct},
		{"allocstall_dma", &vmstat.allocstall},
		{"allocstall_dma32", &vmstat.allocstall},
		{"allocstall_normal", &vmstat.allocstall},
		{"allocstall_movable", &vmstat.allocstall},
		{"slabs_scanned", &vmstat.slabs_scanned},
		{"pswpin", &vmstat.pswpin},
		{"pswpout", &vmstat.pswpout},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(entries); i++) {
		uint64_t value;

		if (igt_entry_parse(text, entries[i].key, &value) == 0)
			*entries[i].sum += value;
	}
	*ret_vmstat = vmstat;
}

void igt_vmstat(struct igt_vmstat *ret_vmstat)
{
	_cleanup_free_ char *text = NULL;
	int r = igt_file_read("/proc/vmstat", &text);

	igt_assert_f(r == 0, "/proc/vmstat: %s\n", strerror(-r));
	igt_vmstat_parse(text, ret_vmstat);
}

uint64_t igt_vmstat_counter(const char *key)
{
	_cleanup_free_ char *text = NULL;
	uint64_t value = 0;
	int r;

	r = igt_file_read("/proc/vmstat", &text);
	if (r == 0)
		r = igt_entry_parse(text, key, &value);
	errno = 0;
	igt_require_f(r != -ENOENT, "/proc/vmstat has no %s (CONFIG_VM_EVENT_COUNTERS)\n", key);
	igt_assert_f(r == 0, "/proc/vmstat, %s: %s\n", key, strerror(-r));
	return value;
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

/* What can be allocated without swapping, as the kernel estimates. */
static uint64_t available_memory(void)
{
	return igt_meminfo("MemAvailable");
}

bool igt_has_free_memory(uint64_t bytes)
{
	return available_memory() >= bytes + PLENTY;
}

void igt_require_free_memory(uint64_t bytes)
{
	const uint64_t available = available_memory();

	errno = 0;
	igt_require_f(available >= bytes + PLENTY,
		      "%" PRIu64 " MiB of memory are available, %" PRIu64 " MiB are needed\n",
		      available >> 20, (bytes + PLENTY) >> 20);
}

/* SPDX-License-Identifier: MIT */
/**
 * Counting page faults of a thread.
 */
#include <sys/resource.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "reclaim/igt_fault.h"

static uint64_t minor_faults(void)
{
	struct rusage usage;

	igt_assert(getrusage(RUSAGE_THREAD, &usage) == 0);
	return (uint64_t)usage.ru_minflt;
}

static void read_pages(const volatile uint8_t *start, uint64_t bytes)
{
	const uint64_t page = igt_page_size();

	for (uint64_t at = 0; at < bytes; at += page)
		(void)start[at];
}

uint64_t igt_faults_reading(const void *start, uint64_t bytes)
{
	uint64_t before;

	/* The first round brings in the code and the stack that the counted one uses. */
	read_pages(start, 0);
	minor_faults();
	before = minor_faults();
	read_pages(start, bytes);
	return minor_faults() - before;
}

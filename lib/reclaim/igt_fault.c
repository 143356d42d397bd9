/* SPDX-License-Identifier: MIT */
/**
 * Counting page faults of a thread.
 */
#include <sys/resource.h>
#include <time.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "reclaim/igt_fault.h"

static uint64_t minor_faults(void)
{
	struct rusage usage;

	igt_assert(getrusage(RUSAGE_THREAD, &usage) == 0);
	return (uint64_t)usage.ru_minflt;
}

uint64_t igt_faults_reading(const void *start, uint64_t bytes)
{
	const volatile uint8_t *byte = start;
	const uint64_t page = igt_page_size();
	uint64_t before, after, faulted = 0;

	/* The first call brings in the code and the stack that the others use. */
	minor_faults();
	/*
	 * A thread that has been off the processor is told so in memory of its own (rseq), which
	 * may still be shared with a child that it forked. To get that over with it sleeps now.
	 */
	nanosleep(&(struct timespec){.tv_nsec = 1}, NULL);
	after = minor_faults();
	for (uint64_t at = 0; at < bytes; at += page) {
		before = after;
		(void)byte[at];
		after = minor_faults();
		faulted += after > before;
	}
	return faulted;
}

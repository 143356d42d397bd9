/* SPDX-License-Identifier: MIT */
/**
 * A process, not a thread: no signal or lock of the test's then holds up what waits in the kernel.
 */
#include <stdatomic.h>
#include <sys/mman.h>

#include "igt.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/scanner.h"

/* How long a scan that waits for a host may go on when the host is there again. */
#define END_SECONDS 30

/* Of both processes. */
static struct shared {
	atomic_uint scans; /* that have ended */
	atomic_ulong longest_ns;
	atomic_bool stop;
} *shared;

static void keep_scanning(struct gem_device *dev)
{
	while (!atomic_load(&shared->stop)) {
		const uint64_t begun = igt_now_ns();
		uint64_t took;

		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, SCAN_ALL_PAGES), 0);
		took = igt_now_ns() - begun;
		if (took > atomic_load(&shared->longest_ns))
			atomic_store(&shared->longest_ns, took);
		atomic_fetch_add(&shared->scans, 1);
	}
}

void scanner_start(struct gem_device *dev)
{
	if (!shared) {
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		igt_assert(shared != MAP_FAILED);
	}
	atomic_store(&shared->scans, 0);
	atomic_store(&shared->longest_ns, 0);
	atomic_store(&shared->stop, false);
	igt_fork(child, 1)
		keep_scanning(dev);
}

bool scanner_await(unsigned int scans, unsigned int timeout_ms)
{
	const unsigned int until = atomic_load(&shared->scans) + scans + 1;

	return igt_wait(atomic_load(&shared->scans) >= until, timeout_ms, 1);
}

unsigned int scanner_stop(void)
{
	atomic_store(&shared->stop, true);
	igt_waitchildren_timeout(END_SECONDS, "a process that scans");
	return atomic_load(&shared->longest_ns) / 1000000;
}

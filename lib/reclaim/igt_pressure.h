/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Real shortage of memory, made by a process that allocates, and bounded by its cgroup.
 *
 * The process is one of its own, with nothing of the test's memory, in a cgroup that limits its
 * memory, its swap and its number: whatever it does, the machine keeps the rest. When it runs into
 * its limit it is the one that the OOM killer ends, which is told and no failure here. It ends at
 * the latest when the subtest that started it does, or for a fixture, when the test does.
 *
 *	struct igt_pressure *pressure = igt_pressure_start(IGT_PRESSURE_ANON, MiB(64), 0);
 *
 *	igt_assert(igt_pressure_grow(pressure, MiB(48)));
 *	...
 *	igt_pressure_stop(pressure);
 */
#ifndef IGT_PRESSURE_H
#define IGT_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

/** What the process fills memory with. */
enum igt_pressure_kind {
	/** Anonymous pages that do not compress: they can go to swap and nowhere else. */
	IGT_PRESSURE_ANON,
	/**
	 * Clean page cache, read from an empty zram device: the kernel can give it up at once, and
	 * prefers that to most else.
	 */
	IGT_PRESSURE_FILE,
};

struct igt_pressure;

/** What happened since the pressure was started. Of the machine: whoever caused it. */
struct igt_pressure_report {
	uint64_t bytes;		/**< allocated or read by the process */
	uint64_t cgroup_pages;	/**< reclaimed of its own */
	uint64_t kswapd_pages;	/**< page cache and anonymous memory reclaimed, by kswapd */
	uint64_t direct_pages;	/**< and by those who wanted memory */
	uint64_t stalls;	/**< times that somebody had to reclaim before getting memory */
	uint64_t slab_objects;	/**< that shrinkers were asked to look at */
	uint64_t swapped_pages; /**< written to swap */
	bool oom;		/**< the process was ended by the OOM killer, */
	bool oom_in_cgroup;	/**< because of the limit of its cgroup */
};

/**
 * Start a process that may have @bytes of memory and @swap_bytes of swap; it holds nothing yet.
 * Skips, with the reason, where its cgroup cannot be made, or for IGT_PRESSURE_FILE, zram is
 * missing. To be ended with igt_pressure_stop().
 */
struct igt_pressure *igt_pressure_start(enum igt_pressure_kind kind, uint64_t bytes,
					uint64_t swap_bytes);

/**
 * Have it allocate, or read, @bytes more, and wait until it has. Returns false when it did not live
 * to tell.
 */
bool igt_pressure_grow(struct igt_pressure *pressure, uint64_t bytes);

/**
 * Have one of anonymous memory allocate what the machine will not miss, @most bytes at most, so that
 * the next bit makes memory short. Of huge pages, where the kernel has some: page by page it takes
 * seconds. For those without swap, of which nothing has to be written.
 */
void igt_pressure_approach(struct igt_pressure *pressure, uint64_t most);

/** What happened up to now. */
struct igt_pressure_report igt_pressure_report(const struct igt_pressure *pressure);

/** End it; all that it held is free then. Returns what happened. */
struct igt_pressure_report igt_pressure_stop(struct igt_pressure *pressure);

/**
 * Make the machine short of memory, in small steps once it is nearly so, until @enough says so,
 * being called with @data after each; at the latest when all memory is allocated, with @bytes that the kernel is expected
 * to give up, or when the OOM killer has ended it, as it does with no other process. The pressure
 * is over on return. Skips where more than 8 GiB would have to be filled.
 */
struct igt_pressure_report igt_pressure_machine(enum igt_pressure_kind kind, uint64_t bytes,
						bool (*enough)(void *data), void *data);

/** The report as a sentence for the log. */
void igt_pressure_log(const struct igt_pressure_report *report);

#endif

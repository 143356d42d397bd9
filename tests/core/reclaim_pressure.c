/* SPDX-License-Identifier: MIT */
/**
 * Pressure by processes, and all triggers on a real device.
 */
#include "core/reclaim.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/igt_pressure.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_swap.h"

#define LIMIT MiB(32)

static uint64_t pages(uint64_t bytes)
{
	return bytes / igt_page_size();
}

static void bounded(void)
{
	struct igt_pressure *pressure = igt_pressure_start(IGT_PRESSURE_ANON, LIMIT, 0);
	struct igt_pressure_report report;

	igt_assert(igt_pressure_grow(pressure, LIMIT * 3 / 4));
	report = igt_pressure_report(pressure);
	igt_assert(!report.oom && !report.oom_in_cgroup);
	igt_assert_eq_u64(report.bytes, LIMIT * 3 / 4);

	igt_assert_f(!igt_pressure_grow(pressure, LIMIT), "it has more than its limit\n");
	report = igt_pressure_stop(pressure);
	igt_assert(report.oom && report.oom_in_cgroup);
	igt_assert_eq_u64(report.bytes, LIMIT * 3 / 4);
}

static void swaps(void)
{
	struct igt_pressure_report report;
	struct igt_pressure *pressure;

	igt_swap_on(3 * LIMIT);
	pressure = igt_pressure_start(IGT_PRESSURE_ANON, LIMIT, LIMIT);
	igt_assert(igt_pressure_grow(pressure, LIMIT * 3 / 2));
	report = igt_pressure_report(pressure);
	igt_assert(!report.oom);
	igt_assert_lte_u64(pages(LIMIT / 2), report.cgroup_pages);
	igt_assert_lte_u64(pages(LIMIT / 2), report.swapped_pages);

	/* Together with what swap may take it is too much. */
	igt_assert_f(!igt_pressure_grow(pressure, LIMIT), "it has more than both its limits\n");
	igt_assert(igt_pressure_stop(pressure).oom_in_cgroup);
}

static void page_cache(void)
{
	struct igt_pressure *pressure = igt_pressure_start(IGT_PRESSURE_FILE, LIMIT, 0);
	struct igt_pressure_report report;

	for (int i = 0; i < 4; i++)
		igt_assert(igt_pressure_grow(pressure, LIMIT));
	report = igt_pressure_stop(pressure);
	igt_assert(!report.oom);
	igt_assert_eq_u64(report.swapped_pages, 0);
	/* It has read a disk of that size four times; one time's worth may be left. */
	igt_assert_lte_u64(pages(LIMIT), report.cgroup_pages + pages(LIMIT / 8));
}

static void left_alone(void)
{
	struct igt_pressure *pressure = igt_pressure_start(IGT_PRESSURE_ANON, LIMIT, 0);

	igt_assert(igt_pressure_grow(pressure, LIMIT / 2));
	igt_skip("as a subtest that does not get to its end\n");
}

static void nothing_is_left(void)
{
	igt_assert_neq(system("grep -l igt_press_ /proc/[0-9]*/comm"), 0);
	igt_assert_neq(system("ls -d /sys/fs/cgroup/igt-*"), 0);
}

/* --- with a device -------------------------------------------------------------------------- */

static const enum igt_reclaim_trigger triggers[] = {
	RECLAIM_SHRINKER,      RECLAIM_DROP_CACHES,   RECLAIM_PROACTIVE,
	RECLAIM_PRESSURE_ANON, RECLAIM_PRESSURE_FILE,
};

/* The line that it writes into the kernel's log, behind all that is there at @kmsg. */
static void assert_marked(int kmsg, enum igt_reclaim_trigger trigger, uint64_t freed)
{
	_cleanup_free_ char *line = NULL;
	char record[4096];
	ssize_t got;

	igt_assert(asprintf(&line, ";[IGT] reclaim: %s freed %" PRIu64 " pages\n",
			    igt_reclaim_name(trigger), freed) >= 0);
	while ((got = read(kmsg, record, sizeof(record) - 1)) > 0) {
		record[got] = '\0';
		if (strstr(record, line))
			return;
	}
	igt_assert_f(false, "no \"%s\" in the kernel's log\n", line);
}

static void purge_by(struct gem_device *dev, enum igt_reclaim_trigger trigger)
{
	_cleanup_close_ int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct gem_bo *bo = gem_bo_filled(dev, MiB(16));
	struct igt_reclaimed freed;

	igt_assert_fd(kmsg);
	lseek(kmsg, 0, SEEK_END);
	gem_bo_madvise(bo, GEM_DONTNEED);
	freed = igt_reclaim(dev, trigger, bo->bytes);
	igt_assert_lte_u64(bo->pages, freed.pages);
	igt_assert_bo_purged(bo, "the trigger takes lent pages");
	assert_marked(kmsg, trigger, freed.pages);
}

void reclaim_pressure(void)
{
	static struct gem_device *dev;

	igt_describe("Pressure without swap ends at its limit, and the machine goes on");
	igt_subtest("pressure-is-bounded")
		bounded();

	igt_describe("Pressure with swap goes beyond its limit as far as swap may be used");
	igt_subtest("pressure-is-swapped")
		swaps();

	igt_describe("Pressure by page cache reclaims itself and needs no swap");
	igt_subtest("pressure-by-page-cache")
		page_cache();

	igt_describe("This one skips with its process alive");
	igt_subtest("pressure-is-left-alone")
		left_alone();

	igt_describe("It is gone then, and its cgroup");
	igt_subtest("pressure-ends-with-subtest")
		nothing_is_left();

	igt_subtest_group() {
		igt_fixture() {
			dev = gem_device_open(DRIVER_VIRTIO);
			gem_require_madvise(dev);
			igt_reclaim_require(dev);
		}

		igt_describe("Each trigger purges a lent BO, says what it freed, and marks that");
		igt_subtest_with_dynamic("triggers-purge")
			for (unsigned int i = 0; i < ARRAY_SIZE(triggers); i++)
				igt_dynamic(igt_reclaim_name(triggers[i]))
					purge_by(dev, triggers[i]);

		igt_fixture()
			gem_device_close(dev);
	}
}

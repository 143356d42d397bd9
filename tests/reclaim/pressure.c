/* SPDX-License-Identifier: MIT */
/**
 * Processes that want more memory than there is, and what they get of that of BOs.
 *
 * How much there is decides how much has to be filled, so these take seconds, and machines with
 * too much are left alone.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/evict.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_oom.h"
#include "reclaim/igt_pressure.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "reclaim/pressure.h"

#define BO_BYTES MiB(8)
#define MOST_BOS 64

/* BOs that take a part of what memory there is, as far as the device takes them. */
struct hoard {
	struct gem_device *dev;
	struct gem_bo *bos[MOST_BOS];
	unsigned int count;
	uint64_t before; /* that was reclaimable without them */
	uint64_t swapped; /* pages, up to now */
};

/* One of so many @parts. */
static struct hoard fill(struct gem_device *dev, unsigned int parts)
{
	const uint64_t bytes = min(igt_meminfo("MemAvailable") / parts,
				   dev->caps.max_all_bytes * 9 / 10);
	struct hoard hoard = {.dev = dev, .count = min_t(uint64_t, bytes / BO_BYTES, MOST_BOS)};

	evict_leftovers(dev);
	hoard.before = igt_reclaimable(dev);
	for (unsigned int i = 0; i < hoard.count; i++)
		hoard.bos[i] = gem_bo_filled(dev, BO_BYTES);
	hoard.swapped = igt_vmstat_counter("pswpout");
	return hoard;
}

static uint64_t bytes_of(const struct hoard *hoard)
{
	return hoard->count * BO_BYTES;
}

/* Of what was lent less than half is left. */
static bool half_is_taken(void *data)
{
	const struct hoard *hoard = data;

	return igt_reclaimable(hoard->dev) <= hoard->before + bytes_of(hoard) / 2;
}

/**
 * OO01: whoever wants memory gets what others lent before anybody is killed for it. B24, B142: the
 * kernel found nothing to take, or did not learn that it had.
 */
void pressure_takes_lent_before_killing(struct gem_device *dev)
{
	const uint64_t kills = igt_vmstat_counter("oom_kill");
	struct igt_pressure_report report;
	struct hoard hoard;
	unsigned int gone = 0;

	igt_require_no_swap();
	hoard = fill(dev, 2);
	for (unsigned int i = 0; i < hoard.count; i++)
		gem_bo_madvise(hoard.bos[i], GEM_DONTNEED);

	report = igt_pressure_machine(IGT_PRESSURE_ANON, bytes_of(&hoard) / 2, half_is_taken,
				      &hoard);

	for (unsigned int i = 0; i < hoard.count; i++) {
		if (gem_bo_madvise(hoard.bos[i], GEM_WILLNEED)) {
			igt_assert_bo_retained(hoard.bos[i], "what pressure leaves is whole");
		} else {
			igt_assert_bo_purged(hoard.bos[i], "what pressure takes is gone");
			gone++;
		}
	}
	igt_info("%u of %u BOs that were lent are gone after %" PRIu64 " MiB\n", gone, hoard.count,
		 report.bytes >> 20);
	igt_assert_f(!report.oom && igt_vmstat_counter("oom_kill") == kills,
		     "a process is killed for memory while BOs that nobody needs have some\n");
	igt_assert_f(gone >= hoard.count / 2, "%u of %u BOs that were lent are gone, expected half "
		     "or more\n", gone, hoard.count);
}

static bool quarter_is_swapped(void *data)
{
	const struct hoard *hoard = data;

	return igt_vmstat_counter("pswpout") >=
	       hoard->swapped + bytes_of(hoard) / 4 / igt_page_size();
}

/** OO02: what is needed goes to swap before anybody is killed, and comes back as it was. */
void pressure_swaps_before_killing(struct gem_device *dev)
{
	const uint64_t kills = igt_vmstat_counter("oom_kill");
	struct igt_pressure_report report;
	struct hoard hoard = fill(dev, 4);

	report = igt_pressure_machine(IGT_PRESSURE_ANON, bytes_of(&hoard) / 2, quarter_is_swapped,
				      &hoard);

	igt_assert_f(!report.oom && igt_vmstat_counter("oom_kill") == kills,
		     "a process is killed for memory while BOs could go to swap\n");
	igt_assert_f(quarter_is_swapped(&hoard), "with all memory wanted %" PRIu64 " pages are "
		     "written to swap, of %" PRIu64 " MiB of BOs\n",
		     igt_vmstat_counter("pswpout") - hoard.swapped, bytes_of(&hoard) >> 20);
	for (unsigned int i = 0; i < hoard.count; i++)
		igt_assert_bo_retained(hoard.bos[i], "what went to swap comes back as it was");
}

static bool never(void *data)
{
	return false;
}

/** OO03: when there is neither swap nor memory who wants more is killed; BOs of others are whole. */
void pressure_killing_spares_bos(struct gem_device *dev)
{
	struct igt_pressure_report report;
	struct hoard hoard;

	igt_require_no_swap();
	igt_expect_oom();
	hoard = fill(dev, 2);

	/* More than there can be. */
	report = igt_pressure_machine(IGT_PRESSURE_ANON, igt_meminfo("MemTotal"), never, NULL);

	igt_assert_f(report.oom, "a process that wants %" PRIu64 " MiB of a machine of %" PRIu64
		     " MiB gets it\n", report.bytes >> 20, igt_meminfo("MemTotal") >> 20);
	for (unsigned int i = 0; i < hoard.count; i++)
		igt_assert_bo_resident(hoard.bos[i], "what is needed is left alone to the end");
	gem_bo_flush(hoard.bos[0]);
}

/* On machines with so many processors that more were needed a leak may go unnoticed. */
#define MOST_VICTIM_BOS 1200
#define VICTIM_BYTES KiB(16)

/** OO03: of a process that is killed no BO is left, whatever it was doing with them. */
void pressure_bos_end_with_killed(struct gem_device *dev)
{
	struct igt_helper_process victim = {.use_SIGKILL = true};
	const unsigned int count = min_t(unsigned int, igt_objects_noticed() + 1,
					 MOST_VICTIM_BOS) & ~1u;
	const int ready = partner_event();
	const uint64_t files = igt_open_files();
	uint64_t before, counted;

	igt_require_free_memory(count * VICTIM_BYTES);
	evict_leftovers(dev);
	before = igt_reclaimable(dev);
	igt_fork_helper(&victim) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
		struct gem_bo *bo = NULL;

		for (unsigned int i = 0; i < count; i++) {
			bo = gem_bo_filled(own, VICTIM_BYTES);
			gem_bo_madvise(bo, i % 2 ? GEM_WILLNEED : GEM_DONTNEED);
		}
		partner_signal(ready);
		for (;;)
			gem_bo_flush(bo);
	}
	partner_await(ready);
	/* And what it needs, if a kernel counts that. */
	counted = igt_reclaimable(dev) - before;
	igt_assert_f(counted >= count / 2 * VICTIM_BYTES, "of a process that has lent %" PRIu64
		     " KiB %" PRIu64 " KiB are counted\n", count / 2 * VICTIM_BYTES >> 10,
		     counted >> 10);
	igt_stop_helper(&victim);
	igt_assert_f(igt_wait(igt_reclaimable(dev) == before, 5000, 10), "of a process that was "
		     "killed %" PRIu64 " KiB are counted\n",
		     (igt_reclaimable(dev) - before) >> 10);
	igt_assert_objects_freed(files, count, "BOs of a process that was killed are freed");
	close(ready);
}

/* The file stat of kswapd of the first node, or NULL. */
static char *find_kswapd(void)
{
	_cleanup_closedir_ DIR *directory = opendir("/proc");
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		_cleanup_free_ char *path = NULL, *comm = NULL;
		char *stat = NULL;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		igt_assert(asprintf(&path, "/proc/%s/comm", entry->d_name) > 0);
		if (igt_file_read(path, &comm) < 0 || strcmp(comm, "kswapd0\n") != 0)
			continue;
		igt_assert(asprintf(&stat, "/proc/%s/stat", entry->d_name) > 0);
		return stat;
	}
	return NULL;
}

/* Milliseconds of a processor that a process has used, by its file stat. */
static uint64_t used_ms(const char *stat)
{
	_cleanup_free_ char *text = NULL;
	unsigned long user, system;
	int r = igt_file_read(stat, &text);

	igt_assert_f(r == 0, "%s: %s\n", stat, strerror(-r));
	/* Behind the name in brackets: state, eleven numbers, and the two. */
	igt_assert_eq(sscanf(strrchr(text, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			     "%lu %lu", &user, &system), 2);
	return (user + system) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* As on a machine that is used, so that kswapd is woken. */
static void use_for_a_moment(uint64_t bytes)
{
	volatile uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	igt_assert(memory != MAP_FAILED);
	for (uint64_t at = 0; at < bytes; at += igt_page_size())
		memory[at] = 1;
	munmap((void *)memory, bytes);
}

/* What the kernel keeps back; kswapd is woken when there is a quarter more. */
static uint64_t reserve(void)
{
	_cleanup_free_ char *text = NULL;
	int r = igt_file_read("/proc/sys/vm/min_free_kbytes", &text);

	igt_assert_f(r == 0, "min_free_kbytes: %s\n", strerror(-r));
	return KiB(strtoull(text, NULL, 10));
}

#define WATCH_MS 3000

/**
 * OO12: where memory is tight and BOs have what nobody can take, the kernel does not keep looking
 * for it. It gives up until something is found, so this runs once after something was.
 */
void pressure_without_hope_is_quiet(struct gem_device *dev)
{
	_cleanup_free_ char *kswapd = find_kswapd();
	const uint64_t kept = reserve();
	struct igt_pressure *pressure;
	uint64_t used, begun_ns, watched_ms;
	struct hoard hoard;
	uint64_t runs, left;

	igt_require_no_swap();
	errno = 0;
	igt_require_f(kswapd, "There is no process kswapd0 to be watched\n");
	igt_require_f(igt_meminfo("MemTotal") <= MiB(8192),
		      "%" PRIu64 " MiB of memory are too much to be made short of\n",
		      igt_meminfo("MemTotal") >> 20);
	hoard = fill(dev, 2);
	/* Its process may meet its limit before, which changes nothing. */
	igt_expect_oom();
	/* So little is left that kswapd is woken, and enough for everybody to go on. */
	runs = igt_vmstat_counter("pageoutrun");
	left = igt_meminfo("MemFree");
	pressure = igt_pressure_start(IGT_PRESSURE_ANON, left, 0);
	igt_pressure_approach(pressure, left);
	while (igt_vmstat_counter("pageoutrun") == runs && (left = igt_meminfo("MemFree")) > kept &&
	       igt_pressure_grow(pressure, max(MiB(1), left / 2 > kept ? left / 2 - kept : 0)))
		;
	errno = 0;
	igt_require_f(igt_vmstat_counter("pageoutrun") > runs, "kswapd is not woken where it should "
		      "be: it has given up, earlier, until somebody else finds something\n");
	used = used_ms(kswapd);
	begun_ns = igt_now_ns();
	while ((watched_ms = (igt_now_ns() - begun_ns) / 1000000) < WATCH_MS)
		use_for_a_moment(MiB(4));
	used = used_ms(kswapd) - used;
	igt_pressure_stop(pressure);
	igt_info("with %" PRIu64 " MiB in BOs that cannot be taken kswapd is woken %" PRIu64
		 " times and works %" PRIu64 " of %" PRIu64 " ms\n", bytes_of(&hoard) >> 20,
		 igt_vmstat_counter("pageoutrun") - runs, used, watched_ms);
	igt_assert_f(used < watched_ms / 2, "kswapd works %" PRIu64 " of %" PRIu64 " ms, and there "
		     "is nothing for it\n", used, watched_ms);
	for (unsigned int i = 0; i < hoard.count; i++)
		igt_assert_bo_resident(hoard.bos[i], "what is needed is left alone without swap");
}

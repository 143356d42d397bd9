/* SPDX-License-Identifier: MIT */
/**
 * Who lends, makes, closes and reclaims BOs, all at once.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_fork.h"
#include "igt_interruptible.h"
#include "igt_klog.h"
#include "igt_rand.h"
#include "reclaim/evict.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/scanner.h"
#include "reclaim/stress.h"
#include "reclaim/stress_crew.h"

#define BOS 8
#define MOST_PAGES 32
#define LENDERS 3
#define SCANNERS 4
#define CLOSERS 3
#define MANY 64

/* What writing to drop_caches may take, whatever is made meanwhile. */
#define DROP_S 30

#define DROP_CACHES "/proc/sys/vm/drop_caches"
#define SLAB "2\n"

/* --- what each does ------------------------------------------------------------------------- */

static uint64_t some_bytes(void)
{
	return (1 + crew_below(MOST_PAGES)) * igt_page_size();
}

/* Returns how many it lost. */
static unsigned int lend_and_use(struct gem_device *dev, uint64_t end_ns)
{
	struct gem_bo *bos[BOS] = {NULL};
	unsigned int lost = 0;

	while (igt_now_ns() < end_ns)
		lost += crew_use(dev, &bos[crew_below(BOS)], some_bytes());
	return lost;
}

static bool scan_and_ask(struct gem_bo *bo)
{
	igt_assert_eq(igt_shrinker_scan_once(bo->dev->shrinker, SCAN_ALL_PAGES), 0);
	return !gem_bo_madvise(bo, GEM_DONTNEED);
}

/* On a slow machine the scans of others may have come at the wrong times; then it scans itself. */
static void keep_lending(struct gem_device *dev, uint64_t end_ns)
{
	struct gem_bo *bo;

	if (lend_and_use(dev, end_ns) > 0)
		return;
	bo = gem_bo_filled(dev, some_bytes());
	igt_assert_f(igt_wait(scan_and_ask(bo), CREW_SETTLE_MS, 10),
		     "scans take nothing of what is lent\n");
}

/* Of all processes. */
static atomic_uint *made;

/* BOs that are never used, used, or lent, and closed as soon as they are there. */
static void keep_closing(struct gem_device *dev, uint64_t end_ns)
{
	while (igt_now_ns() < end_ns) {
		struct gem_bo *bo = gem_bo_create(dev, some_bytes());

		atomic_fetch_add(made, 1);
		if (crew_below(3))
			*(volatile uint32_t *)gem_bo_map(bo) = 1;
		if (crew_below(2))
			gem_bo_madvise(bo, GEM_DONTNEED);
		if (crew_below(8) == 0)
			gem_bo_close_handle(bo);
		gem_bo_free(bo);
	}
}

/* Many leave the lists one behind the other, and now and then some of them by a scan. */
static void keep_closing_many(struct gem_device *dev, uint64_t end_ns)
{
	struct gem_bo *bos[MANY];

	while (igt_now_ns() < end_ns) {
		for (unsigned int i = 0; i < MANY; i++) {
			bos[i] = gem_bo_create(dev, igt_page_size());
			*(volatile uint32_t *)gem_bo_map(bos[i]) = 1;
			gem_bo_madvise(bos[i], GEM_DONTNEED);
		}
		atomic_fetch_add(made, MANY);
		if (crew_below(4) == 0)
			igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 1 + crew_below(MANY)),
				      0);
		for (unsigned int i = 0; i < MANY; i++)
			gem_bo_free(bos[i]);
	}
}

/* Goes from one list to the other and back. */
static void keep_changing_lists(struct gem_device *dev, uint64_t end_ns)
{
	while (igt_now_ns() < end_ns) {
		struct gem_bo *bo = gem_bo_touched(dev, igt_page_size());
		bool retained = true;

		atomic_fetch_add(made, 1);
		while (retained && igt_now_ns() < end_ns) {
			gem_bo_madvise(bo, GEM_DONTNEED);
			retained = gem_bo_madvise(bo, GEM_WILLNEED);
		}
		gem_bo_free(bo);
	}
}

static void keep_producing(struct gem_device *dev, uint64_t end_ns)
{
	while (igt_now_ns() < end_ns) {
		struct gem_bo *bo = gem_bo_touched(dev, MiB(1));

		gem_bo_madvise(bo, GEM_DONTNEED);
		igt_pause_ms(1);
		gem_bo_free(bo);
	}
}

static void keep_dropping(struct gem_device *dev, uint64_t end_ns)
{
	while (igt_now_ns() < end_ns) {
		igt_set_timeout(DROP_S, "a write to drop_caches beside somebody who makes BOs and "
				"lends them");
		igt_assert_eq(igt_file_write(DROP_CACHES, SLAB), 0);
		igt_reset_timeout();
	}
}

static void keep_counting(struct gem_device *dev, uint64_t end_ns)
{
	while (igt_now_ns() < end_ns)
		igt_reclaimable(dev);
}

/* What the kernel tells of the device, and of this process's file. */
static void read_file(int directory, const char *name)
{
	_cleanup_close_ int fd = openat(directory, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char text[4096];

	/* Not all can be read, and some only now and then. */
	if (fd >= 0)
		while (read(fd, text, sizeof(text)) > 0)
			;
}

static void read_files_of(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat status;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (fstatat(dirfd(dir), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode))
			read_file(dirfd(dir), entry->d_name);
	closedir(dir);
}

static void keep_reading(struct gem_device *dev, uint64_t end_ns)
{
	char path[64];

	while (igt_now_ns() < end_ns) {
		for (unsigned int minor = 0; minor < 4; minor++) {
			snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%u", minor);
			read_files_of(path);
		}
		read_files_of("/proc/self/fdinfo");
		igt_reclaimable(dev);
	}
}

/* --- scenarios ------------------------------------------------------------------------------ */

/** CO02: whatever is scanned for meanwhile, what lenders are told of their BOs is true. */
void stress_lenders_find_what_they_left(struct gem_device *dev)
{
	crew_run(dev, "lenders beside scans", (const struct crew_role[]){
			 {keep_lending, LENDERS}, {crew_scan, 1}, {0}});
}

/** CO18: so it is for who gets signals all the time, wherever they interrupt him. */
void stress_signals_change_nothing(struct gem_device *dev)
{
	struct igt_helper_process scanner = {0};
	const uint64_t end_ns = crew_end_ns();

	igt_require_free_memory(BOS * MOST_PAGES * igt_page_size());
	igt_klog_start();
	igt_fork_helper(&scanner)
		crew_scan(dev, UINT64_MAX);
	igt_fork_signal_helper();
	keep_lending(dev, end_ns);
	igt_stop_signal_helper();
	igt_stop_helper(&scanner);
	igt_klog_assert_quiet("signals beside scans");
}

/** CO08: several who scan, drop caches and count get in nobody's way for long, lenders included. */
void stress_many_scan_at_once(struct gem_device *dev)
{
	crew_run(dev, "many scans at once", (const struct crew_role[]){
			 {keep_lending, 2}, {crew_scan, SCANNERS}, {keep_dropping, 1},
			 {keep_counting, 2}, {0}});
}

/* Of the BOs of @roles, which @claim names, nothing is left in the end, nor counted. */
static void closers_leave_nothing(struct gem_device *dev, const char *claim,
				  const struct crew_role *roles)
{
	uint64_t counted, files;

	made = mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	igt_assert(made != MAP_FAILED);
	evict_leftovers(dev);
	counted = igt_reclaimable(dev);
	files = igt_open_files();
	crew_run(dev, claim, roles);
	igt_assert_f(igt_wait(igt_reclaimable(dev) == counted, CREW_SETTLE_MS, 10),
		     "%s: %" PRIu64 " KiB are counted, expected %" PRIu64 " KiB\n", claim,
		     igt_reclaimable(dev) >> 10, counted >> 10);
	igt_assert_objects_freed(files, atomic_load(made), claim);
	munmap(made, sizeof(*made));
}

/** CO03: of BOs that are closed as scans find them nothing is left, nor counted. */
void stress_closed_are_gone(struct gem_device *dev)
{
	closers_leave_nothing(dev, "BOs that are closed beside scans", (const struct crew_role[]){
			 {keep_closing, CLOSERS}, {crew_scan, 2}, {0}});
}

/**
 * CO22: of BOs that leave the lists of the shrinker, closed or scanned, as others come there nothing
 * is left, nor counted.
 */
void stress_closed_beside_lenders_are_gone(struct gem_device *dev)
{
	closers_leave_nothing(dev, "BOs that are closed beside lenders", (const struct crew_role[]){
			 {keep_closing_many, 1}, {keep_changing_lists, 2}, {0}});
}

/** CO13: who drops caches is not kept by others who make BOs for him to drop. */
void stress_drop_caches_ends(struct gem_device *dev)
{
	crew_run(dev, "drop_caches beside producers", (const struct crew_role[]){
			 {keep_producing, 2}, {keep_dropping, 1}, {0}});
}

/** CO24: all that the kernel tells can be read while BOs are made, lent, purged and closed. */
void stress_kernel_tells_all_along(struct gem_device *dev)
{
	crew_run(dev, "readers of debugfs and fdinfo", (const struct crew_role[]){
			 {keep_reading, 2}, {keep_lending, 1}, {crew_scan, 1}, {0}});
}

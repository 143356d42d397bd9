/* SPDX-License-Identifier: MIT */
/**
 * Who uses BOs that are needed, beside scans that evict them, all at once.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "reclaim/evict.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_pattern.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_swap.h"
#include "reclaim/stress.h"
#include "reclaim/stress_crew.h"

#define BOS 4
#define BO_BYTES KiB(256)
#define OWNERS 3
#define USERS 2

/* Compaction of a machine's memory, on one that has other things to do. */
#define COMPACT_S 60

#define SWAP_MS 50

/* Faults of this process that brought nothing from a disk. */
static long faults(void)
{
	struct rusage usage;

	igt_assert(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt + usage.ru_majflt;
}

/* --- pages with owners ---------------------------------------------------------------------- */

/* The BOs that all have mapped; each page is one process's, who alone writes to it. */
static struct gem_bo *common[BOS];

/* The next owner, which the processes draw from one pot: each forks with its own number. */
static int owner;

static uint64_t mark(int bo, uint64_t page, uint32_t generation)
{
	return (uint64_t)(owner + 1) << 56 | (uint64_t)bo << 48 | page << 32 | generation;
}

static void write_and_check(int bo, uint64_t page, uint32_t generation)
{
	const uint64_t words = igt_page_size() / sizeof(uint64_t);
	volatile uint64_t *word = (uint64_t *)common[bo]->map + page * words;
	const uint64_t before = mark(bo, page, generation - 1), now = mark(bo, page, generation);

	if (generation > 0) {
		igt_assert_f(word[0] == before && word[words - 1] == ~before,
			     "BO %d, page %" PRIu64 " reads %#" PRIx64 " and %#" PRIx64
			     ", its owner wrote %#" PRIx64 " and %#" PRIx64 "\n", bo, page, word[0],
			     word[words - 1], before, ~before);
	}
	word[0] = now;
	word[words - 1] = ~now;
}

static void keep_own_pages(uint64_t end_ns)
{
	const uint64_t latest_ns = end_ns + CREW_SETTLE_MS * UINT64_C(1000000);
	uint32_t generation = 0;
	long before = 0;

	/* On a slow machine it may take longer until a scan comes. */
	for (; igt_now_ns() < end_ns || (faults() == before && igt_now_ns() < latest_ns);
	     generation++) {
		for (int bo = 0; bo < BOS; bo++)
			for (uint64_t page = (uint64_t)owner; page < common[bo]->pages;
			     page += OWNERS)
				write_and_check(bo, page, generation);
		if (generation == 0)
			before = faults();
	}
	igt_assert_f(faults() > before, "in %u rounds nothing is taken from under a process\n",
		     generation);
}

static void run_owners(struct gem_device *dev, bool swapping)
{
	struct igt_helper_process scanner = {0}, swapper = {0};
	const uint64_t end_ns = crew_end_ns();

	igt_require_free_memory(BOS * BO_BYTES);
	igt_klog_start();
	for (int bo = 0; bo < BOS; bo++)
		common[bo] = gem_bo_touched(dev, BO_BYTES);
	igt_fork_helper(&scanner)
		crew_scan(dev, UINT64_MAX);
	if (swapping)
		igt_fork_helper(&swapper)
			while (true)
				igt_memcg_reclaim(BOS * BO_BYTES);
	igt_fork(child, OWNERS) {
		owner = child;
		keep_own_pages(end_ns);
	}
	igt_waitchildren_timeout(CREW_SECONDS + CREW_LEEWAY_S, "owners of pages");
	igt_stop_helper(&scanner);
	if (swapping)
		igt_stop_helper(&swapper);
	igt_klog_assert_quiet("owners of pages beside scans");
}

/**
 * CO01: pages that are evicted while several processes write to them, by mappings of their own,
 * are each as its owner left it, whenever it is looked at. B37, B41.
 */
void stress_pages_keep_their_owners(struct gem_device *dev)
{
	run_owners(dev, /* swapping= */ false);
}

/**
 * CO01: so they are when each page that is evicted is written to swap as soon as that can be. B37:
 * a page could go there while there were ways to write to it.
 */
void stress_swapped_keep_their_owners(struct gem_device *dev)
{
	igt_memcg_enter();
	run_owners(dev, /* swapping= */ true);
}

/* --- users of BOs --------------------------------------------------------------------------- */

/* The host reads what was written; what the CPU finds afterwards is that. */
static void keep_sending(struct gem_device *dev, uint64_t end_ns)
{
	struct gem_bo *bos[BOS];

	for (int i = 0; i < BOS; i++)
		bos[i] = gem_bo_filled(dev, BO_BYTES);
	while (igt_now_ns() < end_ns) {
		struct gem_bo *bo = bos[crew_below(BOS)];

		if (crew_below(2))
			gem_bo_fill(bo);
		gem_bo_flush(bo);
		igt_assert_bo_content(bo, "what was sent is as it was written");
	}
}

/* The same BO in two files, which come and go; what one writes is what the other finds. */
static void keep_sharing(struct gem_device *dev, uint64_t end_ns)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);

	while (igt_now_ns() < end_ns) {
		struct gem_bo *bo = gem_bo_filled(dev, BO_BYTES), *shared;

		shared = gem_bo_import(other, gem_bo_export(bo), BO_BYTES);
		shared->pattern = bo->pattern;
		shared->filled = true;
		gem_bo_map(shared);
		/* What is exported is kept, lent or not. */
		if (crew_below(2))
			gem_bo_madvise(bo, GEM_DONTNEED);
		if (crew_below(2)) {
			gem_bo_free(bo);
			bo = NULL;
		}
		igt_pause_ms(crew_below(3));
		igt_assert_bo_content(shared, "what one file wrote is what the other finds");
		gem_bo_free(shared);
		if (bo)
			igt_assert_bo_content(bo, "and it is there when the other has closed it");
		gem_bo_free(bo);
	}
}

/* The part of @bo from page @first on shows what was filled in there, also to a child. */
static void check_part(struct gem_bo *bo, char *map, uint64_t first, uint64_t pages)
{
	char *whole = map - first * igt_page_size(), text[160];
	struct igt_mismatch bad;

	if (igt_pattern_check_range(whole, first, pages, bo->pattern, &bad))
		return;
	igt_mismatch_format(&bad, bo->pages, text, sizeof(text));
	igt_assert_f(false, "%s through a mapping from page %" PRIu64 " on: %s\n", bo->label, first,
		     text);
}

static void check_in_child(struct gem_bo *bo, char *map, uint64_t first, uint64_t pages)
{
	const pid_t child = fork();
	int status;

	igt_assert(child >= 0);
	if (child == 0) {
		const char *whole = map - first * igt_page_size();
		struct igt_mismatch bad;

		_exit(!igt_pattern_check_range(whole, first, pages, bo->pattern, &bad));
	}
	igt_assert(waitpid(child, &status, 0) == child);
	igt_assert_f(status == 0, "%s: a child finds other contents than its parent: status %#x\n",
		     bo->label, (unsigned int)status);
}

static void map_a_part(struct gem_device *dev, struct gem_bo *bo)
{
	const uint64_t page = igt_page_size(), first = crew_below((uint32_t)bo->pages);
	const uint64_t pages = 1 + crew_below((uint32_t)(bo->pages - first)), hole = pages / 2;
	uint64_t offset;
	char *map;

	igt_assert_eq(gem_bo_map_offset(bo, &offset), 0);
	/* The kernel maps a BO from its start. */
	map = mmap(NULL, (first + pages) * page, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd,
		   (off_t)offset);
	igt_assert(map != MAP_FAILED);
	if (first > 0)
		munmap(map, first * page);
	map += first * page;
	check_part(bo, map, first, pages);
	if (crew_below(2)) {
		map = mremap(map, pages * page, pages * page, MREMAP_MAYMOVE);
		igt_assert(map != MAP_FAILED);
	}
	/* Two pieces, with one page gone between them. */
	igt_assert(munmap(map + hole * page, page) == 0);
	igt_pause_ms(crew_below(2));
	check_part(bo, map, first, hole);
	if (crew_below(4) == 0)
		check_in_child(bo, map, first, hole);
	check_part(bo, map + (hole + 1) * page, first + hole + 1, pages - hole - 1);
	munmap(map, pages * page);
}

static void keep_mapping(struct gem_device *dev, uint64_t end_ns)
{
	struct gem_bo *bos[BOS];

	for (int i = 0; i < BOS; i++)
		bos[i] = gem_bo_filled(dev, BO_BYTES);
	while (igt_now_ns() < end_ns)
		map_a_part(dev, bos[crew_below(BOS)]);
}

/* --- what happens to memory ----------------------------------------------------------------- */

static void keep_compacting(struct gem_device *dev, uint64_t end_ns)
{
	int r;

	while (igt_now_ns() < end_ns) {
		igt_set_timeout(COMPACT_S, "compaction of memory that BOs have");
		r = igt_file_write("/proc/sys/vm/compact_memory", "1\n");
		igt_reset_timeout();
		igt_assert_f(r == 0, "compact_memory: %s\n", strerror(-r));
	}
}

/** CO04: what was sent to the host is whole, for him and for the CPU, beside scans. */
void stress_sent_are_whole(struct gem_device *dev)
{
	crew_run(dev, "transfers beside scans", (const struct crew_role[]){
			 {keep_sending, USERS}, {crew_scan, 1}, {0}});
}

/** CO05: a BO that two files have, lent or not, is whole in one when the other closes it. */
void stress_shared_are_whole(struct gem_device *dev)
{
	crew_run(dev, "sharing beside scans", (const struct crew_role[]){
			 {keep_sharing, USERS}, {crew_scan, 1}, {0}});
}

/** CO07: mappings of parts, cut up, moved and inherited, show their part of the BO. B43. */
void stress_mappings_show_their_part(struct gem_device *dev)
{
	crew_run(dev, "mappings beside scans", (const struct crew_role[]){
			 {keep_mapping, USERS}, {crew_scan, 1}, {0}});
}

/** CO19: memory that is compacted is still the BO's, resident, evicted or on the way. */
void stress_compaction_moves_nothing_wrong(struct gem_device *dev)
{
	igt_require_f(access("/proc/sys/vm/compact_memory", W_OK) == 0,
		      "Memory cannot be compacted: this needs root and CONFIG_COMPACTION\n");
	crew_run(dev, "compaction beside scans", (const struct crew_role[]){
			 {keep_sending, 1}, {keep_mapping, 1}, {keep_compacting, 1}, {crew_scan, 1},
			 {0}});
}

/** CO20: swap may come and go while BOs are evicted and used. */
void stress_swap_comes_and_goes(struct gem_device *dev)
{
	struct igt_helper_process scanner = {0}, sender = {0}, mapper = {0};
	const uint64_t end_ns = crew_end_ns();

	igt_require_no_swap();
	igt_require_free_memory(4 * BOS * BO_BYTES);
	igt_klog_start();
	igt_fork_helper(&scanner)
		crew_scan(dev, UINT64_MAX);
	igt_fork_helper(&sender)
		keep_sending(gem_device_reopen(dev, /* render= */ true), UINT64_MAX);
	igt_fork_helper(&mapper)
		keep_mapping(gem_device_reopen(dev, /* render= */ true), UINT64_MAX);
	do {
		igt_swap_on(EVICT_SWAP_BYTES);
		igt_pause_ms(SWAP_MS);
		igt_swap_off();
	} while (igt_now_ns() < end_ns);
	igt_stop_helper(&scanner);
	igt_stop_helper(&sender);
	igt_stop_helper(&mapper);
	igt_klog_assert_quiet("swap that comes and goes beside scans");
}

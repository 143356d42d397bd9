/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost madvise
 * Description: What an owner of panfrost BOs may rely on when it lends their memory back.
 *
 * The kernel promises: a BO marked DONTNEED keeps its pages until memory is short; then the
 * kernel may take them for good, says so whenever it is asked, answers every access of the CPU
 * with SIGBUS, and lets no job reach what they hold then. A BO marked WILLNEED, one that jobs are
 * queued for, a heap, and one that others have as well never loses its contents.
 *
 * Since: Linux 5.4, by a shrinker of panfrost's own; the generic one, posted up to version 19 in
 * January 2024, refuses some of what that accepted. Both are accepted here unless it does harm;
 * docs/findings.md has what the former does wrong.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model; for what
 * reclaim does, root, debugfs and CONFIG_SHRINKER_DEBUG; for some claims cgroup v2 with the memory
 * controller, CONFIG_SW_SYNC, or CONFIG_UDMABUF.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "mali/mali_model.h"
#include "mali/panfrost_job.h"
#include "reclaim/gpu_use.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/madvise.h"
#include "reclaim/memory.h"
#include "reclaim/purge.h"
#include "reclaim/shared.h"

IGT_TEST_DESCRIPTION("Purging of panfrost BOs that user space marked DONTNEED");

/* What the driver logs of jobs that are meant to fail here, and of its purges. */
#define FAULT_LINES                                                                            \
	"js fault|Unhandled Page fault|gpu sched timeout|BO has no sgt|callbacks suppressed"

#define CHUNK MiB(2)
#define VALUE UINT64_C(0x1122334455667788)

/*
 * Run @scenario and see that the GPU has not touched memory that is somebody else's by then. Only
 * the software Mali can tell; a board can just be damaged by it.
 */
static void watched(struct gem_device *dev, void (*scenario)(struct gem_device *dev))
{
	const bool model = mali_model_present();
	const uint64_t before = model ? mali_model_stat("freed_accesses") : 0;
	uint64_t after;

	/* Else a fault of an earlier one may delay the next by the driver's timeout. */
	panfrost_rest(dev);
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	scenario(dev);
	after = model ? mali_model_stat("freed_accesses") : 0;
	igt_assert_f(after == before, "the GPU used memory that was freed, %" PRIu64 " times\n",
		     after - before);
}

static void write_to_heap(struct gem_bo *heap, uint64_t at, const char *claim)
{
	struct panfrost_job *job = panfrost_job_new(heap->dev);

	mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(heap) + at, VALUE);
	panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
	panfrost_assert_done(job, claim);
}

/* Run the job that stands in the heap at @at, which writes to @word. */
static void run_in_heap(struct gem_bo *heap, uint64_t at, struct gem_bo *result, const char *claim)
{
	struct panfrost_job *job = panfrost_job_new(heap->dev);
	volatile uint64_t *word = result->map;

	*word = 0;
	job->chain.address = panfrost_address(heap) + at;
	panfrost_submit(job, (struct panfrost_how){.uses = {heap, result}});
	panfrost_await(job);
	igt_assert_f(*word == VALUE, "%s: the job that was written there writes %#" PRIx64
		     ", expected %#" PRIx64 "\n", claim, *word, VALUE);
}

/* Have the GPU write a job into the heap, which itself writes to the start of @result. */
static void put_job_in_heap(struct gem_bo *heap, uint64_t at, const struct gem_bo *result)
{
	struct panfrost_job *writer = panfrost_job_new(heap->dev);
	uint64_t words[MALI_JOB_BYTES / 8];
	struct mali_chain chain =
		mali_chain_at(words, panfrost_address(heap) + at, sizeof(words));

	mali_chain_write(&chain, MALI_WRITE_64, panfrost_address(result), VALUE);
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		mali_chain_write(&writer->chain, MALI_WRITE_64, chain.address + 8 * i, words[i]);
	panfrost_submit(writer, (struct panfrost_how){.uses = {heap}});
	panfrost_assert_done(writer, "writes to a heap are done");
}

/** MA20: a heap could not be filled again by its owner; it is told retained, and stays. */
static void heap_is_kept(struct gem_device *dev)
{
	struct gem_bo *heap = panfrost_heap(dev, CHUNK), *result = gem_bo_create(dev, KiB(4));

	gem_bo_map(result);
	put_job_in_heap(heap, KiB(64), result);
	igt_assert_f(gem_bo_madvise(heap, GEM_DONTNEED), "DONTNEED on a heap: not retained\n");
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_f(gem_bo_madvise(heap, GEM_WILLNEED), "a heap is told not retained\n");
	run_in_heap(heap, KiB(64), result, "a heap is not purged");
}

/* A dma-buf of a memory file of ours, of @bytes; the file is mapped at *@ret_map. */
static int udmabuf_of(uint64_t bytes, void **ret_map)
{
	const int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	struct udmabuf_create create = {.flags = UDMABUF_FLAGS_CLOEXEC, .size = bytes};
	int file, dmabuf;

	igt_require_f(device >= 0, "No dma-buf can be made to be imported: /dev/udmabuf: %s "
		      "(CONFIG_UDMABUF)\n", strerror(errno));
	file = memfd_create("udmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	igt_assert_fd(file);
	igt_assert(ftruncate(file, (off_t)bytes) == 0);
	igt_assert(fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	*ret_map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	igt_assert(*ret_map != MAP_FAILED);
	create.memfd = (uint32_t)file;
	dmabuf = ioctl(device, UDMABUF_CREATE, &create);
	igt_assert_f(dmabuf >= 0, "making a udmabuf: %s\n", strerror(errno));
	close(file);
	close(device);
	return dmabuf;
}

/** MA20: what is imported is somebody else's memory, and not to be lent. */
static void imported_is_kept(struct gem_device *dev)
{
	const uint64_t pages = MiB(1) / igt_page_size();
	const struct igt_pattern pattern = {.bo = 99, .generation = 1};
	struct igt_mismatch bad;
	struct gem_bo *bo;
	char text[160];
	void *map;
	bool good;
	int dmabuf;

	dmabuf = udmabuf_of(MiB(1), &map);
	igt_pattern_write(map, pages, pattern);
	bo = gem_bo_import(dev, dmabuf, MiB(1));
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_f(gem_bo_madvise(bo, GEM_WILLNEED), "an imported BO is told not retained\n");
	good = igt_pattern_check(map, pages, pattern, &bad);
	igt_mismatch_format(&bad, pages, text, sizeof(text));
	igt_assert_f(good, "an imported BO is whole: %s\n", text);
	munmap(map, MiB(1));
	close(dmabuf);
}

/** PF04: heaps grow while BOs beside them are purged; both have their memory to themselves. */
static void heap_grows_beside_purges(struct gem_device *dev)
{
	struct gem_bo *heap, *result;

	igt_require_free_memory(8 * CHUNK);
	igt_klog_start();
	heap = panfrost_heap(dev, 4 * CHUNK);
	result = gem_bo_create(dev, KiB(4));
	gem_bo_map(result);
	for (unsigned int chunk = 0; chunk < 4; chunk++) {
		struct gem_bo *lent = purged_bo(dev, CHUNK), *kept = gem_bo_filled(dev, CHUNK);

		put_job_in_heap(heap, chunk * CHUNK, result);
		write_to_heap(heap, (chunk + 1) * CHUNK - 8, "a chunk of a heap is there to its end");
		igt_assert_bo_purged(lent, "a heap that grows brings nothing back");
		igt_assert_bo_resident(kept, "a heap that grows takes nothing");
	}
	for (unsigned int chunk = 0; chunk < 4; chunk++)
		run_in_heap(heap, chunk * CHUNK, result, "a heap keeps what was written");
	igt_klog_assert_quiet("heaps and purges are no mistake of the kernel's");
}

/** PF02: a job that runs holds its BOs, and a scan does not wait for it. */
static void running_is_kept(struct gem_device *dev)
{
	struct gem_bo *bo;
	struct panfrost_job *job;

	mali_model_require();
	bo = gem_bo_filled(dev, MiB(1));
	job = panfrost_job_new(dev);
	mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bo) + KiB(1), VALUE);
	mali_model_set("hold", 1);
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	igt_assert_f(gem_bo_is_busy(bo), "%s is used by a job and told idle\n", bo->label);
	gem_bo_madvise(bo, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	/* The job ends by the timeout alone, so a scan that waits for it does too. */
	panfrost_assert_in_time(job, "a scan does not wait for a job");
	igt_assert_bo_resident(bo, "a BO that a job uses is not purged");

	mali_model_set("hold", 0);
	panfrost_assert_done(job, "a job on a BO that was lent is done");
	igt_assert_eq_u64(((volatile uint64_t *)bo->map)[KiB(1) / 8], VALUE);
	igt_assert_bo_retained(bo, "a BO that a job used is whole");
}

static void advice(struct gem_device *dev)
{
	igt_describe("Both device nodes have the ioctl and tell so by ENOENT for handle 0");
	igt_subtest("both-nodes-take-advice")
		watched(dev, madvise_works_on_both_nodes);

	igt_describe("Handles this file does not have are refused with ENOENT, nothing is written");
	igt_subtest("unknown-handle-is-refused")
		watched(dev, madvise_refuses_unknown_handles);

	igt_describe("Advice that does not exist is refused and leaves the BO as it was");
	igt_subtest("unknown-advice-is-refused")
		watched(dev, madvise_refuses_unknown_advice);

	igt_describe("WILLNEED on a BO that was never lent finds it retained");
	igt_subtest("willneed-alone-retains")
		watched(dev, madvise_willneed_retains);

	igt_describe("Without pressure DONTNEED takes not one page");
	igt_subtest("lending-alone-frees-nothing")
		watched(dev, madvise_lending_frees_nothing);
}

static void purging(struct gem_device *dev)
{
	igt_describe("Repeated advice is as one, and a BO taken back is not purged");
	igt_subtest("repeated-advice-is-idempotent")
		watched(dev, madvise_is_idempotent);

	igt_describe("Once purged, a BO is told so for ever");
	igt_subtest("purged-stays-purged")
		watched(dev, madvise_purged_stays_purged);

	igt_describe("A BO lent several times is counted once, and leaves with its handle");
	igt_subtest("lent-twice-is-counted-once")
		watched(dev, madvise_twice_is_counted_once);

	igt_describe("Of the advice of two threads the last word counts");
	igt_subtest("last-word-of-two-threads-counts")
		watched(dev, madvise_from_two_threads);

	igt_describe("DONTNEED BOs lose their pages to the shrinker, which counts them");
	igt_subtest("dontneed-is-purged")
		watched(dev, purge_takes_dontneed);

	igt_describe("WILLNEED BOs keep every page when no swap is active");
	igt_subtest("willneed-survives-scan")
		watched(dev, purge_spares_willneed);

	igt_describe("Of BOs lent and kept by turns exactly the lent ones are lost");
	igt_subtest("only-dontneed-is-purged")
		watched(dev, purge_takes_only_dontneed);

	igt_describe("drop_caches purges DONTNEED BOs");
	igt_subtest("drop-caches-purges-dontneed")
		watched(dev, purge_by_drop_caches);

	igt_describe("Reading or writing a purged BO raises SIGBUS");
	igt_subtest("purged-map-raises-sigbus")
		watched(dev, purged_map_is_dead);

	igt_describe("Children born before and after the purge get SIGBUS as well");
	igt_subtest("purged-map-raises-sigbus-in-child")
		watched(dev, purged_map_is_dead_in_child);

	igt_describe("A mapping moved before or after the purge raises SIGBUS");
	igt_subtest("purged-map-raises-sigbus-after-mremap")
		watched(dev, purged_map_is_dead_after_mremap);

	igt_describe("A mapping made with MAP_POPULATE raises SIGBUS once purged");
	igt_subtest("purged-populated-map-raises-sigbus")
		watched(dev, purged_populated_map_is_dead);
}

static void memory(struct gem_device *dev)
{
	igt_describe("The cgroup of purged BOs is charged for them no more");
	igt_subtest("purged-memory-is-free")
		watched(dev, memory_of_purged_is_free);

	igt_describe("Memory of purged BOs is free also while they are mapped");
	igt_subtest("purged-memory-is-free-while-mapped")
		watched(dev, memory_of_purged_is_free_while_mapped);

	igt_describe("Mapping a purged BO again brings SIGBUS or an error, and takes no memory");
	igt_subtest("purged-map-takes-no-memory")
		watched(dev, memory_is_not_taken_again);

	igt_describe("The owner is charged no more when another process reclaims");
	igt_subtest("purge-by-another-uncharges-owner")
		watched(dev, memory_is_uncharged_by_others);
}

static void use_and_sharing(struct gem_device *dev)
{
	igt_describe("A BO with a job queued is not purged; the job is done, then it is purged");
	igt_subtest("queued-job-keeps-bo")
		watched(dev, gpu_use_queued_is_kept);

	igt_describe("A BO that a running job uses is not purged, and a scan does not wait");
	igt_subtest("running-job-keeps-bo")
		watched(dev, running_is_kept);

	igt_describe("Scans while jobs come and go leave BOs whole or gone");
	igt_subtest("scan-beside-jobs-is-safe")
		watched(dev, gpu_use_writing_is_kept);

	igt_describe("A job for a purged BO is refused or faults, and hits no other");
	igt_subtest("job-on-purged-hits-nobody")
		watched(dev, gpu_use_of_purged_hits_nobody);

	igt_describe("A job for a BO that is lent and there is done or refused");
	igt_subtest("job-on-lent-is-done-or-refused")
		watched(dev, gpu_use_of_lent_is_whole_or_refused);

	igt_describe("A BO that two files have can be lent by neither, and by one alone again");
	igt_subtest("shared-cannot-be-lent")
		watched(dev, shared_cannot_be_lent);

	igt_describe("A BO that was lent can be exported and is kept, and the kernel "
		     "complains of nothing");
	igt_subtest("lent-can-be-shared-quietly")
		watched(dev, shared_lent_before_is_quiet);

	igt_describe("A heap is told retained, and is");
	igt_subtest("heap-is-kept")
		watched(dev, heap_is_kept);

	igt_describe("A BO imported from another device is told retained, and is");
	igt_subtest("imported-is-kept")
		watched(dev, imported_is_kept);

	igt_describe("Heaps that grow and BOs that are purged have memory of their own");
	igt_subtest("heap-grows-beside-purges")
		watched(dev, heap_grows_beside_purges);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_PANFROST);
		gem_require_madvise(dev);
	}

	advice(dev);
	igt_subtest_group() {
		igt_fixture()
			igt_reclaim_require(dev);

		purging(dev);
		memory(dev);
		use_and_sharing(dev);
	}

	igt_fixture()
		gem_device_close(dev);
}

/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost mmu
 * Description: What happens when the GPU uses an address that has no memory behind it.
 *
 * The kernel promises: a heap grows by the faults of the GPU, at once, whatever was before; an
 * address that nobody has ends the job that used it, and nothing else; a job of a file that is
 * closed is ended; and an address is no other BO's as long as its handle lives.
 *
 * In Linux 6.12 and some later ones several of these do not hold; see docs/findings.md.
 *
 * Since: heaps, Linux 5.4.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model; for some
 * claims root, and CONFIG_SW_SYNC.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_klog.h"
#include "igt_panfrost.h"
#include "mali/mali_model.h"
#include "panfrost/steps.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"
#include "sw_sync.h"

IGT_TEST_DESCRIPTION("Page faults of the GPU, and what panfrost makes of them");

/* What the driver logs of jobs that fail, as here they are meant to. */
#define FAULT_LINES "js fault|Unhandled Page fault|gpu sched timeout|Soft-stop|BO has no sgt"

#define CHUNK MiB(2)
#define CHUNKS 4

/* A write to an address that nothing has, which must fail, at once. */
static void fault_promptly(struct gem_device *dev, const char *claim)
{
	struct panfrost_job *job = job_writing(dev, PANFROST_NOWHERE);

	panfrost_start(job);
	panfrost_assert_faults_promptly(job, claim);
}

/* Bytes of BOs that the file has in memory, by its fdinfo; false on a kernel that does not tell. */
static bool resident_memory(const struct gem_device *dev, uint64_t *ret_bytes)
{
	static const char key[] = "drm-resident-memory:";
	_cleanup_free_ char *path = NULL, *text = NULL;
	const char *at;
	char unit[8] = "";

	igt_assert(asprintf(&path, "/proc/self/fdinfo/%d", dev->fd) > 0);
	igt_assert(igt_file_read(path, &text) == 0);
	at = strstr(text, key);
	if (!at || sscanf(at + strlen(key), "%" SCNu64 " %7s", ret_bytes, unit) < 1)
		return false;
	if (strcmp(unit, "KiB") == 0)
		*ret_bytes = KiB(*ret_bytes);
	else if (strcmp(unit, "MiB") == 0)
		*ret_bytes = MiB(*ret_bytes);
	return true;
}

/** A heap takes memory where the GPU writes, and a second write there takes no more. */
static void heap_grows_by_faults(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *heap = panfrost_heap(own, CHUNKS * CHUNK);
	/* One BO for all jobs, so that the heap is all that grows. */
	struct panfrost_job *job = panfrost_job_new(own);
	uint64_t before = 0, now = 0;
	bool told;

	igt_require_free_memory(CHUNKS * CHUNK);
	told = resident_memory(own, &before);
	for (unsigned int chunk = 0; chunk < CHUNKS; chunk++) {
		for (int end = 0; end <= 1; end++) {
			job->chain.jobs = 0;
			mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(heap) +
					 chunk * CHUNK + (end ? CHUNK - 8 : 0), VALUE);
			panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
			panfrost_assert_done_promptly(job, end ? "a chunk is there to its end" :
						      "a first write to a chunk of a heap is done");
		}
		resident_memory(own, &now);
		igt_assert_f(!told || now - before == (chunk + 1) * CHUNK,
			     "after %u chunks of 2 MiB a heap has %" PRIu64 " KiB\n", chunk + 1,
			     (now - before) >> 10);
	}
}

/* A heap reads as zeros, and as what was written: seen by a job that lies in it. */
static void heap_keeps_what_is_written(struct gem_device *dev)
{
	struct gem_bo *heap = panfrost_heap(dev, CHUNK);
	struct gem_bo *result = gem_bo_create(dev, KiB(4));
	volatile uint64_t *word = gem_bo_map(result);
	struct panfrost_job *writer = panfrost_job_new(dev), *in_heap = panfrost_job_new(dev);
	uint64_t descriptor[MALI_JOB_BYTES / 8];
	struct mali_chain chain =
		mali_chain_at(descriptor, panfrost_address(heap) + KiB(4), sizeof(descriptor));

	/* The GPU writes a job into the heap, word for word, and then runs it there. */
	mali_chain_write(&chain, MALI_WRITE_64, panfrost_address(result), VALUE);
	for (unsigned int i = 0; i < ARRAY_SIZE(descriptor); i++)
		mali_chain_write(&writer->chain, MALI_WRITE_64, chain.address + 8 * i,
				 descriptor[i]);
	panfrost_submit(writer, (struct panfrost_how){.uses = {heap}});
	panfrost_assert_done(writer, "writes to a heap are done");

	in_heap->chain.address = chain.address;
	panfrost_submit(in_heap, (struct panfrost_how){.uses = {heap, result}});
	panfrost_await(in_heap);
	igt_assert_eq_u64(*word, VALUE);
}

static void heap_ends_where_it_ends(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct panfrost_job *behind = panfrost_job_new(own);
	struct gem_bo *heap = panfrost_heap(own, CHUNK);

	write_promptly(heap, CHUNK - 8, "a write to the end of a heap is done");
	/* In a file with nothing but these, what is behind the heap is free. */
	mali_chain_write(&behind->chain, MALI_WRITE_64, panfrost_address(heap) + CHUNK, VALUE);
	panfrost_start(behind);
	panfrost_assert_faults(behind, "a write behind a heap fails");
}

/* Of a job that can be submitted again and again. */
static bool write_fails(struct panfrost_job *job)
{
	mali_chain_rearm(&job->chain);
	panfrost_start(job);
	panfrost_await(job);
	return mali_chain_status(&job->chain, 0) != MALI_STATUS_DONE;
}

static void freed_heap_is_gone(struct gem_device *dev)
{
	/* Made first, so that its BO is not where the heap was. */
	struct panfrost_job *job = panfrost_job_new(dev);
	struct gem_bo *heap = panfrost_heap(dev, CHUNK);
	const uint64_t address = panfrost_address(heap);

	write_promptly(heap, 0, "a write to a heap is done");
	gem_bo_free(heap);
	mali_chain_write(&job->chain, MALI_WRITE_64, address, VALUE);
	/* The driver tells of a job's end before it lets go of what the job used. */
	igt_wait(write_fails(job), 2000, 2);
	errno = 0;
	panfrost_assert_faults(job, "a write to a heap that was freed fails");
}

#define WRITES 512
#define CLOSINGS 4
#define CLOSINGS_TRIED 100

/**
 * PF06: a BO goes once when it is closed, also beneath a job that was not told of it and writes to
 * it. B188: the fault of that job took the mapping again which was just released.
 */
static void closed_beneath_job_goes_once(struct gem_device *dev)
{
	unsigned int met = 0;

	igt_klog_start();
	for (unsigned int i = 0; i < CLOSINGS_TRIED && met < CLOSINGS; i++) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
		struct gem_bo *jobs = gem_bo_create(own, WRITES * MALI_JOB_BYTES);
		struct gem_bo *bo = gem_bo_create(own, CHUNK);
		struct panfrost_job *job;

		gem_bo_map(jobs);
		job = panfrost_job_in(jobs, 0);
		for (uint64_t at = 0; at < CHUNK; at += CHUNK / WRITES)
			mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bo) + at,
					 VALUE);
		panfrost_start(job);
		igt_assert_f(igt_wait(mali_chain_status(&job->chain, 0) == MALI_STATUS_DONE, 5000, 0),
			     "a job that writes to a BO it does not name does not begin\n");
		gem_bo_free(bo);
		panfrost_await(job);
		met += mali_chain_status(&job->chain, WRITES - 1) != MALI_STATUS_DONE;
		gem_device_close(own);
	}
	igt_require_f(met, "Of %u BOs none was closed while a job wrote to it: the GPU is too fast "
		      "here\n", CLOSINGS_TRIED);
	igt_klog_assert_quiet("closing a BO beneath a job is no mistake of the kernel's");
}

static void unmapped_write_faults(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, KiB(64));

	fault_promptly(dev, "a write to where nothing is fails");
	write_promptly(bo, KiB(1), "the job after one that faulted is done");
	igt_assert_bo_content(bo, "the fault of one job leaves the BOs of others");
}

static void unmapped_descriptor_faults(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev), *next = panfrost_job_new(dev);
	const uint64_t address = job->chain.address;

	mali_chain_null(&job->chain);
	job->chain.address = PANFROST_NOWHERE;
	panfrost_start(job);
	panfrost_await(job);
	panfrost_assert_in_time(job, "a job whose descriptor is nowhere is ended");
	job->chain.address = address;
	igt_assert_eq(mali_chain_status(&job->chain, 0), MALI_STATUS_NOT_STARTED);
	mali_chain_null(&next->chain);
	panfrost_start(next);
	panfrost_assert_done(next, "the job after one that is nowhere is done");
}

/** A file's faults are its own: in another, at the same time, jobs and heaps work. */
static void fault_is_its_owners(struct gem_device *dev)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *heap = panfrost_heap(other, CHUNKS * CHUNK);

	for (unsigned int chunk = 0; chunk < CHUNKS; chunk++) {
		fault_promptly(gem_device_reopen(dev, /* render= */ true),
			       "a write to where nothing is fails");
		write_promptly(heap, chunk * CHUNK, "one file's fault does not delay another's");
	}
}

/*
 * After an unhandled fault the driver takes the address space's interrupts away, and has to give
 * them back with its next job. Linux up to 6.12 at least does so one job late, and what faults
 * then, legally or not, is only ended by the timeout.
 */

static void heap_grows_after_fault(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *heap = panfrost_heap(own, CHUNKS * CHUNK);

	/* More than once: on a busy machine the handler of the first fault may still be at work when
	 * the next job comes, and then gives back by luck what it took. */
	for (unsigned int chunk = 0; chunk < CHUNKS; chunk++) {
		fault_promptly(own, "a write to where nothing is fails");
		write_promptly(heap, chunk * CHUNK, "a heap grows also after an unhandled fault");
	}
}

static void second_fault_is_prompt(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

	for (int i = 0; i < 3; i++)
		fault_promptly(own, "each fault of one file is told at once");
}

/* Nor is it the next file's affair, which gets the same address space of the hardware. B166. */
static void heap_grows_after_fault_of_closed_file(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

	fault_promptly(own, "a write to where nothing is fails");
	gem_device_close(own);
	own = gem_device_reopen(dev, /* render= */ true);
	write_promptly(panfrost_heap(own, CHUNK), 0,
		       "a heap grows also where a file that was closed had a fault");
}

/* A job that waits in the hardware behind one that faults is no part of that. */
static void queued_behind_fault_runs(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *bo = gem_bo_create(own, KiB(4));
	volatile uint64_t *words = gem_bo_map(bo);
	struct panfrost_job *bad = job_writing(own, PANFROST_NOWHERE);
	struct panfrost_job *good = job_writing(own, panfrost_address(bo));
	int timeline, fence;

	/* Released together, so that the second is queued before the first has faulted. */
	timeline = sw_sync_timeline_of_subtest();
	fence = sw_sync_timeline_create_fence(timeline, 1);
	panfrost_submit(bad, (struct panfrost_how){.after = fence});
	panfrost_submit(good, (struct panfrost_how){.uses = {bo}, .after = fence});
	if (mali_model_present())
		mali_model_set("hold", 1);
	sw_sync_timeline_inc(timeline, 1);
	close(fence);
	if (mali_model_present()) {
		igt_pause_ms(50);
		mali_model_set("hold", 0);
	}

	panfrost_assert_faults(bad, "a write to where nothing is fails");
	panfrost_assert_done(good, "a job queued behind one that faults is done");
	igt_assert_eq_u64(words[0], VALUE);
}

/** The job of a file that is closed is ended, not waited for until it counts as hung. */
static void close_ends_running_job(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct panfrost_job *endless = endless_job(own), *next = panfrost_job_new(dev);
	volatile uint32_t *first;

	first = (volatile uint32_t *)endless->chain.map;
	panfrost_start(endless);
	igt_assert_f(igt_wait(*first == MALI_STATUS_DONE, 5000, 1),
		     "a job that never ends does not begin\n");

	gem_device_close(own);
	mali_chain_null(&next->chain);
	panfrost_start(next);
	panfrost_assert_done_promptly(next, "the GPU is free once the file is closed");
}

/* A BO that the GPU has written to, purged. The driver may be a moment late to see it idle. */
static struct gem_bo *purged_after_use(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, MiB(1));
	bool gone;

	write_promptly(bo, KiB(1), "a write to a BO is done");
	write_promptly(bo, MiB(1) - KiB(1), "a write to the end of a BO is done");
	gem_bo_madvise(bo, GEM_DONTNEED);
	gone = igt_wait(igt_reclaim(dev, RECLAIM_SHRINKER, MiB(1)).pages >= bo->pages, 2000, 2);
	errno = 0;
	igt_assert_f(gone, "a BO that was lent after a job is not purged within 2000 ms\n");
	igt_assert_bo_purged(bo, "reclaim purges what is lent");
	return bo;
}

/**
 * PF01: the GPU has no way left to the pages that a purge gave back, not even through what it
 * remembers of the page tables.
 */
static void purged_pages_are_out_of_reach(struct gem_device *dev)
{
	/* All made before the purge, so that nothing else is at the address. */
	struct gem_bo *kept = gem_bo_filled(dev, MiB(1));
	struct panfrost_job *jobs[2] = {panfrost_job_new(dev), panfrost_job_new(dev)};
	/* The end first: a fault makes the GPU forget all that it remembers. */
	const uint64_t at[2] = {MiB(1) - KiB(1), KiB(1)};
	uint64_t freed = 0, address;

	igt_reclaim_require(dev);
	panfrost_stay_awake(dev);
	if (mali_model_present())
		freed = mali_model_stat("freed_accesses");
	address = panfrost_address(purged_after_use(dev));
	for (int i = 0; i < 2; i++) {
		mali_chain_write(&jobs[i]->chain, MALI_WRITE_64, address + at[i], VALUE);
		panfrost_start(jobs[i]);
		panfrost_assert_faults(jobs[i], "a write to either end of a purged BO, which the "
				       "GPU had used, fails");
	}
	if (mali_model_present())
		igt_assert_eq_u64(mali_model_stat("freed_accesses"), freed);
	igt_assert_bo_resident(kept, "what is written to a purged BO hits no other");
}

/**
 * PF01: the address of a purged BO is its own as long as its handle is. B165: a BO made later got
 * it, so that jobs for the one hit the other.
 */
static void purged_address_is_not_reused(struct gem_device *dev)
{
	struct gem_bo *purged, *others[4];
	struct panfrost_job *job;
	uint64_t address;

	igt_reclaim_require(dev);
	igt_klog_start();
	purged = gem_bo_filled(dev, MiB(1));
	address = panfrost_address(purged);
	gem_bo_madvise(purged, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, MiB(1));
	igt_assert_bo_purged(purged, "reclaim purges what is lent");
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = gem_bo_filled(dev, MiB(1));

	job = job_writing(dev, address + KiB(1));
	panfrost_start(job);
	panfrost_await(job);

	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++) {
		const uint64_t word = ((volatile uint64_t *)others[i]->map)[KiB(1) / 8];

		igt_assert_f(word == 0, "the GPU writes to the address of a purged BO, %#" PRIx64
			     ", and hits another, which is at %#" PRIx64 "\n", address,
			     panfrost_address(others[i]));
		igt_assert_bo_content(others[i], "what is written to a purged BO hits no other");
	}
	panfrost_assert_faults(job, "a write to the address of a purged BO fails");
	igt_klog_assert_quiet("a write to the address of a purged BO is no mistake of the kernel's");
}

/** A heap grows with the first job after the GPU slept: its interrupts are on. */
static void heap_grows_after_sleep(struct gem_device *dev)
{
	struct gem_bo *heap = panfrost_heap(dev, CHUNK);

	errno = 0;
	igt_require_f(panfrost_rest(dev), "The GPU does not go to sleep when it is idle "
		      "(CONFIG_PM; or power/control says so)\n");
	write_promptly(heap, 0, "a heap grows with the first job after the GPU slept");
}

/* Each scenario begins with a GPU that no earlier fault has left in a state of its own. */
static void rested(struct gem_device *dev, void (*scenario)(struct gem_device *dev))
{
	if (!panfrost_rest(dev))
		igt_debug("the GPU does not sleep: earlier faults may show\n");
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	scenario(dev);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture()
		dev = gem_device_open(DRIVER_PANFROST);

	igt_describe("A heap grows at once with the first job after the GPU slept");
	igt_subtest("heap-grows-after-sleep")
		rested(dev, heap_grows_after_sleep);

	igt_describe("A heap grows by 2 MiB where the GPU writes first, and the write is done");
	igt_subtest("heap-grows-by-faults")
		rested(dev, heap_grows_by_faults);

	igt_describe("The GPU runs a job that it has written into a heap");
	igt_subtest("heap-keeps-what-is-written")
		rested(dev, heap_keeps_what_is_written);

	igt_describe("A write to a heap's end is done, and one behind it fails");
	igt_subtest("heap-ends-where-it-ends")
		rested(dev, heap_ends_where_it_ends);

	igt_describe("A write to a heap that was freed fails");
	igt_subtest("freed-heap-is-gone")
		rested(dev, freed_heap_is_gone);

	igt_describe("A BO that is closed beneath a job which does not name it goes once");
	igt_subtest("closed-beneath-job-goes-once")
		rested(dev, closed_beneath_job_goes_once);

	igt_describe("A write to where nothing is fails at once, and the next job is done");
	igt_subtest("unmapped-write-faults")
		rested(dev, unmapped_write_faults);

	igt_describe("A job whose descriptor is nowhere ends, and the next is done");
	igt_subtest("unmapped-descriptor-faults")
		rested(dev, unmapped_descriptor_faults);

	igt_describe("Faults of one file do not delay those of another");
	igt_subtest("fault-is-its-owners")
		rested(dev, fault_is_its_owners);

	igt_describe("After an unhandled fault a heap of the same file grows at once");
	igt_subtest("heap-grows-after-fault")
		rested(dev, heap_grows_after_fault);

	igt_describe("A second unhandled fault of the same file is told at once");
	igt_subtest("second-fault-is-prompt")
		rested(dev, second_fault_is_prompt);

	igt_describe("After a file with an unhandled fault was closed, heaps of the next grow at "
		     "once");
	igt_subtest("heap-grows-after-fault-of-closed-file")
		rested(dev, heap_grows_after_fault_of_closed_file);

	igt_describe("A job queued behind one that faults is done");
	igt_subtest("queued-behind-fault-runs")
		rested(dev, queued_behind_fault_runs);

	igt_describe("Closing a file ends its running job, and the GPU is free for others");
	igt_subtest("close-ends-running-job")
		rested(dev, close_ends_running_job);

	igt_describe("A write of the GPU to a BO that it used and that was purged fails");
	igt_subtest("purged-pages-are-out-of-reach")
		rested(dev, purged_pages_are_out_of_reach);

	igt_describe("The GPU address of a purged BO is given to no other while its handle lives");
	igt_subtest("purged-address-is-not-reused")
		rested(dev, purged_address_is_not_reused);

	igt_fixture()
		gem_device_close(dev);
}

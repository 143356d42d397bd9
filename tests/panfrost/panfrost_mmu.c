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
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_klog.h"
#include "igt_panfrost.h"
#include "mali/mali_model.h"
#include "mali/panfrost_job.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"
#include "sw_sync.h"

IGT_TEST_DESCRIPTION("Page faults of the GPU, and what panfrost makes of them");

#define FAULT_LINES                                                                            \
	"js fault|Unhandled Page fault|Reason: TODO|gpu sched timeout|Soft-stop failed"

#define CHUNK MiB(2)
#define CHUNKS 4
#define VALUE UINT64_C(0x1122334455667788)

static struct panfrost_job *job_writing(struct gem_device *dev, uint64_t address, uint64_t value)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	mali_chain_write(&job->chain, MALI_WRITE_64, address, value);
	return job;
}

/* A write of the GPU into @bo, which must be done, at once. */
static void write_promptly(struct gem_bo *bo, uint64_t at, const char *claim)
{
	struct panfrost_job *job = job_writing(bo->dev, panfrost_address(bo) + at, VALUE);

	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	panfrost_assert_done_promptly(job, claim);
}

/* A write to an address that nothing has, which must fail, at once. */
static void fault_promptly(struct gem_device *dev, const char *claim)
{
	struct panfrost_job *job = job_writing(dev, PANFROST_NOWHERE, VALUE);

	panfrost_start(job);
	panfrost_assert_faults_promptly(job, claim);
}

static uint64_t memory_available(void)
{
	_cleanup_free_ char *text = NULL;
	uint64_t bytes = 0;

	igt_assert(igt_file_read("/proc/meminfo", &text) == 0);
	igt_assert(igt_meminfo_parse(text, "MemAvailable", &bytes) == 0);
	return bytes;
}

/** A heap takes memory where the GPU writes, and a second write there takes no more. */
static void heap_grows_by_faults(struct gem_device *dev)
{
	struct gem_bo *heap = panfrost_heap(dev, CHUNKS * CHUNK);
	uint64_t before, taken;

	igt_require_memory(CHUNKS * CHUNK);
	before = memory_available();
	for (unsigned int chunk = 0; chunk < CHUNKS; chunk++) {
		write_promptly(heap, chunk * CHUNK, "a first write to a chunk of a heap is done");
		write_promptly(heap, (chunk + 1) * CHUNK - 8, "the chunk is there to its end");
	}
	taken = before - memory_available();
	igt_info("%u chunks of 2 MiB took %" PRIu64 " KiB\n", CHUNKS, taken >> 10);
	/* Others allocate and free too. */
	igt_assert_f((int64_t)taken >= (int64_t)(CHUNKS * CHUNK / 2),
		     "a heap grew by %u chunks of 2 MiB, and memory fell by %" PRId64 " KiB\n",
		     CHUNKS, (int64_t)taken / 1024);
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

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	write_promptly(heap, CHUNK - 8, "a write to the end of a heap is done");
	/* In a file with nothing but these, what is behind the heap is free. */
	mali_chain_write(&behind->chain, MALI_WRITE_64, panfrost_address(heap) + CHUNK, VALUE);
	panfrost_start(behind);
	panfrost_assert_faults(behind, "a write behind a heap fails");
}

static void freed_heap_is_gone(struct gem_device *dev)
{
	/* Made first, so that its BO is not where the heap was. */
	struct panfrost_job *job = panfrost_job_new(dev);
	struct gem_bo *heap = panfrost_heap(dev, CHUNK);
	const uint64_t address = panfrost_address(heap);

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	write_promptly(heap, 0, "a write to a heap is done");
	gem_bo_free(heap);
	mali_chain_write(&job->chain, MALI_WRITE_64, address, VALUE);
	panfrost_start(job);
	panfrost_assert_faults(job, "a write to a heap that was freed fails");
}

static void unmapped_write_faults(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, KiB(64));

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	fault_promptly(dev, "a write to where nothing is fails");
	write_promptly(bo, KiB(1), "the job after one that faulted is done");
	igt_assert_bo_content(bo, "the fault of one job leaves the BOs of others");
}

static void unmapped_descriptor_faults(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev), *next = panfrost_job_new(dev);
	const uint64_t address = job->chain.address;

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	mali_chain_null(&job->chain);
	job->chain.address = PANFROST_NOWHERE;
	panfrost_start(job);
	panfrost_await(job);
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

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
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
	struct gem_bo *heap = panfrost_heap(own, CHUNK);

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	fault_promptly(own, "a write to where nothing is fails");
	write_promptly(heap, 0, "a heap grows also after an unhandled fault");
}

static void second_fault_is_prompt(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	for (int i = 0; i < 3; i++)
		fault_promptly(own, "each fault of one file is told at once");
}

/* A job that waits in the hardware behind one that faults is no part of that. */
static void queued_behind_fault_runs(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *bo = gem_bo_create(own, KiB(4));
	volatile uint64_t *words = gem_bo_map(bo);
	struct panfrost_job *bad = job_writing(own, PANFROST_NOWHERE, VALUE);
	struct panfrost_job *good = job_writing(own, panfrost_address(bo), VALUE);
	int timeline, fence;

	igt_require_sw_sync();
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	/* Released together, so that the second is queued before the first has faulted. */
	timeline = sw_sync_timeline_create();
	fence = sw_sync_timeline_create_fence(timeline, 1);
	panfrost_submit(bad, (struct panfrost_how){.after = fence});
	panfrost_submit(good, (struct panfrost_how){.uses = {bo}, .after = fence});
	if (mali_model_present())
		mali_model_set("hold", 1);
	sw_sync_timeline_inc(timeline, 1);
	close(fence);
	close(timeline);
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
	struct panfrost_job *endless = panfrost_job_new(own), *next = panfrost_job_new(dev);
	volatile uint32_t *first;

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	mali_chain_null(&endless->chain);
	mali_chain_null(&endless->chain);
	mali_chain_close_loop(&endless->chain);
	first = (volatile uint32_t *)endless->chain.map;
	panfrost_start(endless);
	igt_assert_f(igt_wait(*first == MALI_STATUS_DONE, PANFROST_PROMPT_MS, 1),
		     "a job that never ends does not begin\n");

	gem_device_close(own);
	mali_chain_null(&next->chain);
	panfrost_start(next);
	panfrost_assert_done_promptly(next, "the GPU is free once the file is closed");
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
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	purged = gem_bo_filled(dev, MiB(1));
	address = panfrost_address(purged);
	gem_bo_madvise(purged, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, MiB(1));
	igt_assert_bo_purged(purged, "reclaim purges what is lent");
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = gem_bo_filled(dev, MiB(1));

	job = job_writing(dev, address + KiB(1), VALUE);
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
}

/* The directory in sysfs of the device, with its driver below. */
static char *device_directory(const struct gem_device *dev)
{
	_cleanup_free_ char *link = NULL;
	struct stat st;
	char *directory;

	igt_assert(fstat(dev->fd, &st) == 0);
	igt_assert(asprintf(&link, "/sys/dev/char/%u:%u/device", major(st.st_rdev),
			    minor(st.st_rdev)) > 0);
	directory = realpath(link, NULL);
	igt_assert_f(directory, "%s: %s\n", link, strerror(errno));
	return directory;
}

static bool is_suspended(const char *directory)
{
	_cleanup_free_ char *path = NULL, *text = NULL;

	igt_assert(asprintf(&path, "%s/power/runtime_status", directory) > 0);
	return igt_file_read(path, &text) == 0 && strncmp(text, "suspended", 9) == 0;
}

/** A heap grows with the first job after the GPU slept: its interrupts are on. */
static void heap_grows_after_sleep(struct gem_device *dev)
{
	_cleanup_free_ char *directory = device_directory(dev);
	struct gem_bo *heap = panfrost_heap(dev, CHUNK);

	igt_require_f(igt_wait(is_suspended(directory), 2000, 10),
		      "The GPU does not go to sleep when it is idle (CONFIG_PM)\n");
	write_promptly(heap, 0, "a heap grows with the first job after the GPU slept");
}

/* Files of panfrost that are open, or -1 where the kernel does not tell. */
static int open_files(void)
{
	_cleanup_free_ char *text = NULL;

	if (igt_file_read("/sys/module/panfrost/refcnt", &text) < 0)
		return -1;
	return atoi(text);
}

static void write_driver_file(const char *driver, const char *file, const char *device)
{
	_cleanup_free_ char *path = NULL;
	int r;

	igt_assert(asprintf(&path, "%s/%s", driver, file) > 0);
	r = igt_file_write(path, device);
	errno = 0;
	igt_require_f(r != -EACCES && r != -ENOENT && r != -EPERM,
		      "The driver cannot be bound again: %s: %s\n", path, strerror(-r));
	igt_assert_f(r == 0, "%s: %s\n", path, strerror(-r));
}

/**
 * A heap grows with the first job there ever is. The GPU goes to sleep 50 ms after the driver took
 * it, and would wake with its interrupts on.
 */
static void heap_grows_after_probe(void)
{
	struct gem_device *dev = gem_device_open(DRIVER_PANFROST);
	_cleanup_free_ char *directory = device_directory(dev), *driver = NULL, *link = NULL;
	const char *device = strrchr(directory, '/') + 1;
	bool slept;

	igt_assert(asprintf(&link, "%s/driver", directory) > 0);
	driver = realpath(link, NULL);
	igt_assert(driver);
	gem_device_close(dev);
	errno = 0;
	igt_require_f(igt_wait(open_files() == 0, 2000, 10),
		      "Somebody uses the GPU, or it cannot be seen: the driver is left alone\n");

	write_driver_file(driver, "unbind", device);
	write_driver_file(driver, "bind", device);
	dev = gem_device_open(DRIVER_PANFROST);
	slept = is_suspended(directory);
	write_promptly(panfrost_heap(dev, CHUNK), 0,
		       "a heap grows with the first job after the driver took the GPU");
	errno = 0;
	igt_require_f(!slept, "The GPU was asleep again before there was a job\n");
}

int igt_main()
{
	struct gem_device *dev = NULL;

	/* First, as long as no file of the device is open here. */
	igt_describe("A heap grows at once with the first job after the driver was bound");
	igt_subtest("heap-grows-after-probe")
		heap_grows_after_probe();

	igt_fixture()
		dev = gem_device_open(DRIVER_PANFROST);

	igt_describe("A heap grows by 2 MiB where the GPU writes first, and the write is done");
	igt_subtest("heap-grows-by-faults")
		heap_grows_by_faults(dev);

	igt_describe("The GPU runs a job that it has written into a heap");
	igt_subtest("heap-keeps-what-is-written")
		heap_keeps_what_is_written(dev);

	igt_describe("A heap grows at once with the first job after the GPU slept");
	igt_subtest("heap-grows-after-sleep")
		heap_grows_after_sleep(dev);

	igt_describe("A write to a heap's end is done, and one behind it fails");
	igt_subtest("heap-ends-where-it-ends")
		heap_ends_where_it_ends(dev);

	igt_describe("A write to a heap that was freed fails");
	igt_subtest("freed-heap-is-gone")
		freed_heap_is_gone(dev);

	igt_describe("A write to where nothing is fails at once, and the next job is done");
	igt_subtest("unmapped-write-faults")
		unmapped_write_faults(dev);

	igt_describe("A job whose descriptor is nowhere ends, and the next is done");
	igt_subtest("unmapped-descriptor-faults")
		unmapped_descriptor_faults(dev);

	igt_describe("Faults of one file do not delay those of another");
	igt_subtest("fault-is-its-owners")
		fault_is_its_owners(dev);

	igt_describe("After an unhandled fault a heap of the same file grows at once");
	igt_subtest("heap-grows-after-fault")
		heap_grows_after_fault(dev);

	igt_describe("A second unhandled fault of the same file is told at once");
	igt_subtest("second-fault-is-prompt")
		second_fault_is_prompt(dev);

	igt_describe("A job queued behind one that faults is done");
	igt_subtest("queued-behind-fault-runs")
		queued_behind_fault_runs(dev);

	igt_describe("Closing a file ends its running job, and the GPU is free for others");
	igt_subtest("close-ends-running-job")
		close_ends_running_job(dev);

	igt_describe("The GPU address of a purged BO is given to no other while its handle lives");
	igt_subtest("purged-address-is-not-reused")
		purged_address_is_not_reused(dev);

	igt_fixture()
		gem_device_close(dev);
}

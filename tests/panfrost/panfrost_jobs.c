/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost jobs
 * Description: That jobs run, in order, to the letter, and that those that cannot do no harm.
 *
 * The kernel promises: a job runs when what it waits for is done; those who wait are told when it
 * has ended, well or not; one that never ends is ended, and the GPU is there for the next.
 *
 * All of it is made of jobs that need no shader: they do nothing, write a value, or flush caches.
 *
 * Since: Linux 5.2.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model. What
 * holds a job back needs the latter, or CONFIG_SW_SYNC.
 */
#include <errno.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <unistd.h>

#include "dmabuf_sync_file.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "igt_panfrost.h"
#include "mali/mali_model.h"
#include "panfrost/steps.h"
#include "reclaim/igt_bo_assert.h"
#include "sw_sync.h"

IGT_TEST_DESCRIPTION("Submission of jobs to panfrost, and what becomes of them");

/* What the driver logs of jobs that fail, as here they are meant to. */
#define FAULT_LINES "js fault|Unhandled Page fault|gpu sched timeout|Soft-stop|BO has no sgt"

#define FILL 0xa5

/* The part of a BO around a place that is written: the CPU compares it byte by byte. */
#define AROUND 64

static volatile uint8_t *filled_with_bytes(struct gem_bo *bo)
{
	memset(gem_bo_map(bo), FILL, bo->bytes);
	return bo->map;
}

static void assert_bytes(const volatile uint8_t *map, uint64_t at, const uint8_t expected[AROUND],
			 const char *claim)
{
	for (unsigned int i = 0; i < AROUND; i++)
		igt_assert_f(map[at + i] == expected[i],
			     "%s: byte %" PRIu64 " is %#04x, expected %#04x\n", claim, at + i,
			     map[at + i], expected[i]);
}

static void null_job_is_done(struct gem_device *dev, bool fragment)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	mali_chain_null(&job->chain);
	panfrost_submit(job, (struct panfrost_how){.fragment = fragment});
	panfrost_assert_done_promptly(job, "a job that does nothing is done");
}

/* A job of each width in the middle of a BO, at the addresses that are the hardest for it. */
static void write_value_is_exact(struct gem_device *dev, bool fragment)
{
	static const enum mali_write widths[] = {MALI_WRITE_8, MALI_WRITE_16, MALI_WRITE_32,
						 MALI_WRITE_64};
	struct gem_bo *bo = gem_bo_create(dev, KiB(8));
	volatile uint8_t *map = filled_with_bytes(bo);
	const uint64_t address = panfrost_address(bo), value = VALUE;

	for (unsigned int i = 0; i < ARRAY_SIZE(widths); i++) {
		const unsigned int bytes = mali_write_bytes(widths[i]);
		/* The last place of the first page, so that one too wide shows in the second. */
		const uint64_t at = KiB(4) - bytes;
		struct panfrost_job *job = panfrost_job_new(dev);
		uint8_t expected[AROUND];

		memset(expected, FILL, sizeof(expected));
		memcpy(expected + AROUND / 2 - bytes, &value, bytes);
		mali_chain_write(&job->chain, widths[i], address + at, value);
		panfrost_submit(job, (struct panfrost_how){.uses = {bo}, .fragment = fragment});
		panfrost_assert_done_promptly(job, "a job that writes is done");
		assert_bytes(map, KiB(4) - AROUND / 2, expected,
			     "a write is of the value's low bytes, and of no others");
		memset((void *)map, FILL, bo->bytes);
	}
}

static void write_zero_writes_zero(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	volatile uint8_t *map = filled_with_bytes(bo);
	struct panfrost_job *job = panfrost_job_new(dev);

	mali_chain_write(&job->chain, MALI_WRITE_ZERO, panfrost_address(bo) + 1024, VALUE);
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	panfrost_assert_done(job, "a job that writes zero is done");
	igt_assert_eq_u32(*(volatile uint32_t *)(map + 1024), 0);
	igt_assert_eq(map[1023], FILL);
	igt_assert_eq(map[1024 + 8], FILL);
}

static void cache_flush_is_done(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	mali_chain_flush(&job->chain);
	panfrost_start(job);
	panfrost_assert_done_promptly(job, "a job that flushes the caches is done");
}

#define CHAIN 16

/* Each job writes where the one before has written, so the order is in the data. */
static void chain_runs_in_order(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	volatile uint64_t *words = gem_bo_map(bo);
	struct panfrost_job *job = panfrost_job_new(dev);

	for (unsigned int i = 0; i < CHAIN; i++) {
		if (i % 4 == 3)
			mali_chain_flush(&job->chain);
		mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bo), i + 1);
		mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bo) + 8 * (i + 1),
				 VALUE + i);
	}
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	panfrost_assert_done(job, "a chain is done to its end");
	igt_assert_eq_u64(words[0], CHAIN);
	for (unsigned int i = 0; i < CHAIN; i++)
		igt_assert_eq_u64(words[i + 1], VALUE + i);
}

static void chain_stops_at_fault(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	volatile uint64_t *words = gem_bo_map(bo);
	struct panfrost_job *job = panfrost_job_new(dev);
	unsigned int behind;

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bo), VALUE);
	mali_chain_other(&job->chain, MALI_JOB_UNKNOWN);
	behind = mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bo) + 8, VALUE);
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	panfrost_await(job);
	igt_assert_eq_u64(words[0], VALUE);
	igt_assert_f(words[1] == 0 && mali_chain_status(&job->chain, behind) == 0,
		     "a job behind one that failed has run\n");
}

/** The syncobj of one job is what another waits for, also in the other slot. */
static void syncobj_orders_jobs(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	volatile uint64_t *words = gem_bo_map(bo);
	struct panfrost_job *jobs[8];
	int timeline, fence;

	timeline = sw_sync_timeline_of_subtest();
	fence = sw_sync_timeline_create_fence(timeline, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = panfrost_job_new(dev);
		mali_chain_write(&jobs[i]->chain, MALI_WRITE_64, panfrost_address(bo), i + 1);
		/* The BO is not named: nothing but the syncobj orders them. */
		panfrost_submit(jobs[i], (struct panfrost_how){
						 .fragment = i % 2,
						 .after = i ? 0 : fence,
						 .after_job = i ? jobs[i - 1] : NULL,
					 });
	}
	igt_assert_f(!panfrost_ends_within(jobs[7], 50), "a job ends before what it waits for\n");
	igt_assert_eq_u64(words[0], 0);
	sw_sync_timeline_inc(timeline, 1);
	panfrost_assert_done(jobs[7], "the last job of a line of eight is done");
	igt_assert_eq_u64(words[0], ARRAY_SIZE(jobs));
	close(fence);
}

/** Jobs that name the same BO run one after the other, in either slot, without being told. */
static void sharing_a_bo_orders_jobs(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	volatile uint64_t *words = gem_bo_map(bo);
	struct panfrost_job *jobs[8];
	int timeline, fence;

	timeline = sw_sync_timeline_of_subtest();
	fence = sw_sync_timeline_create_fence(timeline, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = panfrost_job_new(dev);
		mali_chain_write(&jobs[i]->chain, MALI_WRITE_64, panfrost_address(bo), i + 1);
		panfrost_submit(jobs[i], (struct panfrost_how){
						 .uses = {bo},
						 .fragment = i % 2,
						 .after = i ? 0 : fence,
					 });
	}
	igt_assert_f(!panfrost_ends_within(jobs[7], 50),
		     "a job overtakes an earlier one that uses the same BO\n");
	igt_assert_eq_u64(words[0], 0);
	sw_sync_timeline_inc(timeline, 1);
	panfrost_assert_done(jobs[7], "the last job of a line of eight is done");
	igt_assert_eq_u64(words[0], ARRAY_SIZE(jobs));
	close(fence);
}

/** WAIT_BO asks, waits for as long as it is told, and is woken. */
static void wait_bo_waits(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));
	struct panfrost_job *job = panfrost_job_new(dev);
	uint64_t before;

	mali_model_require();
	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 0), 0);
	mali_model_set("hold", 1);
	mali_chain_null(&job->chain);
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});

	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 0), -EBUSY);
	before = igt_now_ns();
	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 100), -ETIMEDOUT);
	/* In ticks, of which an emulated machine that was kept waiting gets several at once. */
	igt_assert_lte_u64(50, (igt_now_ns() - before) / 1000000);
	mali_model_set("hold", 0);
	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 2000), 0);
	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 0), 0);
	panfrost_assert_done(job, "a job that was held back is done");
}

/** Nor is a BO idle that somebody else reads, whose fence came with its dma-buf. */
static void wait_bo_waits_for_readers(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();
	const int fence = sw_sync_timeline_create_fence(timeline, 1);
	struct gem_bo *bo = gem_bo_create(dev, KiB(4));

	dmabuf_import_sync_file(gem_bo_export(bo), DMA_BUF_SYNC_READ, fence);
	close(fence);
	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 0), -EBUSY);
	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 50), -ETIMEDOUT);
	sw_sync_timeline_inc(timeline, 1);
	igt_assert_eq(__igt_panfrost_wait_bo(dev->fd, bo->handle, 2000), 0);
}

static void bad_submissions_are_refused(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev);
	const uint32_t handle = job->bo->handle, unknown = 0x7fffffff;
	const struct {
		struct panfrost_submission submit;
		int expected;
		const char *what;
	} bad[] = {
		{{.jobs = 0, .handles = &handle, .handle_count = 1}, -EINVAL, "no address"},
		{{.jobs = job->chain.address, .handles = &unknown, .handle_count = 1}, -ENOENT,
		 "an unknown BO"},
		{{.jobs = job->chain.address, .handles = &handle, .handle_count = 1,
		  .requirements = 0x80000000}, -EINVAL, "unknown requirements"},
		{{.jobs = job->chain.address, .handles = &handle, .handle_count = 1,
		  .signals = unknown}, -ENODEV, "an unknown syncobj to signal"},
		{{.jobs = job->chain.address, .handles = &handle, .handle_count = 1,
		  .wait_for = unknown}, -ENOENT, "an unknown syncobj to wait for"},
	};

	mali_chain_null(&job->chain);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		int r = __igt_panfrost_submit(dev->fd, &bad[i].submit);

		igt_assert_f(r == bad[i].expected, "SUBMIT with %s: %s, expected %s\n", bad[i].what,
			     strerror(-r), strerror(-bad[i].expected));
	}
	igt_assert_eq(mali_chain_status(&job->chain, 0), MALI_STATUS_NOT_STARTED);
	panfrost_start(job);
	panfrost_assert_done(job, "after those the right one is done");
}

static void assert_next_is_done(struct gem_device *dev, const char *claim)
{
	struct panfrost_job *next = panfrost_job_new(dev);

	mali_chain_null(&next->chain);
	panfrost_start(next);
	panfrost_assert_done(next, claim);
}

static void unknown_job_faults(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	mali_chain_other(&job->chain, MALI_JOB_UNKNOWN);
	panfrost_start(job);
	panfrost_assert_faults_promptly(job, "a job of a type that does not exist fails");
	/* Its memory is there, so the GPU can say why. */
	igt_assert_lte(MALI_STATUS_CONFIG_FAULT, (int)mali_chain_status(&job->chain, 0));
	assert_next_is_done(dev, "the job after one that failed is done");
}

static void hang_is_ended(struct gem_device *dev)
{
	struct panfrost_job *job = endless_job(dev);
	unsigned int took_ms;

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	panfrost_start(job);
	took_ms = panfrost_await(job);
	igt_info("a job that never ends was ended after %u ms\n", took_ms);
	igt_assert_f(took_ms >= PANFROST_PROMPT_MS,
		     "a job that never ends is over after %u ms: did it run?\n", took_ms);
	assert_next_is_done(dev, "the job after one that hung is done");
}

/** Who waits in the other slot, or behind a job that hangs, has no part in it. */
static void hang_spares_others(struct gem_device *dev)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	struct panfrost_job *job = endless_job(dev), *mine = panfrost_job_new(dev),
			    *theirs = panfrost_job_new(other);

	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	mali_chain_null(&mine->chain);
	mali_chain_null(&theirs->chain);
	panfrost_start(job);
	panfrost_submit(mine, (struct panfrost_how){.fragment = true});
	panfrost_start(theirs);
	panfrost_assert_done(mine, "a job in the other slot is done beside one that hangs");
	panfrost_assert_done(theirs, "a job of another file is done after one that hangs");
	panfrost_await(job);
	gem_device_close(other);
}

/** A slot takes two jobs. One file may fill two slots; B168: the driver took that for a mistake. */
static void full_slots_are_no_mistake(struct gem_device *dev)
{
	struct panfrost_job *jobs[4];

	igt_klog_start();
	mali_model_set("hold", 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = panfrost_job_new(dev);
		mali_chain_null(&jobs[i]->chain);
		panfrost_submit(jobs[i], (struct panfrost_how){.fragment = i % 2});
	}
	/* The driver's threads have given all four to the GPU by then, or were too slow for us. */
	igt_pause_ms(50);
	mali_model_set("hold", 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
		panfrost_assert_done(jobs[i], "each of two jobs in two slots is done");
	igt_klog_assert_quiet("two jobs in each of two slots are no mistake");
}

/** One that does not even stop when it is told to is ended by a reset. */
static void deaf_hang_is_ended(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev);
	uint64_t resets;

	mali_model_require();
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	resets = mali_model_stat("resets");
	mali_model_set("hang", 1 << 1);
	mali_chain_null(&job->chain);
	panfrost_start(job);
	panfrost_await(job);
	igt_assert_neq_u64(mali_model_stat("resets"), resets);
	igt_assert_eq(mali_chain_status(&job->chain, 0), MALI_STATUS_NOT_STARTED);
	assert_next_is_done(dev, "the job after a reset is done");
}

/** A chain among other data of a BO, which is what the GPU has to read to run it. */
static void gpu_reads_what_cpu_wrote(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, KiB(64));

	for (uint64_t page = 0; page < bo->pages; page++) {
		const uint64_t at = page * igt_page_size() + KiB(1);
		struct panfrost_job *job = panfrost_job_in(bo, at);

		/* What it writes is the next line of the same page, which it thus also reads. */
		mali_chain_write(&job->chain, MALI_WRITE_64,
				 job->chain.address + 2 * MALI_JOB_BYTES, VALUE + page);
		panfrost_start(job);
		panfrost_assert_done(job, "a job that the CPU has just written is done");
		igt_assert_eq_u64(*(volatile uint64_t *)((uint8_t *)bo->map + at +
							 2 * MALI_JOB_BYTES), VALUE + page);
	}
	igt_assert_bo_content(bo, "the GPU leaves alone what it was not told to write");
	gem_bo_flush(bo);
	igt_assert_bo_content(bo, "the GPU leaves alone what it only reads");
}

/** A file that is closed with work underway leaves a GPU that works, and nothing to warn of. */
static void close_while_running(struct gem_device *dev)
{
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	igt_klog_start();
	for (int i = 0; i < 8; i++) {
		struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
		struct panfrost_job *job = panfrost_job_new(other);

		while (job->chain.jobs < job->chain.room)
			mali_chain_null(&job->chain);
		panfrost_start(job);
		gem_device_close(other);
		assert_next_is_done(dev, "a job after another file was closed is done");
	}
	igt_klog_assert_quiet("closing a file with jobs is no mistake of the kernel's");
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture()
		dev = gem_device_open(DRIVER_PANFROST);

	for (int fragment = 0; fragment <= 1; fragment++) {
		const char *slot = fragment ? "fragment" : "vertex-tiler";

		igt_describe_f("A job that does nothing is done, in the %s slot", slot);
		igt_subtest_f("null-job-is-done-%s", slot)
			null_job_is_done(dev, fragment);

		igt_describe_f("Writes of 8 to 64 bits change their bytes only, in the %s slot",
			       slot);
		igt_subtest_f("write-value-is-exact-%s", slot)
			write_value_is_exact(dev, fragment);
	}

	igt_describe("A job that writes zero does, whatever its value");
	igt_subtest("write-zero-writes-zero")
		write_zero_writes_zero(dev);

	igt_describe("A job that flushes the caches is done");
	igt_subtest("cache-flush-is-done")
		cache_flush_is_done(dev);

	igt_describe("Jobs of a chain that wait for each other run in order, to the last");
	igt_subtest("chain-runs-in-order")
		chain_runs_in_order(dev);

	igt_describe("Of a chain, what is behind a job that fails does not run");
	igt_subtest("chain-stops-at-fault")
		chain_stops_at_fault(dev);

	igt_describe("A job does not start before the syncobj that it waits for has signalled");
	igt_subtest("syncobj-orders-jobs")
		syncobj_orders_jobs(dev);

	igt_describe("Jobs of both slots that use one BO run in the order of submission");
	igt_subtest("sharing-a-bo-orders-jobs")
		sharing_a_bo_orders_jobs(dev);

	igt_describe("WAIT_BO tells EBUSY and ETIMEDOUT while a job runs, and 0 when it has ended");
	igt_subtest("wait-bo-waits")
		wait_bo_waits(dev);

	igt_describe("WAIT_BO waits also for who only reads a BO that was exported");
	igt_subtest("wait-bo-waits-for-readers")
		wait_bo_waits_for_readers(dev);

	igt_describe("SUBMIT refuses what makes no sense, and runs nothing of it");
	igt_subtest("bad-submissions-are-refused")
		bad_submissions_are_refused(dev);

	igt_describe("A job of an unknown type fails, and the next is done");
	igt_subtest("unknown-job-faults")
		unknown_job_faults(dev);

	igt_describe("A job that never ends is ended, and the next is done");
	igt_subtest("hang-is-ended")
		hang_is_ended(dev);

	igt_describe("A job that never ends takes no other with it");
	igt_subtest("hang-spares-others")
		hang_spares_others(dev);

	igt_describe("One file can have two jobs in each of two slots");
	igt_subtest("full-slots-are-no-mistake")
		full_slots_are_no_mistake(dev);

	igt_describe("A job that cannot be stopped is ended by a reset, and the next is done");
	igt_subtest("deaf-hang-is-ended")
		deaf_hang_is_ended(dev);

	igt_describe("The GPU runs jobs from any page of a BO, as the CPU wrote them");
	igt_subtest("gpu-reads-what-cpu-wrote")
		gpu_reads_what_cpu_wrote(dev);

	igt_describe("Closing a file with jobs underway disturbs nobody else's");
	igt_subtest("close-while-running")
		close_while_running(dev);

	igt_fixture()
		gem_device_close(dev);
}

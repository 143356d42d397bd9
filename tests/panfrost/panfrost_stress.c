/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost stress
 * Description: That nothing is lost when all that a GPU can do happens at once.
 *
 * Several processes share the GPU: some write and check what they wrote, one grows heaps, one
 * writes to where nothing is, one never ends its jobs until the driver resets the GPU, one lends
 * its BOs, and one has the kernel take what is lent. The kernel promises that each sees only what
 * it did itself: a job that is no part of a fault or a hang is done, also when the GPU is reset
 * under it; what is needed is kept; and the kernel has nothing to complain of.
 *
 * How long is told by --seconds; the default is short. On a kernel with lockdep and KASAN it is
 * worth a minute.
 *
 * Since: Linux 5.10.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model; root;
 * debugfs with CONFIG_SHRINKER_DEBUG.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "mali/mali_model.h"
#include "mali/panfrost_job.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/stress_option.h"

IGT_TEST_DESCRIPTION("Jobs, page faults, resets and purges of panfrost at the same time");

#define FAULT_LINES "js fault|Unhandled Page fault|gpu sched timeout|Soft-stop|BO has no sgt"

#define SECONDS stress_seconds(2)
#define WRITERS 2
/* Few, so that also a slow GPU, beside one that hangs, is done before the driver's timeout. */
#define WORDS 4
#define CHUNK MiB(2)
#define LENT 8
/* Each hang keeps its slot for PANFROST_HANG_MS, and the others shall get something done. */
#define HANG_EVERY_MS 1500
/* What a process may need after its time is over: its last job behind a hang or two. */
#define LEEWAY_S 20

static bool goes_on(uint64_t end_ns)
{
	return igt_now_ns() < end_ns;
}

/* Writes a BO word by word with the GPU, reads it with the CPU, over and over in the same BOs. */
static void keep_writing(struct gem_device *dev, int writer, uint64_t end_ns)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(64));
	volatile uint64_t *words = gem_bo_map(bo);
	struct panfrost_job *job = panfrost_job_new(dev);
	const uint64_t step = bo->bytes / WORDS;
	uint64_t generation = (uint64_t)(writer + 1) << 32;

	for (; goes_on(end_ns); generation++) {
		job->chain.jobs = 0;
		for (unsigned int i = 0; i < WORDS; i++)
			mali_chain_write(&job->chain, MALI_WRITE_64,
					 panfrost_address(bo) + i * step, generation + i);
		panfrost_submit(job, (struct panfrost_how){.uses = {bo}, .fragment = writer % 2});
		panfrost_assert_done(job, "a chain that only writes to its BO is done");
		for (unsigned int i = 0; i < WORDS; i++)
			igt_assert_eq_u64(words[i * step / 8], generation + i);
	}
}

/* Grows a heap chunk by chunk and frees it, each time a new one. */
static void keep_growing(struct gem_device *dev, uint64_t end_ns)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	while (goes_on(end_ns)) {
		struct gem_bo *heap = panfrost_heap(dev, 4 * CHUNK);

		for (uint64_t at = 0; at < heap->bytes && goes_on(end_ns); at += CHUNK) {
			job->chain.jobs = 0;
			mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(heap) + at,
					 at);
			panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
			panfrost_assert_done(job, "a heap grows where it is written");
		}
		gem_bo_free(heap);
	}
}

static void keep_faulting(struct gem_device *dev, uint64_t end_ns)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	while (goes_on(end_ns)) {
		job->chain.jobs = 0;
		mali_chain_write(&job->chain, MALI_WRITE_64, PANFROST_NOWHERE, 1);
		panfrost_start(job);
		panfrost_assert_faults(job, "a write to where nothing is fails");
		igt_pause_ms(5);
	}
}

/* A chain that leads back to itself, until the driver resets the GPU. */
static void keep_hanging(struct gem_device *dev, uint64_t end_ns)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	while (goes_on(end_ns)) {
		job->chain.jobs = 0;
		mali_chain_null(&job->chain);
		mali_chain_null(&job->chain);
		mali_chain_close_loop(&job->chain);
		panfrost_start(job);
		panfrost_await(job);
		igt_pause_ms(HANG_EVERY_MS);
	}
}

/*
 * Lends BOs, takes them back, and looks at those that were retained. Meanwhile the GPU goes on to
 * write to the first one: done or a fault, it hits nobody else.
 */
static void keep_lending(struct gem_device *dev, uint64_t end_ns)
{
	struct panfrost_job *job = panfrost_job_new(dev);
	uint64_t purged = 0;

	while (goes_on(end_ns)) {
		struct gem_bo *bos[LENT];

		for (unsigned int i = 0; i < LENT; i++) {
			bos[i] = gem_bo_filled(dev, KiB(64));
			gem_bo_madvise(bos[i], GEM_DONTNEED);
		}
		for (int writes = rand() % 4; writes >= 0; writes--) {
			job->chain.jobs = 0;
			mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bos[0]), 1);
			panfrost_start(job);
			panfrost_await(job);
		}
		for (unsigned int i = 0; i < LENT; i++) {
			const bool retained = gem_bo_madvise(bos[i], GEM_WILLNEED);

			purged += !retained;
			/* The GPU has changed the first. */
			if (retained && i > 0)
				igt_assert_bo_content(bos[i], "what is told retained is retained");
			gem_bo_free(bos[i]);
		}
	}
	igt_assert_f(purged > 0, "scans of the shrinker take nothing of what is lent\n");
}

/* Only @parent has found its shrinker; it is a name, and good in every process. */
static void keep_reclaiming(const struct gem_device *parent, uint64_t end_ns)
{
	while (goes_on(end_ns)) {
		igt_assert_eq(igt_shrinker_scan_once(parent->shrinker, LENT * KiB(64) / KiB(8)), 0);
		igt_pause_ms(1);
	}
}

static void all_at_once(struct gem_device *parent)
{
	const bool model = mali_model_present();
	const uint64_t end_ns = igt_now_ns() + SECONDS * UINT64_C(1000000000);
	const uint64_t freed = model ? mali_model_stat("freed_accesses") : 0;
	const uint64_t resets = model ? mali_model_stat("resets") : 0;

	igt_require_free_memory(MiB(64));
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	igt_klog_start();
	igt_fork(writer, WRITERS)
		keep_writing(gem_device_open(DRIVER_PANFROST), writer, end_ns);
	igt_fork(grower, 1)
		keep_growing(gem_device_open(DRIVER_PANFROST), end_ns);
	igt_fork(faulter, 1)
		keep_faulting(gem_device_open(DRIVER_PANFROST), end_ns);
	igt_fork(hanger, 1)
		keep_hanging(gem_device_open(DRIVER_PANFROST), end_ns);
	igt_fork(lender, 1)
		keep_lending(gem_device_open(DRIVER_PANFROST), end_ns);
	igt_fork(reclaimer, 1)
		keep_reclaiming(parent, end_ns);
	igt_waitchildren_timeout(SECONDS + LEEWAY_S, "users of the GPU that should end");

	igt_klog_assert_quiet("whatever happens at once");
	if (!model)
		return;
	igt_assert_f(mali_model_stat("resets") > resets, "no hang led to a reset of the GPU\n");
	igt_assert_f(mali_model_stat("freed_accesses") == freed,
		     "the GPU used memory that was freed\n");
}

int igt_main_args("", stress_options, STRESS_HELP, stress_take_option, NULL)
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_PANFROST);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
	}

	igt_describe("Each sees only what it did itself, whatever the others do to the GPU");
	igt_subtest("all-at-once")
		all_at_once(dev);

	igt_fixture()
		gem_device_close(dev);
}

/* SPDX-License-Identifier: MIT */
/**
 * Reclaim while those who use the GPU come and go.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "igt_panfrost.h"
#include "igt_rand.h"
#include "panfrost/pressure.h"
#include "panfrost/steps.h"
#include "reclaim/igt_fdinfo.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "sw_sync.h"

#define CHUNK MiB(2)
#define WORD KiB(1)

/* The driver may be a moment late to see a BO idle, or a file gone. */
#define SETTLE_MS 3000

#define CHURN_MS 700
#define CHURN_BOS 16

/* Advice for handles by random, which are somebody's, or nobody's, by the time it comes. */
static void keep_advising(struct gem_device *dev, uint64_t end_ns)
{
	for (unsigned int i = 0; igt_now_ns() < end_ns; i++) {
		uint32_t retained = 0;
		const uint32_t handle = 1 + hars_petruska_f54_1_random_unsafe_max(2 * CHURN_BOS);
		const enum gem_advice advice = i % 2 ? GEM_DONTNEED : GEM_WILLNEED;
		const int r = gem_madvise_raw(dev, handle, advice, &retained);

		/* Only what one file has mapped for the GPU may be lent, and this is so no more. */
		igt_assert_f(r == 0 || r == -ENOENT || (advice == GEM_DONTNEED && r == -EINVAL),
			     "advice for a BO that is about to be closed: %s\n", strerror(-r));
	}
}

void keep_scanning(struct gem_device *dev, uint64_t end_ns)
{
	while (igt_now_ns() < end_ns)
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 64), 0);
}

/* A BO that others lend may be purged by now, and then cannot be mapped, nor has it an offset. */
static void map_if_not_purged(struct gem_bo *bo)
{
	uint64_t offset;
	void *map;

	igt_assert_eq(gem_bo_map_offset(bo, &offset), 0);
	map = mmap(NULL, bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bo->dev->fd,
		   (off_t)offset);
	igt_assert_f(map != MAP_FAILED || errno == ENOMEM || errno == EINVAL, "a BO cannot be mapped: %m\n");
	if (map != MAP_FAILED)
		bo->map = map;
}

/** PF06: of a BO that is closed while others advise on it and reclaim looks at it nothing is left. */
void pressure_closing_beside_advice_and_scans(struct gem_device *dev)
{
	struct gem_bo *bos[CHURN_BOS];
	unsigned int made = 0;
	uint64_t end_ns, before, files;

	igt_require_free_memory(MiB(16));
	igt_klog_start();
	before = igt_reclaimable(dev);
	files = igt_open_files();
	end_ns = igt_now_ns() + CHURN_MS * UINT64_C(1000000);
	/* Children have the same file, so the handles are theirs, too. */
	igt_fork(adviser, 1)
		keep_advising(dev, end_ns);
	igt_fork(scanner, 1)
		keep_scanning(dev, end_ns);
	while (igt_now_ns() < end_ns) {
		for (unsigned int i = 0; i < CHURN_BOS; i++, made++) {
			bos[i] = gem_bo_create(dev, KiB(64));
			if (i % 2)
				map_if_not_purged(bos[i]);
			gem_bo_madvise(bos[i], GEM_DONTNEED);
		}
		for (unsigned int i = 0; i < CHURN_BOS; i++)
			gem_bo_free(bos[i]);
	}
	igt_waitchildren_timeout(PARTNER_SECONDS, "who advises, and who scans");

	igt_assert_f(igt_wait(igt_reclaimable(dev) == before, SETTLE_MS, 10),
		     "%u BOs are closed: %" PRIu64 " KiB are counted, expected %" PRIu64 " KiB\n",
		     made, igt_reclaimable(dev) >> 10, before >> 10);
	igt_assert_objects_freed(files, made, "BOs that were closed are gone");
	igt_klog_assert_quiet("closing BOs that others look at is no mistake of the kernel's");
}

/* What fdinfo tells must come to be @base and the rest; all in bytes. */
static void assert_told(struct gem_device *dev, const struct drm_client_meminfo *base,
			struct drm_client_meminfo more, const char *when)
{
	struct drm_client_meminfo is = {0};
	const bool same = igt_wait((is = igt_fdinfo_memory(dev),
				    is.total == base->total + more.total &&
				    is.shared == base->shared + more.shared &&
				    is.resident == base->resident + more.resident &&
				    is.purgeable == base->purgeable + more.purgeable &&
				    is.active == base->active + more.active), SETTLE_MS, 10);

	errno = 0;
	igt_assert_f(same, "%s fdinfo tells, in KiB beside the rest, total %" PRId64 ", shared %"
		     PRId64 ", resident %" PRId64 ", purgeable %" PRId64 ", active %" PRId64
		     "; expected %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64
		     "\n", when, (int64_t)(is.total - base->total) / 1024,
		     (int64_t)(is.shared - base->shared) / 1024,
		     (int64_t)(is.resident - base->resident) / 1024,
		     (int64_t)(is.purgeable - base->purgeable) / 1024,
		     (int64_t)(is.active - base->active) / 1024, more.total >> 10,
		     more.shared >> 10, more.resident >> 10, more.purgeable >> 10,
		     more.active >> 10);
}

/**
 * PF08: what fdinfo tells of a BO follows it through its life: there, in use, lent, purged,
 * exported; a heap has what it has grown to.
 */
void pressure_fdinfo_follows(struct gem_device *dev)
{
	const uint64_t size = MiB(1);
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct panfrost_job *job = panfrost_job_new(own);
	const struct drm_client_meminfo base = igt_fdinfo_memory(own);
	const int timeline = sw_sync_timeline_of_subtest();
	const int fence = sw_sync_timeline_create_fence(timeline, 1);
	struct gem_bo *bo = gem_bo_create(own, size), *shared, *heap;
	const struct drm_client_meminfo idle = {.total = size, .resident = size};

	assert_told(own, &base, idle, "of a new BO");
	gem_bo_madvise(bo, GEM_DONTNEED);
	assert_told(own, &base, (struct drm_client_meminfo){size, 0, size, size, 0},
		    "of a BO that is lent");
	gem_bo_madvise(bo, GEM_WILLNEED);
	assert_told(own, &base, idle, "of a BO that was taken back");

	mali_chain_null(&job->chain);
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}, .after = fence});
	close(fence);
	gem_bo_madvise(bo, GEM_DONTNEED);
	assert_told(own, &base, (struct drm_client_meminfo){size, 0, size, 0,
							    size + job->bo->bytes},
		    "of a BO that was lent and is in use");
	sw_sync_timeline_inc(timeline, 1);
	panfrost_await(job);
	assert_told(own, &base, (struct drm_client_meminfo){size, 0, size, size, 0},
		    "of a BO that was lent when its job has ended");
	assert_purged_soon(bo, "what is lent is purged");
	assert_told(own, &base, (struct drm_client_meminfo){.total = size}, "of a purged BO");
	gem_bo_free(bo);
	assert_told(own, &base, (struct drm_client_meminfo){0}, "when it was closed");

	shared = gem_bo_create(own, size);
	gem_bo_export(shared);
	assert_told(own, &base, (struct drm_client_meminfo){size, size, size, 0, 0},
		    "of a BO that was exported");
	gem_bo_free(shared);

	heap = panfrost_heap(own, 2 * CHUNK);
	assert_told(own, &base, (struct drm_client_meminfo){.total = 2 * CHUNK}, "of a new heap");
	job->chain.jobs = 0;
	mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(heap) + CHUNK, VALUE);
	panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
	panfrost_assert_done(job, "a heap grows");
	assert_told(own, &base, (struct drm_client_meminfo){.total = 2 * CHUNK, .resident = CHUNK},
		    "of a heap that has grown by 2 MiB");
	gem_bo_free(heap);
	assert_told(own, &base, (struct drm_client_meminfo){0}, "when all was closed");
}

#define CLIENTS 3

/*
 * Who is killed: with a job that never ends, more behind it than the GPU takes, and others that
 * wait for what never comes. All that they use is lent.
 */
static void queue_until_killed(unsigned int jobs, int ready)
{
	struct gem_device *own = gem_device_open(DRIVER_PANFROST);
	const int timeline = sw_sync_timeline_create();
	const int never = sw_sync_timeline_create_fence(timeline, 1);

	panfrost_start(endless_job(own));
	for (unsigned int i = 0; i < jobs; i++) {
		struct gem_bo *bo = gem_bo_create(own, KiB(16));

		igt_assert_eq(gem_bo_gpu_write(bo, WORD, VALUE, i < jobs / 2 ? -1 : never), 0);
		gem_bo_madvise(bo, GEM_DONTNEED);
	}
	partner_signal(ready);
	for (;;)
		pause();
}

/**
 * PF10, LD05: who is killed with jobs queued leaves nothing, however reclaim is after its BOs
 * meanwhile. B17, B18: their end took locks that may sleep where none may, and used what was freed.
 */
void pressure_killed_leave_nothing(struct gem_device *dev)
{
	/* Each has its BO, and one for the descriptor: also one kind alone that stays is noticed. */
	const unsigned int jobs = igt_objects_noticed() / CLIENTS + 1;
	struct igt_helper_process clients[CLIENTS] = {{.use_SIGKILL = true},
						      {.use_SIGKILL = true},
						      {.use_SIGKILL = true}};
	struct igt_helper_process scanner = {0};
	const int ready = partner_event();
	struct gem_bo *kept, *bo;
	uint64_t before, files;

	igt_require_sw_sync();
	igt_require_free_memory(MiB(32));
	igt_klog_start();
	kept = gem_bo_filled(dev, KiB(64));
	before = igt_reclaimable(dev);
	files = igt_open_files();
	for (int i = 0; i < CLIENTS; i++)
		igt_fork_helper(&clients[i])
			queue_until_killed(jobs, ready);
	for (int i = 0; i < CLIENTS; i++)
		partner_await(ready);
	igt_fork_helper(&scanner)
		keep_scanning(dev, UINT64_MAX);
	/* All at the same time; each takes a while to go. */
	for (int i = 0; i < CLIENTS; i++)
		kill(clients[i].pid, SIGKILL);
	for (int i = 0; i < CLIENTS; i++)
		igt_stop_helper(&clients[i]);
	igt_stop_helper(&scanner);

	igt_assert_f(igt_wait(igt_reclaimable(dev) == before, SETTLE_MS, 10),
		     "who lent BOs was killed: %" PRIu64 " KiB are counted, expected %" PRIu64
		     " KiB\n", igt_reclaimable(dev) >> 10, before >> 10);
	igt_assert_objects_freed(files, 2 * CLIENTS * jobs, "BOs go with who is killed");
	bo = gem_bo_filled(dev, KiB(64));
	write_promptly(bo, WORD, "the GPU works when those who used it were killed");
	igt_assert_bo_resident(kept, "what others need stays");
	igt_klog_assert_quiet("killing who has jobs queued is no mistake of the kernel's");
	close(ready);
}

#define IN_LINE 96
#define KILLINGS 3

/* The kernel waits this long for the jobs of a file before it gives them up:
 * MAX_WAIT_SCHED_ENTITY_Q_EMPTY of gpu_scheduler.h. */
#define GIVEN_UP_MS 1000

/* Who is killed with jobs in line, all in the slot of fragment jobs, that wait for @fence. */
static void line_up_until_killed(int fence, int ready)
{
	struct panfrost_job *job = panfrost_job_new(gem_device_open(DRIVER_PANFROST));

	mali_chain_null(&job->chain);
	for (unsigned int i = 0; i < IN_LINE; i++)
		panfrost_submit(job, (struct panfrost_how){.fragment = true, .after = fence});
	partner_signal(ready);
	for (;;)
		pause();
}

/**
 * PF10: who is killed leaves nothing, also when one of its jobs is being started as the others are
 * given up. B187: the scheduler kept the line of jobs, which was freed with the file.
 */
void pressure_killed_as_jobs_start(struct gem_device *dev)
{
	const int ready = partner_event();
	struct panfrost_job *next = panfrost_job_new(dev);

	igt_require_sw_sync();
	igt_klog_start();
	mali_chain_null(&next->chain);
	for (int i = 0; i < KILLINGS; i++) {
		struct igt_helper_process client = {.use_SIGKILL = true};
		const int timeline = sw_sync_timeline_create();
		const int fence = sw_sync_timeline_create_fence(timeline, 1);

		igt_fork_helper(&client)
			line_up_until_killed(fence, ready);
		partner_await(ready);
		kill(client.pid, SIGKILL);
		/* A little before the end, so that it comes amid the jobs. */
		igt_pause_ms(GIVEN_UP_MS - 50);
		sw_sync_timeline_inc(timeline, 1);
		igt_stop_helper(&client);
		close(fence);
		close(timeline);

		mali_chain_rearm(&next->chain);
		panfrost_submit(next, (struct panfrost_how){.fragment = true});
		panfrost_assert_done(next, "the slot works when who had jobs in it was killed");
	}
	igt_klog_assert_quiet("killing whose jobs are being started is no mistake of the kernel's");
	close(ready);
}

/** PF10: of a file that is closed with jobs underway nothing is left when they have ended. */
void pressure_closed_leave_nothing(struct gem_device *dev)
{
	const unsigned int times = 24;
	const unsigned int jobs = igt_objects_noticed() / times + 1;
	uint64_t files;

	igt_klog_start();
	files = igt_open_files();
	for (unsigned int i = 0; i < times; i++) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

		for (unsigned int n = 0; n < jobs; n++) {
			struct gem_bo *bo = gem_bo_create(own, KiB(16));

			igt_assert_eq(gem_bo_gpu_write(bo, WORD, VALUE, -1), 0);
			gem_bo_madvise(bo, GEM_DONTNEED);
		}
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, 64), 0);
		gem_device_close(own);
	}
	igt_assert_objects_freed(files, 2 * times * jobs,
				 "BOs go with their file, and the jobs that it had underway");
	igt_klog_assert_quiet("closing a file with jobs underway is no mistake of the kernel's");
}

/**
 * PF02: a BO is there for what is queued to be done with it, also when its handle is closed
 * meanwhile, and that of the descriptors. B98: its address was not.
 */
void pressure_closed_is_there_for_jobs(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();
	const int fence = sw_sync_timeline_create_fence(timeline, 1);
	struct gem_bo *bo = gem_bo_filled(dev, KiB(64));
	struct panfrost_job *job = job_writing(dev, panfrost_address(bo) + WORD);

	panfrost_submit(job, (struct panfrost_how){.uses = {bo}, .after = fence});
	close(fence);
	gem_bo_madvise(bo, GEM_DONTNEED);
	gem_bo_close_handle(bo);
	gem_bo_close_handle(job->bo);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	sw_sync_timeline_inc(timeline, 1);

	panfrost_assert_done_promptly(job, "a job is done though its BOs were closed");
	igt_assert_eq_u64(((volatile uint64_t *)bo->map)[WORD / sizeof(uint64_t)], VALUE);
}

/** AC07: a heap that nobody may map is as any BO gone when it is closed. B105: who asked kept it. */
void pressure_unmappable_leaves_nothing(struct gem_device *dev)
{
	const unsigned int times = igt_objects_noticed();
	const uint64_t files = igt_open_files();

	for (unsigned int i = 0; i < times; i++) {
		struct gem_bo *heap = panfrost_heap(dev, CHUNK);
		uint64_t offset;

		igt_assert_eq(__igt_panfrost_mmap_offset(dev->fd, heap->handle, 0, &offset),
			      -EINVAL);
		gem_bo_free(heap);
	}
	igt_assert_objects_freed(files, times, "a heap goes, though somebody asked where to map it");
}

/** AC07: a BO of several files goes with the last of them. B110: its pages stayed in use. */
void pressure_shared_leaves_nothing(struct gem_device *dev)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	const unsigned int times = igt_objects_noticed();
	const uint64_t files = igt_open_files();

	igt_klog_start();
	for (unsigned int i = 0; i < times; i++) {
		struct gem_bo *mine = gem_bo_create(dev, KiB(16));
		struct gem_bo *theirs = gem_bo_import(other, gem_bo_export(mine), KiB(16));

		gem_bo_free(i % 2 ? mine : theirs);
		gem_bo_free(i % 2 ? theirs : mine);
	}
	igt_assert_objects_freed(files, times, "a BO goes with the last of its owners");
	igt_klog_assert_quiet("closing a shared BO is no mistake of the kernel's");
}

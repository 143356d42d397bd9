/* SPDX-License-Identifier: MIT */
/**
 * Reclaim while the GPU is asleep, hung, reset, read or short of memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_binding.h"
#include "igt_cleanup.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "igt_panfrost.h"
#include "mali/mali_model.h"
#include "panfrost/pressure.h"
#include "panfrost/steps.h"
#include "reclaim/igt_events.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_undo.h"
#include "reclaim/purge.h"

#define CHUNK MiB(2)
#define WORD KiB(1)

static uint64_t word_of(const struct gem_bo *bo)
{
	return ((volatile uint64_t *)bo->map)[WORD / sizeof(uint64_t)];
}

/* Lend a BO of its own and see it purged, while whatever else goes on. */
static void lend_and_lose(struct gem_device *dev, const char *claim)
{
	struct gem_bo *bo = purged_bo(dev, KiB(64));

	igt_assert_bo_purged(bo, claim);
	gem_bo_free(bo);
}

static void require_sleep(struct gem_device *dev)
{
	const bool sleeps = panfrost_rest(dev);

	errno = 0;
	igt_require_f(sleeps, "The GPU does not go to sleep when it is idle (CONFIG_PM; or "
		      "power/control says so)\n");
}

static void assert_sleeps(struct gem_device *dev, const char *claim)
{
	const bool sleeps = panfrost_rest(dev);

	errno = 0;
	igt_assert_f(sleeps, "%s: the GPU does not go to sleep when it is idle\n", claim);
}

/**
 * PF07: to take memory from a GPU that sleeps it need not be woken; when it wakes by itself it has
 * no way to what was taken, and works. B102.
 */
void pressure_asleep_is_not_woken(struct gem_device *dev)
{
	struct gem_bo *lent, *kept;
	struct panfrost_job *job;

	lent = gem_bo_filled(dev, MiB(1));
	kept = gem_bo_filled(dev, MiB(1));
	/* So the GPU knows both addresses. */
	write_promptly(lent, WORD, "a write to a BO is done");
	write_promptly(kept, WORD, "a write to a BO is done");
	job = job_writing(dev, panfrost_address(lent) + WORD);
	require_sleep(dev);
	igt_klog_start();

	gem_bo_madvise(lent, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, MiB(1));
	igt_assert_f(panfrost_is_asleep(dev), "a purge wakes the GPU\n");
	igt_assert_bo_purged(lent, "what is lent goes while the GPU sleeps");

	panfrost_start(job);
	panfrost_assert_faults_promptly(job, "a write to what was purged while it slept fails");
	write_promptly(kept, 2 * WORD, "a GPU that was purged from while it slept works");
	assert_sleeps(dev, "after a purge while it slept");
	igt_klog_assert_quiet("a purge while the GPU sleeps is no mistake of the kernel's");
}

#define AWAKE_MS 30000
#define NAPS 12

/** PF07: nor does it matter that it is about to fall asleep; it does, and wakes. */
void pressure_falling_asleep_is_no_matter(struct gem_device *dev)
{
	require_sleep(dev);
	igt_klog_start();
	for (unsigned int i = 0; i < NAPS; i++) {
		struct gem_bo *bo = gem_bo_filled(dev, KiB(64));

		write_promptly(bo, WORD, "a write to a BO is done");
		gem_bo_madvise(bo, GEM_DONTNEED);
		/* The driver's 50 ms of idleness are over about now. */
		igt_pause_ms(40 + 2 * i);
		igt_assert_eq(igt_shrinker_scan_once(dev->shrinker, bo->pages), 0);
		assert_purged_soon(bo, "what is lent goes while the GPU falls asleep");
		gem_bo_free(bo);
	}
	assert_sleeps(dev, "after purges while it fell asleep");
	igt_klog_assert_quiet("a purge while the GPU falls asleep is no mistake of the kernel's");
}

/* RPM_ASYNC of include/linux/pm_runtime.h */
#define ANOTHER_THREAD_DOES 1

/* Whoever runs here counts those sleeps that it does not leave to another thread. */
static void note_sleep(const struct igt_event *event, void *data)
{
	unsigned int *own = data, flags;
	const char *at = strstr(event->details, "flags-");

	igt_assert_f(at && sscanf(at, "flags-%x", &flags) == 1, "%s: no flags in \"%s\"\n",
		     event->name, event->details);
	if (event->pid == getpid() && !(flags & ANOTHER_THREAD_DOES))
		++*own;
}

/**
 * PF07: who reclaims from a GPU that is awake, and could sleep, does not put it to sleep himself,
 * which takes time and locks that reclaim must not wait for. B102.
 */
void pressure_sleep_is_left_to_others(struct gem_device *dev)
{
	const struct igt_event_choice sleeps = {"rpm/rpm_suspend", NULL};
	struct igt_events *events;
	unsigned int own = 0;
	struct gem_bo *bo;

	require_sleep(dev);
	panfrost_sleep_after(dev, AWAKE_MS);
	bo = gem_bo_filled(dev, KiB(64));
	events = igt_events_start(&sleeps, 1);
	write_promptly(bo, WORD, "a write to a BO is done");
	assert_purged_soon(bo, "what is lent goes while the GPU is awake");
	igt_assert_f(!panfrost_is_asleep(dev), "the GPU slept before it was to\n");
	igt_events_read(events, note_sleep, &own);
	igt_events_stop(events);
	igt_assert_f(own == 0, "%u times a scan put the GPU to sleep itself, or would have\n", own);
}

static int set_counters(struct gem_device *dev, bool on)
{
	struct drm_panfrost_perfcnt_enable enable = {.enable = on};

	return igt_ioctl(dev->fd, DRM_IOCTL_PANFROST_PERFCNT_ENABLE, &enable) ? -errno : 0;
}

static void require_counters(void)
{
	const char *path = "/sys/module/panfrost/parameters/unstable_ioctls";
	const int r = igt_undo_set_file(path, "1");

	errno = 0;
	igt_require_f(r >= 0, "The GPU's counters cannot be read: %s: %s\n", path, strerror(-r));
	/* The kernel says so whenever somebody sets it. */
	igt_emit_ignore_dmesg_regex("Setting dangerous option");
}

/** PF09: a purge minds its own business while somebody reads the GPU's counters. */
void pressure_counters_beside_purges(struct gem_device *dev)
{
	/* More than any GPU has of them. */
	_cleanup_free_ void *counters = malloc(KiB(256));
	struct drm_panfrost_perfcnt_dump dump = {.buf_ptr = (uintptr_t)counters};
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *kept;

	igt_assert(counters);
	require_counters();
	igt_klog_start();
	kept = gem_bo_filled(own, KiB(64));
	igt_assert_eq(set_counters(own, true), 0);
	igt_assert_eq(set_counters(dev, true), -EBUSY);
	for (int i = 0; i < 8; i++) {
		lend_and_lose(own, "what is lent goes while counters are read");
		do_ioctl(own->fd, DRM_IOCTL_PANFROST_PERFCNT_DUMP, &dump);
	}
	igt_assert_eq(set_counters(own, false), 0);
	igt_assert_bo_resident(kept, "what is needed stays while counters are read");
	assert_sleeps(dev, "when its counters were read");
	igt_klog_assert_quiet("a purge while counters are read is no mistake of the kernel's");
}

/** PF09: of the buffer that counters are written to nothing is left. B106: it was never closed. */
void pressure_counters_leave_nothing(struct gem_device *dev)
{
	const unsigned int times = igt_objects_noticed();
	uint64_t files;

	require_counters();
	igt_klog_start();
	files = igt_open_files();
	for (unsigned int i = 0; i < times; i++) {
		igt_assert_eq(set_counters(dev, true), 0);
		igt_assert_eq(set_counters(dev, false), 0);
	}
	for (int i = 0; i < 4; i++) {
		struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

		igt_assert_eq(set_counters(own, true), 0);
		gem_device_close(own);
	}
	igt_assert_objects_freed(files, times, "the buffer of the counters goes with them");
	assert_sleeps(dev, "when its counters were read");
	igt_klog_assert_quiet("reading counters is no mistake of the kernel's");
}

#define STORM_MS 1000

/**
 * CO14: who reads the GPU's counters has their buffer mapped in the kernel and pinned for as long
 * as that; beside scans, too, nothing of it is left, each time. B185: they could not be enabled,
 * now and then.
 */
void pressure_counters_beside_scans(struct gem_device *dev)
{
	const uint64_t end_ns = igt_now_ns() + STORM_MS * UINT64_C(1000000);
	/* More than any GPU has of them. */
	_cleanup_free_ void *counters = malloc(KiB(256));
	struct drm_panfrost_perfcnt_dump dump = {.buf_ptr = (uintptr_t)counters};
	struct igt_helper_process scanner = {0};
	const uint64_t files = igt_open_files(), counted = igt_reclaimable(dev);
	unsigned int times = 0;
	struct gem_bo *lent;

	igt_assert(counters);
	require_counters();
	igt_klog_start();
	/* Awake from now on, for the scanner leaves a model of it little time to wake up. */
	igt_assert_eq(set_counters(dev, true), 0);
	igt_assert_eq(set_counters(dev, false), 0);
	igt_fork_helper(&scanner)
		keep_scanning(dev, UINT64_MAX);
	for (; times == 0 || igt_now_ns() < end_ns; times++) {
		igt_assert_eq(set_counters(dev, true), 0);
		do_ioctl(dev->fd, DRM_IOCTL_PANFROST_PERFCNT_DUMP, &dump);
		igt_assert_eq(set_counters(dev, false), 0);
	}
	lent = gem_bo_filled(dev, KiB(64));
	gem_bo_madvise(lent, GEM_DONTNEED);
	assert_purged_soon(lent, "what is lent goes beside that");
	igt_stop_helper(&scanner);
	igt_info("counters were switched on and off %u times\n", times);
	igt_assert_eq_u64(igt_reclaimable(dev), counted);
	igt_assert_objects_freed(files, times, "the buffer of the counters goes with them");
	igt_klog_assert_quiet("reading counters beside scans is no mistake of the kernel's");
}

/**
 * PF12: while a job hangs reclaim goes on, spares what that job uses, and takes it when the driver
 * has ended the job.
 */
void pressure_hang_is_no_obstacle(struct gem_device *dev)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	struct panfrost_job *hang = endless_job(other);
	struct gem_bo *used, *kept;
	unsigned int purged = 0;

	igt_klog_start();
	kept = gem_bo_filled(dev, KiB(64));
	used = gem_bo_filled(other, KiB(64));
	panfrost_submit(hang, (struct panfrost_how){.uses = {used}});
	gem_bo_madvise(used, GEM_DONTNEED);
	for (; !panfrost_ends_within(hang, 1); purged++) {
		lend_and_lose(dev, "what is lent goes while a job hangs");
		if (gem_bo_is_busy(used))
			igt_assert_bo_resident(used, "what a job that hangs uses stays");
	}
	igt_debug("%u BOs purged while a job hung\n", purged);
	igt_assert_f(purged > 0, "the job that hangs ended before reclaim had begun\n");

	assert_purged_soon(used, "what a job that hung used goes when it has ended");
	write_promptly(kept, WORD, "the next job is done after one that hung");
	igt_assert_eq_u64(word_of(kept), VALUE);
	igt_klog_assert_quiet("a purge while a job hangs is no mistake of the kernel's");
}

/**
 * PF12: nor does reclaim mind a reset of the GPU, nor the GPU reclaim: what waited behind the hang
 * is done, heaps grow, and what was purged is out of reach.
 */
void pressure_reset_is_no_obstacle(struct gem_device *dev)
{
	struct gem_device *other = gem_device_reopen(dev, /* render= */ true);
	struct panfrost_job *hang = panfrost_job_new(other), *waiting, *stale;
	struct igt_helper_process scanner = {0};
	struct gem_bo *bo, *lent;
	uint64_t resets;

	mali_model_require();
	igt_klog_start();
	bo = gem_bo_filled(dev, KiB(64));
	lent = gem_bo_filled(dev, KiB(64));
	write_promptly(lent, WORD, "a write to a BO is done");
	stale = job_writing(dev, panfrost_address(lent) + WORD);
	waiting = job_writing(dev, panfrost_address(bo) + WORD);
	resets = mali_model_stat("resets");
	mali_model_set("hang", 1 << 1);
	mali_chain_null(&hang->chain);
	panfrost_start(hang);
	/* Jobs of two files begin in any order, and the first to begin is the one that hangs. */
	igt_assert_f(igt_wait(mali_model_get("hang") == 0, 5000, 1), "no job begins to hang\n");
	panfrost_submit(waiting, (struct panfrost_how){.uses = {bo}});
	gem_bo_madvise(lent, GEM_DONTNEED);
	igt_fork_helper(&scanner)
		keep_scanning(dev, UINT64_MAX);

	/* Each purge may be the last who needs the GPU awake but for the reset. */
	while (!panfrost_ends_within(hang, 1))
		lend_and_lose(dev, "what is lent goes while the GPU is reset");
	panfrost_assert_done(waiting, "a job that waited behind a hang is done after the reset");
	igt_assert_neq_u64(mali_model_stat("resets"), resets);
	igt_assert_eq_u64(word_of(bo), VALUE);
	igt_stop_helper(&scanner);
	igt_assert_bo_purged(lent, "what is lent goes while the GPU is reset");
	panfrost_start(stale);
	panfrost_assert_faults_promptly(stale, "a write to what was purged meanwhile fails");
	write_promptly(panfrost_heap(dev, CHUNK), 0, "a heap grows after the reset");
	igt_klog_assert_quiet("a purge while the GPU is reset is no mistake of the kernel's");
}

/** PF01: a job may well go on to write to a purged BO; that costs it, and leaves the BO as it is. */
void pressure_writes_to_purged_cost_nobody_else(struct gem_device *dev)
{
	struct gem_bo *lent, *kept;

	igt_klog_start();
	kept = gem_bo_filled(dev, KiB(64));
	lent = purged_bo(dev, KiB(64));
	for (int i = 0; i < 4; i++) {
		struct panfrost_job *job = job_writing(dev, panfrost_address(lent) + WORD);

		panfrost_start(job);
		panfrost_assert_faults_promptly(job, "each write to a purged BO fails at once");
		igt_assert_bo_purged(lent, "a purged BO stays what it is");
	}
	gem_bo_free(lent);
	write_promptly(kept, WORD, "a write to another BO is done");
	lent = gem_bo_filled(dev, KiB(64));
	write_promptly(lent, WORD, "a write to a new BO is done");
	igt_klog_assert_quiet("a write to a purged BO is no mistake of the kernel's");
}

/* The thread in which the driver handles page faults of the GPU. */
static pid_t fault_thread(void)
{
	const pid_t thread = interrupt_thread("mmu");

	igt_require_f(thread, "No fault can be injected: there is no thread irq/*-panfrost-mmu, "
		      "which should handle those of the GPU\n");
	return thread;
}

#define MOST_SLOW 3

/*
 * A heap of two chunks that has grown by the first. Skips where that takes so long, again and
 * again, that it could not be told from a hang, as on an emulated machine that has much else to do.
 */
static struct gem_bo *grown_heap(struct gem_device *dev)
{
	unsigned int took_ms = 0;

	for (int i = 0; i < MOST_SLOW; i++) {
		struct gem_bo *heap = panfrost_heap(dev, 2 * CHUNK);
		struct panfrost_job *job = job_writing(dev, panfrost_address(heap));

		panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
		took_ms = panfrost_await(job);
		if (took_ms <= PANFROST_PROMPT_MS) {
			panfrost_assert_done(job, "a heap grows");
			return heap;
		}
		gem_bo_free(heap);
	}
	errno = 0;
	igt_skip("A heap takes %u ms to grow here, which is too near to the driver's timeout of "
		 "%d ms\n", took_ms, PANFROST_HANG_MS);
}

/* What the failure of an allocation did to a heap that grew. */
struct growth {
	unsigned int late; /* by how many the failure came too late; 0 when there was one */
	bool refused;	   /* the heap did not grow */
};

/*
 * Have a new heap grow a second time, with allocation @n of that failing. What it may cost is the
 * job: the chunk that was there works on, and the other grows for the next.
 */
static struct growth grow_with_failure(struct gem_device *dev, pid_t thread, unsigned int n)
{
	struct gem_bo *heap = grown_heap(dev);
	struct panfrost_job *job = job_writing(dev, panfrost_address(heap) + CHUNK);
	struct growth growth;

	igt_fail_nth_of(thread, n);
	panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
	panfrost_await(job);
	growth.late = igt_fail_nth_left_of(thread);
	growth.refused = mali_chain_status(&job->chain, 0) != MALI_STATUS_DONE;
	igt_fail_nth_of(thread, 0);
	panfrost_assert_in_time(job, "a job whose heap cannot grow fails at once");
	write_promptly(heap, WORD, "what a heap had it has, though it could not grow");
	write_promptly(heap, CHUNK + WORD, "a heap grows where it could not before");
	gem_bo_free(heap);
	return growth;
}

/* Mappings for DMA that the GPU has, or -1 where the kernel keeps no account of them. */
static int dma_mappings(const struct gem_device *dev)
{
	const struct igt_binding binding = igt_binding_find(dev->fd, "panfrost");
	_cleanup_free_ char *text = NULL;
	char wanted[sizeof(binding.device) + 1];
	int count = 0;

	if (igt_file_read("/sys/kernel/debug/dma-api/dump", &text) < 0)
		return -1;
	snprintf(wanted, sizeof(wanted), "%s ", binding.device);
	for (const char *at = text; (at = strstr(at, wanted)); at += strlen(wanted))
		count++;
	return count;
}

/* More than what comes behind the pages: a table of them, and page tables. */
#define LAST_FAILURES 6
#define MOST_SPARED 16
#define SETTLE_MS 3000

/**
 * PF04: a heap that cannot grow for lack of memory is as it was, and grows when there is some.
 * B103, B104: the driver put the wrong object, or gave back pages that were in use. B180: it took
 * the part for mapped, and all jobs for it hung.
 */
void pressure_heap_survives_failures(struct gem_device *dev)
{
	const unsigned int many = 100000;
	const pid_t thread = fault_thread();
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	unsigned int all, n, failures = 0;
	struct growth growth;
	int mapped, left = 0;
	struct gem_bo *heap;

	igt_require_free_memory(4 * CHUNK);
	igt_klog_start();
	mapped = dma_mappings(dev);
	heap = grown_heap(own);
	igt_fail_nth_of(thread, many);
	write_promptly(heap, CHUNK, "a heap grows");
	all = many - igt_fail_nth_left_of(thread);
	igt_fail_nth_of(thread, 0);
	gem_bo_free(heap);
	igt_assert_lte(1, (int)all);

	/* From the last one on, of which there are some more or less each time: behind the pages. */
	for (n = all; n > 0 && failures < LAST_FAILURES; n -= min(n, max(growth.late, 1U))) {
		growth = grow_with_failure(own, thread, n);
		failures += growth.late == 0;
	}
	igt_assert_eq_u32(failures, LAST_FAILURES);
	/*
	 * In the middle of the pages, which come first, one allocation each at least. The kernel
	 * can do without some that come with them, but not without a page.
	 */
	n = (unsigned int)(CHUNK / igt_page_size() / 2);
	for (int i = 0; i < MOST_SPARED; i++) {
		growth = grow_with_failure(own, thread, n);
		if (growth.refused)
			break;
		n = growth.late ? n / 2 : n + 1;
	}
	igt_assert_f(growth.refused, "a heap grows whichever allocation fails, up to number %u\n",
		     n);
	/* And the first one, of a page. */
	igt_assert_eq_u32(grow_with_failure(own, thread, 1).late, 0);
	igt_info("growing a heap makes some %u allocations; the last %u fail well, and number %u\n",
		 all, failures, n);
	gem_device_close(own);
	igt_assert_f(igt_wait((left = dma_mappings(dev)) <= mapped, SETTLE_MS, 10),
		     "heaps that could not grow are closed: of the GPU's mappings %d are left, "
		     "expected %d\n", left, mapped);
	igt_klog_assert_quiet("a heap that cannot grow is no mistake of the kernel's");
}

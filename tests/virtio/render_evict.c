/* SPDX-License-Identifier: MIT */
/**
 * Jobs, and BOs that were evicted.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "igt.h"
#include "igt_klog.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "reclaim/purge.h"
#include "render.h"
#include "sw_sync.h"
#include "virgl/virgl.h"

#define BO_BYTES KiB(512)
/* Of what is swapped; the books of a cgroup are late by less than an eighth of it. */
#define SWAPPED_BYTES MiB(4)

#define RED 0xff2040c0u
#define BLUE 0x80c04020u

/* What is not to happen gets this long to happen. */
#define QUIET_MS 50
#define ARRIVE_MS 15000
/* A refusal that left a BO locked would show within this, by no answer. */
#define STUCK_SECONDS 15

/*
 * The host has what gem_bo_fill() wrote first, the backing what it wrote then: so a backing that
 * the host was not given again after eviction is told from one that it was.
 */
static struct gem_bo *newer_than_host(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_sent(dev, bytes);

	gem_bo_fill(bo);
	return bo;
}

/* Have the host draw a test pattern; the BO's backing keeps what it has. */
static void draw_pattern(struct gem_bo *bo)
{
	struct gem_bo *source = gem_bo_sent(bo->dev, bo->bytes);
	struct virgl_job *job = virgl_job_new(bo->dev);

	virgl_copy(job, bo, 0, 0, source, virgl_all(source));
	virgl_run(job);
	bo->pattern = source->pattern;
	gem_bo_free(source);
}

/* A BO with a test pattern in the image alone; what the backing has is of another generation. */
static struct gem_bo *newer_on_host(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = newer_than_host(dev, bytes);

	draw_pattern(bo);
	return bo;
}

/* A BO of whose backing the CPU never had anything, with a test pattern that the host wrote. */
static struct gem_bo *drawn_by_host(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_create(dev, bytes);

	draw_pattern(bo);
	virgl_from_host(bo);
	bo->filled = true;
	return bo;
}

static void draw(struct gem_bo *bo, uint32_t pixel)
{
	struct virgl_job *job = virgl_job_new(bo->dev);

	virgl_clear(job, bo, pixel);
	virgl_run(job);
}

/** EV06: pages that nobody but the host wrote to are as dirty as others. B05: they were zeros. */
void render_to_bo_survives_swap(struct gem_device *dev)
{
	struct gem_bo *bo;
	uint64_t before;

	igt_require_free_memory(2 * SWAPPED_BYTES);
	igt_memcg_enter();
	evict_leftovers(dev);
	before = igt_memcg_swap();
	bo = drawn_by_host(dev, SWAPPED_BYTES);
	igt_reclaim(dev, RECLAIM_SHRINKER, SWAPPED_BYTES);
	evict_to_swap(before, SWAPPED_BYTES);

	gem_bo_map(bo);
	igt_assert_bo_evicted(bo, "what the host wrote comes back from swap");
	virgl_assert_host_filled(bo, "and the host has it still");
}

/** SI04: a job that uses the backing of a BO in swap finds all of it, and so does the next. */
void render_brings_swapped_back(struct gem_device *dev)
{
	struct virgl_job *send, *receive;
	uint64_t before;
	struct gem_bo *bo;

	igt_require_free_memory(SWAPPED_BYTES);
	igt_memcg_enter();
	evict_leftovers(dev);
	before = igt_memcg_swap();
	bo = newer_than_host(dev, SWAPPED_BYTES);
	evict_exactly(dev, SWAPPED_BYTES);
	evict_to_swap(before, SWAPPED_BYTES);

	send = virgl_job_new(dev);
	virgl_transfer(send, bo, VIRGL_TO_HOST);
	virgl_run(send);
	virgl_assert_host_filled(bo, "a job reads what a BO had before it was in swap");
	igt_assert_bo_retained(bo, "a job that reads a BO leaves it as it was");

	igt_reclaim(dev, RECLAIM_SHRINKER, SWAPPED_BYTES);
	receive = virgl_job_new(dev);
	virgl_clear(receive, bo, RED);
	virgl_transfer(receive, bo, VIRGL_FROM_HOST);
	virgl_run(receive);
	virgl_assert_pixel(bo, virgl_all(bo), RED, "a job writes to a BO that was evicted");
}

/* The node belongs to the virtio device, or to the PCI device that this is. */
static bool is_behind_iommu(const struct gem_device *dev)
{
	static const char *const formats[] = {"/sys/dev/char/%u:%u/device/iommu_group",
					      "/sys/dev/char/%u:%u/device/../iommu_group"};
	struct stat node;
	bool found = false;

	igt_assert(fstat(dev->fd, &node) == 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(formats) && !found; i++) {
		char path[80];

		snprintf(path, sizeof(path), formats[i], major(node.st_rdev), minor(node.st_rdev));
		found = access(path, F_OK) == 0;
	}
	return found;
}

/* What a BO had comes back at other addresses, of memory and of the IOMMU. */
static void move(struct gem_bo *bo, uint64_t in_swap, struct gem_bo **ret_other)
{
	igt_reclaim(bo->dev, RECLAIM_SHRINKER, SWAPPED_BYTES);
	evict_to_swap(in_swap, SWAPPED_BYTES);
	*ret_other = gem_bo_sent(bo->dev, SWAPPED_BYTES);
}

/**
 * EV13: behind an IOMMU, which maps a page only as long as the kernel says so, the host gets at
 * what a BO has now, wherever that was and is, either way, and at nothing else.
 */
void render_behind_iommu(struct gem_device *dev)
{
	struct gem_bo *bo, *other;
	uint64_t before;

	igt_require_f(is_behind_iommu(dev),
		      "This GPU is behind no IOMMU (igt_guest --iommu)\n");
	igt_require_free_memory(3 * SWAPPED_BYTES);
	igt_klog_start();
	igt_memcg_enter();
	evict_leftovers(dev);
	before = igt_memcg_swap();
	bo = newer_than_host(dev, SWAPPED_BYTES);
	move(bo, before, &other);
	gem_bo_flush(bo);
	virgl_assert_host_filled(bo, "the host reads what a BO had before it was in swap");
	igt_assert_bo_retained(bo, "and leaves it as it was");

	gem_bo_free(other);
	move(bo, igt_memcg_swap(), &other);
	draw(bo, RED);
	virgl_from_host(bo);
	virgl_assert_pixel(bo, virgl_all(bo), RED, "the host writes to a BO that was in swap");
	virgl_assert_host_filled(other, "and to no other");
	igt_assert_bo_retained(other, "nor to another's pages");
	igt_klog_assert_quiet("eviction behind an IOMMU is no mistake of the kernel's");
}

/** SI06: a transfer from the host is into the pages that a BO has now, and over what it had. */
void render_into_evicted(struct gem_device *dev)
{
	struct gem_bo *bo;

	igt_require_free_memory(2 * BO_BYTES);
	evict_leftovers(dev);
	bo = newer_on_host(dev, BO_BYTES);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);

	virgl_from_host(bo);
	igt_assert_bo_retained(bo, "what the host has comes into a BO that was evicted");

	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_evicted(bo, "what came from the host is not lost by the next eviction");
}

struct list {
	struct gem_bo *bos[4];
	unsigned int count;
};

static int submit_list(struct gem_device *dev, const struct list *list)
{
	struct virgl_job *job = virgl_job_new(dev);
	uint32_t handles[ARRAY_SIZE(list->bos)];
	int r;

	virgl_nop(job);
	for (unsigned int i = 0; i < list->count; i++)
		handles[i] = list->bos[i]->handle;
	igt_set_timeout(STUCK_SECONDS, "a job with a list of evicted, purged and repeated BOs");
	r = __virgl_submit(job, (struct virgl_how){.handles = handles,
						   .handle_count = list->count});
	for (unsigned int i = 0; i < list->count; i++)
		gem_bo_wait_idle(list->bos[i]);
	igt_reset_timeout();
	return r;
}

/** SI13: a list with BOs of all kinds is refused or done as a whole, and leaves each usable. */
void render_takes_mixed_lists(struct gem_device *dev)
{
	struct gem_bo *evicted, *valid, *purged;
	struct virgl_job *job;
	int r;

	igt_require_free_memory(3 * BO_BYTES);
	evict_leftovers(dev);
	evicted = newer_than_host(dev, BO_BYTES);
	purged = purged_bo(dev, BO_BYTES);
	valid = newer_than_host(dev, BO_BYTES);

	r = submit_list(dev, &(struct list){{evicted, purged, valid}, 3});
	errno = 0;
	igt_assert_f(r == -EINVAL || r == -ENOMEM, "a list with an evicted, a purged and a valid "
		     "BO: %s, expected %s or %s\n", r ? strerror(-r) : "accepted",
		     strerror(EINVAL), strerror(ENOMEM));
	igt_assert_bo_purged(purged, "a list that is refused brings nothing back");

	igt_reclaim(dev, RECLAIM_SHRINKER, 2 * BO_BYTES);
	r = submit_list(dev, &(struct list){{evicted, valid, evicted}, 3});
	igt_info("a BO twice in a list: %s\n", r ? strerror(-r) : "accepted");
	errno = 0;
	igt_assert_f(r == 0 || r == -EALREADY || r == -EINVAL, "a BO twice in a list: %s, expected "
		     "success, %s or %s\n", strerror(-r), strerror(EALREADY), strerror(EINVAL));

	/* What the list's errors left locked, busy or half back would show now. */
	igt_reclaim(dev, RECLAIM_SHRINKER, 2 * BO_BYTES);
	job = virgl_job_new(dev);
	virgl_transfer(job, evicted, VIRGL_TO_HOST);
	virgl_transfer(job, valid, VIRGL_TO_HOST);
	igt_set_timeout(STUCK_SECONDS, "BOs of a list that was refused");
	virgl_run(job);
	igt_reset_timeout();
	virgl_assert_host_filled(evicted, "a job after them finds the one that was evicted");
	virgl_assert_host_filled(valid, "and the one that was valid");
	igt_assert_bo_retained(evicted, "errors with lists leave an evicted BO as it was");
	igt_assert_bo_retained(valid, "errors with lists leave a valid BO as it was");
	igt_assert_bo_purged(purged, "what was purged stays so");
}

/*
 * The kernel waits for @before within the ioctl. The fence that the job gets comes to the parent by
 * its work: it has to be done when the child has waited for it.
 */
static void submit_behind(struct virgl_job *job, int before, int done)
{
	int fence = -1, r;

	virgl_submit(job, (struct virgl_how){.after = before, .ret_fence = &fence});
	r = sync_fence_wait(fence, ARRIVE_MS);
	igt_assert_f(r == 0, "the job's fence does not signal within %d ms\n", ARRIVE_MS);
	partner_signal(done);
}

/** FE08: a job that has to wait first brings evicted BOs back when it likes, and finds them. */
void render_waits_with_evicted(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();
	const int before = sw_sync_timeline_create_fence(timeline, 1);
	const int done = partner_event();
	struct virgl_job *job;
	struct gem_bo *bo, *marker;

	igt_require_free_memory(2 * BO_BYTES);
	evict_leftovers(dev);
	marker = gem_bo_filled(dev, BO_BYTES);
	gem_bo_flush(marker);
	bo = newer_than_host(dev, BO_BYTES);
	job = virgl_job_new(dev);
	virgl_transfer(job, bo, VIRGL_TO_HOST);
	virgl_clear(job, marker, BLUE);
	igt_reclaim(dev, RECLAIM_SHRINKER, 2 * BO_BYTES);

	igt_fork(child, 1)
		submit_behind(job, before, done);
	igt_assert_f(poll(&(struct pollfd){.fd = done, .events = POLLIN}, 1, QUIET_MS) == 0,
		     "a job is done before the fence that it has to wait for\n");
	virgl_assert_host_filled(marker, "no job begins before its fence");

	/* Whatever the job has brought back up to now. */
	igt_reclaim(dev, RECLAIM_SHRINKER, 2 * BO_BYTES);
	sw_sync_timeline_inc(timeline, 1);
	partner_await(done);
	igt_waitchildren();
	close(before);
	virgl_assert_host_pixel(marker, virgl_all(marker), BLUE, "the job is done behind it");
	virgl_assert_host_filled(bo, "and has found what the evicted BO had");
	igt_assert_bo_retained(bo, "a BO that waited with its job is as it was");
}

/* A surface that was never made: virglrenderer does nothing more in such a context. */
static void break_context(struct gem_device *dev)
{
	struct virgl_job *job = virgl_job_new(dev);

	virgl_cmd_set_framebuffer(&job->cmds, 12345);
	virgl_run(job);
}

/**
 * FE14: a context in which the host does nothing any more still has its fences signalled and its
 * BOs reclaimed; nobody waits for it for ever, and the contexts of others draw on.
 */
void render_survives_broken_context(struct gem_device *dev)
{
	struct gem_device *broken = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *lent, *needed, *others;

	igt_require_free_memory(4 * BO_BYTES);
	evict_leftovers(dev);
	others = newer_than_host(dev, BO_BYTES);
	lent = newer_than_host(broken, BO_BYTES);
	needed = newer_than_host(broken, BO_BYTES);
	draw(needed, RED);
	virgl_from_host(needed);
	virgl_assert_pixel(needed, virgl_all(needed), RED, "a context draws before it is broken");

	break_context(broken);
	draw(needed, BLUE);
	igt_require_f(__virgl_from_host(needed, virgl_all(needed)) == 0,
		      "The kernel refuses work of a context that the host has given up\n");
	gem_bo_wait_idle(needed);
	igt_require_f(*(volatile uint32_t *)needed->map != BLUE,
		      "This host goes on with a context that was given a wrong command\n");
	gem_bo_fill(needed);

	gem_bo_madvise(lent, GEM_DONTNEED);
	igt_set_timeout(STUCK_SECONDS, "reclaim of BOs of a broken context");
	igt_reclaim(dev, RECLAIM_SHRINKER, 3 * BO_BYTES);
	igt_reset_timeout();
	igt_assert_bo_purged(lent, "what a broken context has lent is purged");
	igt_assert_bo_evicted(needed, "what it needs is evicted and comes back");
	igt_assert_bo_evicted(others, "and so is what others need");

	draw(others, BLUE);
	virgl_assert_host_pixel(others, virgl_all(others), BLUE, "others draw on");
	gem_device_close(broken);
	igt_assert_bo_retained(others, "and have their BOs when the broken context is gone");
}

/* SPDX-License-Identifier: MIT */
/**
 * Jobs, and BOs that were purged or are lent.
 */
#include <errno.h>
#include <linux/virtio_gpu.h>
#include <string.h>
#include <unistd.h>

#include "igt.h"
#include "igt_slow_host.h"
#include "reclaim/evict.h"
#include "reclaim/igt_commands.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"
#include "render.h"
#include "sw_sync.h"
#include "virgl/virgl.h"

#define BO_BYTES KiB(256)

/* Each channel has another value, so that mixed-up ones show. */
#define RED 0xff2040c0u
#define BLUE 0x80c04020u

/* Longer than a scan that does not wait takes on a machine that has other things to do. */
#define MAX_HOLD_MS 60000
/* What has been let go arrives within this. */
#define ARRIVE_MS 15000

/* A refusal that left a BO locked would show here, by no answer. */
#define STUCK_SECONDS 15

/* A job that would draw to all of @goods, with @gone at the place @at of the list. */
static void assert_refused(struct gem_bo *gone, struct gem_bo **goods, unsigned int count,
			   unsigned int at)
{
	struct virgl_job *job = virgl_job_new(gone->dev);
	uint32_t handles[8];
	int r;

	igt_assert(count < ARRAY_SIZE(handles));
	virgl_nop(job);
	for (unsigned int i = 0; i < count; i++)
		virgl_clear(job, goods[i], RED);
	for (unsigned int i = 0, good = 0; i <= count; i++)
		handles[i] = i == at ? gone->handle : goods[good++]->handle;

	r = __virgl_submit(job, (struct virgl_how){.handles = handles, .handle_count = count + 1});
	errno = 0;
	igt_assert_f(r == -EINVAL || r == -ENOMEM,
		     "a job with a purged BO as number %u of %u: %s, expected %s or %s\n", at + 1,
		     count + 1, r ? strerror(-r) : "accepted", strerror(EINVAL), strerror(ENOMEM));
	igt_set_timeout(STUCK_SECONDS, "a BO of a job that was refused");
	igt_assert_bo_purged(gone, "a job that is refused brings nothing back");
	igt_assert_f(!gem_bo_is_busy(gone), "a refused job leaves the purged BO busy\n");
	for (unsigned int i = 0; i < count; i++) {
		igt_assert_f(!gem_bo_is_busy(goods[i]), "a refused job leaves a BO busy\n");
		igt_assert_bo_resident(goods[i], "a job that is refused leaves the others alone");
		virgl_assert_host_filled(goods[i], "what is refused is not done");
	}
	igt_reset_timeout();
}

/** PU08: a job for what was purged is refused, alone and in any company, which goes on unharmed. */
void render_refuses_purged(struct gem_device *dev)
{
	struct gem_bo *goods[3], *gone;
	struct virgl_job *job;

	igt_require_free_memory(8 * BO_BYTES);
	gone = purged_bo(dev, BO_BYTES);
	for (unsigned int i = 0; i < ARRAY_SIZE(goods); i++)
		goods[i] = gem_bo_sent(dev, BO_BYTES);

	assert_refused(gone, goods, 0, 0);
	for (unsigned int at = 0; at <= ARRAY_SIZE(goods); at++)
		assert_refused(gone, goods, ARRAY_SIZE(goods), at);

	job = virgl_job_new(dev);
	for (unsigned int i = 0; i < ARRAY_SIZE(goods); i++)
		virgl_clear(job, goods[i], RED);
	virgl_run(job);
	for (unsigned int i = 0; i < ARRAY_SIZE(goods); i++)
		virgl_assert_host_pixel(goods[i], virgl_all(goods[i]), RED, "the next job is done");
}

/* Of a context: the numbers that it knows its objects by. */
#define VIEW 101
#define SURFACE 102

/* Left bound, to be read from and to be drawn to, in the file's context. */
static void bind(struct gem_bo *bo)
{
	struct virgl_job *job = virgl_job_new(bo->dev);

	virgl_use(job, bo);
	virgl_cmd_create_view(&job->cmds, VIEW, virgl_resource(bo), VIRGL_FORMAT_B8G8R8A8_UNORM);
	virgl_cmd_set_view(&job->cmds, VIEW);
	virgl_cmd_create_surface(&job->cmds, SURFACE, virgl_resource(bo),
				 VIRGL_FORMAT_B8G8R8A8_UNORM);
	virgl_cmd_set_framebuffer(&job->cmds, SURFACE);
	virgl_run(job);
}

/* That names no BO, so to the kernel it uses none. */
static void draw_to_what_is_bound(struct gem_device *dev)
{
	static const float white[] = {1, 1, 1, 1};
	struct virgl_job *job = virgl_job_new(dev);

	virgl_cmd_clear(&job->cmds, white);
	virgl_run(job);
}

static void unbind(struct gem_device *dev)
{
	struct virgl_job *job = virgl_job_new(dev);

	virgl_cmd_set_framebuffer(&job->cmds, 0);
	virgl_cmd_destroy_surface(&job->cmds, SURFACE);
	virgl_cmd_set_view(&job->cmds, 0);
	virgl_cmd_destroy_view(&job->cmds, VIEW);
	virgl_run(job);
}

/** PU21: a BO that the host's context still knows as texture and target can go; that draws on. */
void render_survives_purge_of_bound(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *bound, *other, *next;
	struct virgl_job *job;

	igt_require_free_memory(4 * BO_BYTES);
	bound = gem_bo_sent(own, BO_BYTES);
	other = gem_bo_sent(own, BO_BYTES);
	bind(bound);
	draw_to_what_is_bound(own);
	virgl_assert_host_pixel(bound, virgl_all(bound), 0xffffffff, "what is bound is drawn to");

	gem_bo_madvise(bound, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bound, "what finished jobs have bound is purged");

	draw_to_what_is_bound(own);
	virgl_assert_host_filled(other, "drawing to what has gone hits nobody");
	unbind(own);
	/* Gets the memory, and more of what was the other's, if anything is given away twice. */
	next = gem_bo_sent(own, BO_BYTES);
	job = virgl_job_new(own);
	virgl_clear(job, other, RED);
	virgl_copy(job, next, 0, 0, other, virgl_all(other));
	virgl_clear(job, other, BLUE);
	virgl_run(job);
	virgl_assert_host_pixel(next, virgl_all(next), RED, "the context goes on with others");
	virgl_assert_host_pixel(other, virgl_all(other), BLUE, "and does all that it is told");
	igt_assert_bo_purged(bound, "what was purged stays so");
}

/*
 * The host's answer is held back, so that the job runs as long as this takes. A kernel that
 * reclaims the BO has to ask the host for it, which is seen whatever comes of that.
 */
static void assert_untouched_while_drawn(struct gem_bo *bo, int fence)
{
	igt_assert_eq(igt_shrinker_scan_once(bo->dev->shrinker, bo->pages), 0);
	igt_assert_f(sync_fence_status(fence) == SW_SYNC_FENCE_STATUS_ACTIVE,
		     "the fence signals though the host has not answered\n");
	igt_assert_f(igt_commands_count_by(VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, getpid()) == 0 &&
		     igt_commands_count_by(VIRTIO_GPU_CMD_RESOURCE_UNREF, getpid()) == 0,
		     "the host is asked to let go of a BO that it draws to\n");
	igt_assert_bo_resident(bo, "a BO that the host draws to is not purged");
}

/** FE04: what is lent while a job draws to it is there for all of the job, and goes then. */
void render_keeps_lent_until_done(struct gem_device *dev)
{
	struct gem_bo *bo, *copy;
	struct virgl_job *job;
	int fence = -1, r;

	igt_require_free_memory(2 * BO_BYTES);
	evict_leftovers(dev);
	bo = gem_bo_sent(dev, BO_BYTES);
	copy = gem_bo_create(dev, BO_BYTES);
	job = virgl_job_new(dev);
	virgl_clear(job, bo, RED);
	virgl_copy(job, copy, 0, 0, bo, virgl_all(bo));

	igt_commands_start(dev);
	igt_slow_host_begin(dev, MAX_HOLD_MS);
	virgl_submit(job, (struct virgl_how){.ret_fence = &fence});
	gem_bo_madvise(bo, GEM_DONTNEED);
	for (int i = 0; i < 2; i++)
		assert_untouched_while_drawn(bo, fence);
	igt_assert_f(igt_slow_host_end(), "scans beside a job took %d ms\n", MAX_HOLD_MS);

	r = sync_fence_wait(fence, ARRIVE_MS);
	close(fence);
	igt_assert_f(r == 0, "the job is not done after %d ms: %s\n", ARRIVE_MS, strerror(-r));
	virgl_assert_host_pixel(copy, virgl_all(copy), RED, "a job on what was lent is done");
	gem_bo_wait_idle(bo);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "what is lent goes when the job is done");
}

#define RELEASE_MS 5000

/* Where this thread's first command of @type is among all since the start, or -1. */
static int place(uint32_t type)
{
	const struct igt_command *commands;
	unsigned int count;

	commands = igt_commands(&count);
	for (unsigned int i = 0; i < count; i++)
		if (commands[i].type == type && commands[i].pid == getpid())
			return (int)i;
	return -1;
}

static void purge_and_close(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_sent(dev, BO_BYTES);
	int forget, release;

	igt_commands_start(dev);
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "reclaim purges what is lent");
	gem_bo_free(bo);

	igt_assert_f(igt_wait(igt_commands_count(VIRTIO_GPU_CMD_RESOURCE_UNREF) > 0, RELEASE_MS, 1),
		     "a BO that is purged and closed is never released\n");
	igt_commands_settle();
	forget = place(VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE);
	release = place(VIRTIO_GPU_CMD_RESOURCE_UNREF);
	igt_assert_f(forget < 0 || release < 0 || forget < release,
		     "the host has released a BO, and a context is told to forget it\n");
	igt_assert_f(igt_commands_refused() == 0, "the host refuses %u commands\n",
		     igt_commands_refused());
}

/**
 * PU15: what the host has released with all that contexts knew of it is not named to it any more,
 * when the BO is closed. Which of both comes first is the kernel's choice. B64.
 */
void render_forgets_purged_once(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);

	igt_require_free_memory(2 * BO_BYTES);
	evict_leftovers(own);
	for (int i = 0; i < 4; i++)
		purge_and_close(own);
}

/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio virgl
 * Description: What tests of reclaim take for granted of a virtio-gpu whose host renders.
 *
 * The kernel promises: commands and transfers reach the host in the order of their ioctls, for the
 * BOs that they name and in the place that they name; the fence of a job signals when the host has
 * answered, not before, and a job waits for the fence that it is given. The contents of a BO's
 * image on the host are the host's own: the CPU's writes to the backing change nothing there.
 *
 * Since: virgl of Linux 4.4; sync_files for jobs since 5.0.
 *
 * Needs: a virtio-gpu with virgl; for the fences CONFIG_SW_SYNC.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_syncobj.h"
#include "reclaim/igt_bo_assert.h"
#include "sw_sync.h"
#include "virgl/virgl.h"

IGT_TEST_DESCRIPTION("Commands, transfers and fences of a virtio-gpu whose host renders");

#define PAGES 16
#define BO_BYTES (PAGES * KiB(4))

/* Each channel has another value, so that mixed-up ones show. */
#define RED 0xff2040c0u
#define BLUE 0x80c04020u

/* What the host may take for a few KiB, on a machine that has other things to do. */
#define WORK_MS 15000
/* What is not to happen gets this long to happen. */
#define QUIET_MS 100

/* A BO with @pixel in the host's image, and zeros in the backing. */
static struct gem_bo *cleared(struct gem_device *dev, uint32_t pixel)
{
	struct gem_bo *bo = gem_bo_touched(dev, BO_BYTES);
	struct virgl_job *job = virgl_job_new(dev);

	memset(bo->map, 0, bo->bytes);
	virgl_clear(job, bo, pixel);
	virgl_run(job);
	return bo;
}

static void capabilities(struct gem_device *dev)
{
	struct virgl_caps caps = {0}, again = {0};
	const uint32_t format = 1u << VIRGL_FORMAT_B8G8R8A8_UNORM;
	int r = __virgl_get_caps(dev, VIRGL_CAPSET_VIRGL, 1, &caps, sizeof(caps));

	igt_assert_f(r == 0, "asking for the capabilities of virgl: %s\n", strerror(-r));
	igt_info("version %u, GLSL %u\n", caps.max_version, caps.glsl_level);
	igt_assert_f(caps.max_version >= 1 && caps.glsl_level >= 110,
		     "version %u and GLSL %u are none\n", caps.max_version, caps.glsl_level);
	igt_assert_f(caps.render[0] & caps.sampler[0] & format,
		     "the host draws to formats %#x and reads %#x, and not ours, %#x\n",
		     caps.render[0], caps.sampler[0], format);

	/* The second answer is from the kernel's cache. */
	r = __virgl_get_caps(dev, VIRGL_CAPSET_VIRGL, 1, &again, sizeof(again));
	igt_assert_f(r == 0 && memcmp(&caps, &again, sizeof(caps)) == 0,
		     "asked once more, the answer is another: %s\n", strerror(-r));
}

static void unknown_capabilities(struct gem_device *dev)
{
	struct virgl_caps caps = {.max_version = 77};
	int r = __virgl_get_caps(dev, 63, 1, &caps, sizeof(caps));

	igt_assert_f(r == -EINVAL, "a set that does not exist: %s, expected %s\n", strerror(-r),
		     strerror(EINVAL));
	r = __virgl_get_caps(dev, VIRGL_CAPSET_VIRGL, 1000, &caps, sizeof(caps));
	igt_assert_f(r == -EINVAL, "a version that does not exist: %s, expected %s\n",
		     strerror(-r), strerror(EINVAL));
	igt_assert_f(caps.max_version == 77, "a refused call writes %u\n", caps.max_version);
}

static void round_trip(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_sent(dev, BO_BYTES);

	memset(bo->map, 0, bo->bytes);
	virgl_assert_pixel(bo, virgl_all(bo), 0, "what the CPU clears is clear");
	virgl_from_host(bo);
	igt_assert_bo_content(bo, "what went to the host comes back");
}

static void image_is_apart(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_sent(dev, BO_BYTES);

	memset(bo->map, 0, bo->bytes);
	virgl_assert_host_filled(bo, "the CPU's writes do not reach the host by themselves");
	virgl_assert_pixel(bo, virgl_all(bo), 0, "to look at the host's image leaves the backing");
}

static void partial_transfer(struct gem_device *dev)
{
	const struct virgl_box rows = virgl_rows(3, 2);
	struct gem_bo *bo = cleared(dev, RED);
	int r = __virgl_from_host(bo, rows);

	igt_assert_f(r == 0, "transfer of %u rows: %s\n", rows.h, strerror(-r));
	gem_bo_wait_idle(bo);
	virgl_assert_pixel(bo, rows, RED, "the rows that were asked for");
	virgl_assert_pixel(bo, virgl_rows(0, 3), 0, "the rows before them are left alone");
	virgl_assert_pixel(bo, virgl_rows(5, PAGES - 5), 0, "and those behind them");

	memset(bo->map, 0x11, bo->bytes);
	r = __virgl_to_host(bo, rows);
	igt_assert_f(r == 0, "transfer of %u rows to the host: %s\n", rows.h, strerror(-r));
	gem_bo_wait_idle(bo);
	virgl_assert_host_pixel(bo, rows, 0x11111111, "the host gets the rows that were sent");
	virgl_assert_host_pixel(bo, virgl_rows(0, 3), RED, "and has the others as they were");
	virgl_assert_host_pixel(bo, virgl_rows(5, PAGES - 5), RED, "behind them, too");
}

static void clear(struct gem_device *dev)
{
	struct gem_bo *bo = cleared(dev, RED), *other = cleared(dev, BLUE);

	virgl_assert_pixel(bo, virgl_all(bo), 0, "the host's drawing leaves the backing alone");
	virgl_from_host(bo);
	virgl_assert_pixel(bo, virgl_all(bo), RED, "all of the image is cleared");
	virgl_from_host(other);
	virgl_assert_pixel(other, virgl_all(other), BLUE, "and no other image");
}

static void copy(struct gem_device *dev)
{
	const struct virgl_box from = {.x = 100, .y = 2, .w = 50, .h = 4};
	const struct virgl_box to = {.x = 700, .y = 9, .w = 50, .h = 4};
	struct gem_bo *src = cleared(dev, RED), *dst = cleared(dev, BLUE);
	struct virgl_job *job = virgl_job_new(dev);

	virgl_copy(job, dst, to.x, to.y, src, from);
	virgl_run(job);
	virgl_from_host(dst);
	virgl_assert_pixel(dst, to, RED, "the copy is where it belongs");
	virgl_assert_pixel(dst, virgl_rows(0, to.y), BLUE, "what is above is left alone");
	virgl_assert_pixel(dst, (struct virgl_box){0, to.y, to.x, to.h}, BLUE, "and to the left");
	virgl_assert_pixel(dst,
			   (struct virgl_box){to.x + to.w, to.y,
					      VIRGL_ROW_PIXELS - to.x - to.w, to.h},
			   BLUE, "and to the right");
	virgl_assert_pixel(dst, virgl_rows(to.y + to.h, PAGES - to.y - to.h), BLUE, "and below");
	virgl_assert_host_pixel(src, virgl_all(src), RED, "the source is as it was");
}

static void inline_write(struct gem_device *dev)
{
	const struct virgl_box to = {.x = 8, .y = 5, .w = 3, .h = 2};
	const uint32_t pixels[] = {1, 2, 3, 4, 5, 6};
	struct gem_bo *bo = cleared(dev, BLUE);
	struct virgl_job *job = virgl_job_new(dev);

	virgl_write(job, bo, to, pixels);
	virgl_run(job);
	virgl_from_host(bo);
	for (uint32_t i = 0; i < ARRAY_SIZE(pixels); i++)
		virgl_assert_pixel(bo, (struct virgl_box){to.x + i % to.w, to.y + i / to.w, 1, 1},
				   pixels[i], "each pixel of the stream is in its place");
	virgl_assert_pixel(bo, virgl_rows(0, to.y), BLUE, "what is above is left alone");
	virgl_assert_pixel(bo, virgl_rows(to.y + to.h, PAGES - to.y - to.h), BLUE, "and below");
}

/* The host does as the stream says, so what comes back is of between the two clears. */
static void stream_transfer(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_filled(dev, BO_BYTES);
	struct virgl_job *job = virgl_job_new(dev);

	virgl_clear(job, bo, BLUE);
	virgl_transfer(job, bo, VIRGL_TO_HOST);
	virgl_run(job);
	virgl_assert_host_filled(bo, "a stream sends the backing");

	job = virgl_job_new(dev);
	virgl_clear(job, bo, RED);
	virgl_transfer(job, bo, VIRGL_FROM_HOST);
	virgl_clear(job, bo, BLUE);
	virgl_run(job);
	virgl_assert_pixel(bo, virgl_all(bo), RED, "a stream fetches what the host has by then");
	virgl_assert_host_pixel(bo, virgl_all(bo), BLUE, "and goes on");
}

static void commands_in_order(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_touched(dev, BO_BYTES), *copy = gem_bo_touched(dev, BO_BYTES);
	struct virgl_job *job = virgl_job_new(dev);

	virgl_clear(job, bo, BLUE);
	virgl_nop(job);
	virgl_clear(job, bo, RED);
	virgl_copy(job, copy, 0, 0, bo, virgl_all(bo));
	virgl_clear(job, bo, BLUE);
	virgl_run(job);
	virgl_assert_host_pixel(copy, virgl_all(copy), RED, "the copy is of the second clear");
	virgl_assert_host_pixel(bo, virgl_all(bo), BLUE, "the last clear stands");
}

/* In a context within the context, as each program of a desktop has its own. */
static void sub_context(struct gem_device *dev)
{
	static const float white[] = {1, 1, 1, 1}, black[] = {0, 0, 0, 1};
	struct gem_bo *inner = cleared(dev, BLUE), *outer = cleared(dev, BLUE);
	struct virgl_job *job = virgl_job_new(dev);

	virgl_use(job, inner);
	virgl_use(job, outer);
	virgl_cmd_create_sub_context(&job->cmds, 1);
	virgl_cmd_set_sub_context(&job->cmds, 1);
	virgl_cmd_create_surface(&job->cmds, 7, virgl_resource(inner),
				 VIRGL_FORMAT_B8G8R8A8_UNORM);
	virgl_cmd_set_framebuffer(&job->cmds, 7);
	/* The same number is another object here. */
	virgl_cmd_set_sub_context(&job->cmds, 0);
	virgl_cmd_create_surface(&job->cmds, 7, virgl_resource(outer),
				 VIRGL_FORMAT_B8G8R8A8_UNORM);
	virgl_cmd_set_framebuffer(&job->cmds, 7);
	virgl_cmd_clear(&job->cmds, white);
	virgl_cmd_set_sub_context(&job->cmds, 1);
	virgl_cmd_clear(&job->cmds, black);
	virgl_cmd_set_sub_context(&job->cmds, 0);
	virgl_cmd_destroy_sub_context(&job->cmds, 1);
	virgl_cmd_set_framebuffer(&job->cmds, 0);
	virgl_cmd_destroy_surface(&job->cmds, 7);
	virgl_run(job);
	virgl_assert_host_pixel(inner, virgl_all(inner), 0xff000000,
				"the inner context drew where it was told");
	virgl_assert_host_pixel(outer, virgl_all(outer), 0xffffffff, "and so did the outer one");
}

/* A file of its own: the kind of context is chosen before anything else is done. */
static void chosen_context(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *bo;
	int r = __virgl_context_init(own, VIRGL_CAPSET_VIRGL2);

	errno = 0;
	igt_require_f(r != -EINVAL, "This virtio-gpu knows but one kind of context\n");
	igt_assert_f(r == 0, "choosing a context: %s\n", strerror(-r));
	r = __virgl_context_init(own, VIRGL_CAPSET_VIRGL2);
	igt_assert_f(r == -EEXIST, "choosing it twice: %s, expected %s\n", strerror(-r),
		     strerror(EEXIST));
	bo = cleared(own, RED);
	virgl_assert_host_pixel(bo, virgl_all(bo), RED, "a context that was chosen draws");
}

static void fence_of_job(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_touched(dev, BO_BYTES);
	struct virgl_job *job = virgl_job_new(dev);
	int fence = -1, r;

	virgl_clear(job, bo, RED);
	virgl_submit(job, (struct virgl_how){.ret_fence = &fence});
	r = sync_fence_wait(fence, WORK_MS);
	igt_assert_f(r == 0, "the fence does not signal within %d ms\n", WORK_MS);
	igt_assert_eq(sync_fence_status(fence), SW_SYNC_FENCE_STATUS_SIGNALED);
	close(fence);
	igt_assert_f(igt_wait(!gem_bo_is_busy(bo), WORK_MS, 1),
		     "the job is done and its BO busy\n");
	virgl_assert_host_pixel(bo, virgl_all(bo), RED, "what is done is there");
}

/* A job that waits for the next step of @timeline, as @how has it, draws behind that step. */
static void job_behind(struct gem_device *dev, int timeline, struct virgl_how how)
{
	struct gem_bo *bo = cleared(dev, BLUE);
	struct virgl_job *job = virgl_job_new(dev);
	int done[2];
	char byte;

	virgl_clear(job, bo, RED);
	igt_assert(pipe(done) == 0);
	/* The kernel waits within the ioctl. */
	igt_fork(child, 1)
	{
		virgl_submit(job, how);
		igt_assert(write(done[1], "", 1) == 1);
	}
	close(done[1]);
	igt_assert_f(poll(&(struct pollfd){.fd = done[0], .events = POLLIN}, 1, QUIET_MS) == 0,
		     "the job is queued before its fence signals\n");
	virgl_assert_host_pixel(bo, virgl_all(bo), BLUE, "no job begins before its fence");

	sw_sync_timeline_inc(timeline, 1);
	igt_waitchildren();
	igt_assert(read(done[0], &byte, 1) == 1);
	close(done[0]);
	virgl_assert_host_pixel(bo, virgl_all(bo), RED, "the job is done behind its fence");
}

static void job_waits(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();
	const int before = sw_sync_timeline_create_fence(timeline, 1);

	job_behind(dev, timeline, (struct virgl_how){.after = before});
	close(before);
}

static void job_waits_for_syncobj(struct gem_device *dev)
{
	const int timeline = sw_sync_timeline_of_subtest();
	const int before = sw_sync_timeline_create_fence(timeline, 1);
	const uint32_t syncobj = syncobj_create(dev->fd, 0);

	syncobj_import_sync_file(dev->fd, syncobj, before);
	close(before);
	job_behind(dev, timeline, (struct virgl_how){.after_syncobj = syncobj});
	syncobj_destroy(dev->fd, syncobj);
}

/* CLOCK_MONOTONIC in ns by when the host is done. */
static uint64_t in_time(void)
{
	return igt_now_ns() + (uint64_t)WORK_MS * NSEC_PER_MSEC;
}

static void syncobjs_of_job(struct gem_device *dev)
{
	uint32_t binary = syncobj_create(dev->fd, 0), timeline = syncobj_create(dev->fd, 0);
	struct gem_bo *bo = gem_bo_touched(dev, BO_BYTES);
	struct virgl_job *job = virgl_job_new(dev);
	uint64_t point = 3, reached = 0;
	int r;

	virgl_clear(job, bo, RED);
	virgl_submit(job, (struct virgl_how){.signals_syncobj = binary});
	r = syncobj_wait_err(dev->fd, &binary, 1, in_time(), 0);
	igt_assert_f(r == 0, "waiting for the syncobj of a job: %s\n", strerror(-r));
	virgl_assert_host_pixel(bo, virgl_all(bo), RED, "what is done is there");

	virgl_submit(job, (struct virgl_how){.signals_syncobj = timeline,
					     .signals_point = point});
	r = syncobj_timeline_wait_err(dev->fd, &timeline, &point, 1, (int64_t)in_time(), 0);
	igt_assert_f(r == 0, "waiting for the point of a job: %s\n", strerror(-r));
	syncobj_timeline_query(dev->fd, &timeline, &reached, 1);
	igt_assert_eq_u64(reached, point);
	syncobj_destroy(dev->fd, binary);
	syncobj_destroy(dev->fd, timeline);
}

/**
 * FE08: a syncobj as a swapchain's: who draws next waits until the last picture was shown, and is
 * waited for in turn. B195.
 */
static void one_syncobj(struct gem_device *dev)
{
	uint32_t syncobj = syncobj_create(dev->fd, DRM_SYNCOBJ_CREATE_SIGNALED);
	struct gem_bo *bo = gem_bo_touched(dev, BO_BYTES);
	struct virgl_job *job = virgl_job_new(dev);
	int r;

	virgl_clear(job, bo, RED);
	virgl_submit(job, (struct virgl_how){.after_syncobj = syncobj, .resets_syncobj = true});
	r = syncobj_wait_err(dev->fd, &syncobj, 1, 0, 0);
	igt_assert_f(r == -EINVAL, "a syncobj that a job has reset: %s, expected %s\n",
		     strerror(-r), strerror(EINVAL));

	syncobj_signal(dev->fd, &syncobj, 1);
	virgl_submit(job, (struct virgl_how){.after_syncobj = syncobj, .resets_syncobj = true,
					     .signals_syncobj = syncobj});
	r = syncobj_wait_err(dev->fd, &syncobj, 1, in_time(), 0);
	igt_assert_f(r == 0, "a syncobj that a job has reset and is to signal: %s\n",
		     strerror(-r));
	virgl_assert_host_pixel(bo, virgl_all(bo), RED, "what is done is there");
	syncobj_destroy(dev->fd, syncobj);
}

static void bad_submissions(struct gem_device *dev)
{
	struct gem_bo *bo = cleared(dev, BLUE);
	const uint32_t nobody = bo->handle + 1000;
	struct virgl_job *job = virgl_job_new(dev);
	int r;

	virgl_clear(job, bo, RED);
	r = __virgl_submit(job, (struct virgl_how){.handles = &nobody, .handle_count = 1});
	igt_assert_f(r == -ENOENT, "an unknown BO: %s, expected %s\n", strerror(-r),
		     strerror(ENOENT));
	/* That is a file, but no fence. */
	r = __virgl_submit(job, (struct virgl_how){.after = dev->fd});
	igt_assert_f(r == -EINVAL, "no fence to wait for: %s, expected %s\n", strerror(-r),
		     strerror(EINVAL));
	virgl_assert_host_pixel(bo, virgl_all(bo), BLUE, "what is refused is not done");
	virgl_run(job);
	virgl_assert_host_pixel(bo, virgl_all(bo), RED, "and what is right is done afterwards");
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		virgl_require(dev);
	}

	igt_describe("The host tells what it can, twice the same, and it is what these tests use");
	igt_subtest("capabilities-have-what-is-used")
		capabilities(dev);

	igt_describe("A set of capabilities that the host has not is refused, nothing is written");
	igt_subtest("unknown-capabilities-are-refused")
		unknown_capabilities(dev);

	igt_describe("What is sent to the host is what comes back from there");
	igt_subtest("round-trip-keeps-contents")
		round_trip(dev);

	igt_describe("Image and backing are apart until a transfer makes them alike");
	igt_subtest("image-is-apart-from-backing")
		image_is_apart(dev);

	igt_describe("A transfer of some rows, either way, writes these rows and no others");
	igt_subtest("partial-transfer-is-exact")
		partial_transfer(dev);

	igt_describe("A clear sets all of one image, on the host alone");
	igt_subtest("clear-fills-image")
		clear(dev);

	igt_describe("A copy sets a part of an image, as large as told and where it is told");
	igt_subtest("copy-is-exact")
		copy(dev);

	igt_describe("Pixels in the stream itself go where they belong");
	igt_subtest("inline-write-is-exact")
		inline_write(dev);

	igt_describe("A transfer within a stream is done, either way, where it stands in it");
	igt_subtest("stream-transfers-in-its-place")
		stream_transfer(dev);

	igt_describe("Commands of a stream are done one after the other");
	igt_subtest("commands-run-in-order")
		commands_in_order(dev);

	igt_describe("A context within the context has its own objects, and draws to its own image");
	igt_subtest("sub-context-is-apart")
		sub_context(dev);

	igt_describe("A file's context can be of a chosen kind, once, before it is used");
	igt_subtest("context-can-be-chosen")
		chosen_context(dev);

	igt_describe("The fence of a job signals, and then the work is done and the BO idle");
	igt_subtest("fence-signals-after-work")
		fence_of_job(dev);

	igt_describe("A job waits for the fence that it is given, and is done then");
	igt_subtest("job-waits-for-fence") {
		igt_require_sw_sync();
		job_waits(dev);
	}

	igt_describe("A job waits for the fence of a syncobj as well, and is done then");
	igt_subtest("job-waits-for-syncobj") {
		igt_require_sw_sync();
		virgl_require_syncobjs(dev);
		job_waits_for_syncobj(dev);
	}

	igt_describe("A syncobj, or the point of its timeline, signals when the job is done");
	igt_subtest("syncobjs-signal-after-work") {
		virgl_require_syncobjs(dev);
		syncobjs_of_job(dev);
	}

	igt_describe("A job resets the syncobj it waited for, and signals it if it is to do that too");
	igt_subtest("one-syncobj-before-and-after") {
		virgl_require_syncobjs(dev);
		one_syncobj(dev);
	}

	igt_describe("Jobs with an unknown BO or without the fence they name are refused, not done");
	igt_subtest("bad-submissions-are-refused")
		bad_submissions(dev);

	igt_fixture()
		gem_device_close(dev);
}

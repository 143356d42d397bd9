/* SPDX-License-Identifier: MIT */
/**
 * The calls of virtio-gpu while allocations fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drm-uapi/virtgpu_blob.h"
#include "drm-uapi/virtgpu_execbuffer.h"
#include "igt.h"
#include "igt_syncobj.h"
#include "reclaim/igt_bo_assert.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/inject.h"
#include "sw_sync.h"
#include "virgl/virgl.h"
#include "virtio/inject_calls.h"

#define WAIT_MS 15000

static int result_of(int fd, unsigned long request, void *args)
{
	return ioctl(fd, request, args) < 0 ? -errno : 0;
}

static const char *lacks_virgl(struct inject *in)
{
	return in->dev->caps.gpu_3d ? NULL : "The host of this virtio-gpu renders nothing: this "
					     "needs virgl (igt_guest --gpu virgl)";
}

/* --- transfers ------------------------------------------------------------------------------ */

static int from_host(struct inject *in)
{
	struct gem_bo *bo = in->dies ?: in->bo;
	struct drm_virtgpu_3d_transfer_from_host args = {
		.bo_handle = bo->handle,
		.box = {.w = VIRGL_ROW_PIXELS, .h = 1, .d = 1},
	};

	return result_of(in->dev->fd, DRM_IOCTL_VIRTGPU_TRANSFER_FROM_HOST, &args);
}

static void transferred(struct inject *in)
{
	gem_bo_wait_idle(in->dies ?: in->bo);
}

/* --- jobs ----------------------------------------------------------------------------------- */

/* A stream of one command that does nothing. */
static const uint32_t nop;

static int submit_once(struct inject *in, struct igt_virtgpu_execbuffer args)
{
	int r;

	args.size = sizeof(nop);
	args.command = (uintptr_t)&nop;
	r = result_of(in->dev->fd, IGT_IOCTL_VIRTGPU_EXECBUFFER, &args);
	if (r == 0 && args.flags & VIRTGPU_EXECBUF_FENCE_FD_OUT)
		in->fd = args.fence_fd;
	return r;
}

/*
 * Linux 6.12 gives descriptor 0 away when a job gets no fence, which job-keeps-descriptors is about
 * (B190). It is taken back here, for other claims to be seen.
 */
static int submit(struct inject *in, struct igt_virtgpu_execbuffer args)
{
	static int copy = -1;
	int r;

	if (copy < 0)
		copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 100);
	r = submit_once(in, args);
	if (r < 0)
		dup2(copy, STDIN_FILENO);
	return r;
}

static int submit_nothing(struct inject *in)
{
	return submit(in, (struct igt_virtgpu_execbuffer){0});
}

/* Two BOs, the second one without pages. */
static int submit_bos(struct inject *in)
{
	const uint32_t handles[] = {in->bo->handle, in->dies->handle};

	return submit(in, (struct igt_virtgpu_execbuffer){.bo_handles = (uintptr_t)handles,
							  .num_bo_handles = 2});
}

static void submitted_bos(struct inject *in)
{
	gem_bo_wait_idle(in->bo);
	gem_bo_wait_idle(in->dies);
	inject_assert_works(in->dies, "a BO that a job used works");
}

static int submit_for_fence(struct inject *in)
{
	return submit(in, (struct igt_virtgpu_execbuffer){.flags = VIRTGPU_EXECBUF_FENCE_FD_OUT});
}

static void fence_signals(struct inject *in)
{
	igt_assert_eq(sync_fence_wait(in->fd, WAIT_MS), 0);
}

static void prepare_fence(struct inject *in)
{
	const int timeline = sw_sync_timeline_create();

	if (in->given < 0)
		in->given = sw_sync_timeline_create_fence(timeline, 1);
	sw_sync_timeline_inc(timeline, 1);
	close(timeline);
}

static int submit_after_fence(struct inject *in)
{
	return submit(in, (struct igt_virtgpu_execbuffer){.flags = VIRTGPU_EXECBUF_FENCE_FD_IN,
							  .fence_fd = in->given});
}

static void prepare_syncobj(struct inject *in)
{
	if (!in->syncobj)
		in->syncobj = syncobj_create(in->dev->fd, DRM_SYNCOBJ_CREATE_SIGNALED);
}

static int submit_with_syncobjs(struct inject *in, uint64_t point)
{
	const struct igt_virtgpu_syncobj before = {.handle = in->syncobj};
	const struct igt_virtgpu_syncobj after = {.handle = in->syncobj, .point = point};

	return submit(in, (struct igt_virtgpu_execbuffer){
		.syncobj_stride = sizeof(before),
		.num_in_syncobjs = 1, .in_syncobjs = (uintptr_t)&before,
		.num_out_syncobjs = 1, .out_syncobjs = (uintptr_t)&after,
	});
}

static int submit_with_syncobj(struct inject *in)
{
	return submit_with_syncobjs(in, 0);
}

static int submit_with_timeline(struct inject *in)
{
	return submit_with_syncobjs(in, 1);
}

static void syncobj_signals(struct inject *in)
{
	uint32_t *syncobj = &in->syncobj;

	igt_assert_eq(syncobj_wait_err(in->dev->fd, syncobj, 1,
				       igt_now_ns() + WAIT_MS * UINT64_C(1000000), 0), 0);
}

/* --- the rest ------------------------------------------------------------------------------- */

/* The kernel keeps each answer, and there are few: of each set that of each of its versions. */
static const struct {
	uint32_t set;
	uint32_t version;
} answers[] = {{VIRGL_CAPSET_VIRGL, 0}, {VIRGL_CAPSET_VIRGL2, 0}, {VIRGL_CAPSET_VIRGL2, 1},
	       {VIRGL_CAPSET_VIRGL2, 2}, {VIRGL_CAPSET_VIRGL, 1}};

static int get_caps(struct inject *in)
{
	static uint8_t caps[4096];
	const uint64_t i = min_t(uint64_t, in->offset, ARRAY_SIZE(answers) - 1);

	return __virgl_get_caps(in->dev, answers[i].set, answers[i].version, caps, sizeof(caps));
}

static void got_caps(struct inject *in)
{
	in->offset++;
}

static int info(struct inject *in)
{
	struct drm_virtgpu_resource_info args = {.bo_handle = in->bo->handle};

	return result_of(in->dev->fd, DRM_IOCTL_VIRTGPU_RESOURCE_INFO, &args);
}

static const char *lacks_kinds_of_contexts(struct inject *in)
{
	struct gem_device *file;

	if (lacks_virgl(in))
		return lacks_virgl(in);
	file = gem_device_reopen(in->other, /* render= */ true);
	if (__virgl_context_init(file, VIRGL_CAPSET_VIRGL) < 0)
		return "The host knows one kind of context only (QEMU 9.2 knows more)";
	gem_device_close(file);
	return NULL;
}

static void prepare_context(struct inject *in)
{
	if (in->given < 0)
		in->given = drm_reopen(in->dev->fd, /* render= */ true);
	igt_assert_fd(in->given);
}

static int context_init(struct inject *in)
{
	const struct gem_device file = {.fd = in->given};

	return __virgl_context_init(&file, VIRGL_CAPSET_VIRGL);
}

static const char *lacks_primary(struct inject *in)
{
	gem_device_close(in->dev);
	in->dev = gem_device_reopen(in->other, /* render= */ false);
	in->bo = gem_bo_sent(in->dev, INJECT_BYTES);
	return NULL;
}

static int create_dumb(struct inject *in)
{
	struct drm_mode_create_dumb args = {
		.width = VIRGL_ROW_PIXELS,
		.height = (uint32_t)(INJECT_BYTES / igt_page_size()),
		.bpp = 32,
	};
	const int r = result_of(in->dev->fd, DRM_IOCTL_MODE_CREATE_DUMB, &args);

	if (r == 0)
		in->handle = args.handle;
	return r;
}

static void created_dumb(struct inject *in)
{
	in->dies = gem_bo_adopt(in->dev, in->handle, INJECT_BYTES);
	in->handle = 0;
	gem_bo_fill(in->dies);
	igt_assert_bo_retained(in->dies, "a dumb buffer that was made with little memory works");
}

static int create_blob(struct inject *in)
{
	struct drm_virtgpu_resource_create_blob args = {
		.blob_mem = VIRTGPU_BLOB_MEM_GUEST,
		.blob_flags = VIRTGPU_BLOB_FLAG_USE_MAPPABLE,
		.size = INJECT_BYTES,
	};
	const int r = result_of(in->dev->fd, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB, &args);

	if (r == 0)
		in->handle = args.bo_handle;
	return r;
}

static const char *lacks_blobs(struct inject *in)
{
	const int r = create_blob(in);

	return r == 0 ? NULL : "This virtio-gpu has no blob resources (igt_guest --gpu blob)";
}

static void created_blob(struct inject *in)
{
	in->dies = gem_bo_adopt(in->dev, in->handle, INJECT_BYTES);
	in->handle = 0;
	gem_bo_fill(in->dies);
	igt_assert_bo_content(in->dies, "a blob that was made with little memory works");
}

static const struct inject_call calls[] = {
	{"dumb", "creating a dumb buffer", .lacks = lacks_primary, .call = create_dumb,
	 .done = created_dumb},
	{"blob", "creating a blob", .lacks = lacks_blobs, .call = create_blob,
	 .done = created_blob},
	{"info", "asking for a BO's resource", .call = info},
	{"from-host", "a transfer from the host", .lacks = lacks_virgl, .call = from_host,
	 .done = transferred},
	{"from-host-unused", "a transfer from the host into a BO without pages",
	 .lacks = lacks_virgl, .prepare = inject_new_bo, .call = from_host, .done = transferred},
	{"get-caps", "asking for capabilities", .lacks = lacks_virgl, .call = get_caps,
	 .done = got_caps},
	{"context-init", "choosing a kind of context", .lacks = lacks_kinds_of_contexts,
	 .prepare = prepare_context, .call = context_init},
};

static const struct inject_call jobs[] = {
	{"job", "submitting a job", .lacks = lacks_virgl, .call = submit_nothing},
	{"job-bos", "submitting a job with BOs", .lacks = lacks_virgl, .prepare = inject_new_bo,
	 .call = submit_bos, .done = submitted_bos},
	{"job-out-fence", "submitting a job for its fence", .lacks = lacks_virgl,
	 .call = submit_for_fence, .done = fence_signals},
	{"job-in-fence", "submitting a job behind a fence", .lacks = lacks_virgl,
	 .prepare = prepare_fence, .call = submit_after_fence},
	{"job-syncobj", "submitting a job with syncobjs", .lacks = lacks_virgl,
	 .prepare = prepare_syncobj, .call = submit_with_syncobj, .done = syncobj_signals},
	{"job-timeline", "submitting a job with a timeline", .lacks = lacks_virgl,
	 .prepare = prepare_syncobj, .call = submit_with_timeline, .done = syncobj_signals},
};

/** LD06: a call of virtio-gpu that runs out of memory leaves nothing and breaks nothing. */
void virtio_calls(struct gem_device *dev)
{
	inject_calls(dev, calls, ARRAY_SIZE(calls));
}

/** LD06, FE13: a job without memory, or room for a fence, leaves and breaks nothing. B73. */
void virtio_jobs(struct gem_device *dev)
{
	inject_calls(dev, jobs, ARRAY_SIZE(jobs));
}

/** LD06: a job that fails for want of memory takes no descriptor from who submits it. B190. */
void virtio_job_keeps_descriptors(struct gem_device *dev)
{
	const struct igt_virtgpu_execbuffer args = {.flags = VIRTGPU_EXECBUF_FENCE_FD_OUT};
	struct inject in = {.dev = dev, .fd = -1};
	struct igt_fail_nth fail;
	int before, after;

	virgl_require(dev);
	igt_each_failure(&fail, "submitting a job") {
		before = dup(dev->fd);
		close(before);
		if (igt_failing(&fail, submit_once(&in, args)) == 0)
			close(in.fd);
		after = dup(dev->fd);
		close(after);
		igt_assert_f(after == before, "a job without memory for its fence gives descriptor "
			     "%d away, which is open\n", after);
	}
}

/** LD06: what calls that run out of memory had allocated they free. B79. */
void virtio_nothing_is_lost(struct gem_device *dev)
{
	inject_leaks_begin();
	inject_common_again(dev);
	inject_again(dev, calls, ARRAY_SIZE(calls));
	inject_again(dev, jobs, ARRAY_SIZE(jobs));
	inject_leaks_end("memory that calls allocated before they failed");
}

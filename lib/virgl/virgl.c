/* SPDX-License-Identifier: MIT */
/**
 * From a stream of commands to what the host has of it.
 */
#define IGT_LOG_DOMAIN "virgl"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drm-uapi/virtgpu_blob.h"
#include "drm-uapi/virtgpu_execbuffer.h"
#include "igt_aux.h"
#include "igt_core.h"
#include "sw_sync.h"
#include "virgl/virgl.h"

#define PIXEL_BYTES 4u
#define ROW_BYTES (VIRGL_ROW_PIXELS * PIXEL_BYTES)

/* As long as the kernel waits for a BO. */
#define WAIT_MS 15000

void virgl_require(const struct gem_device *dev)
{
	errno = 0;
	igt_require_f(dev->caps.gpu_3d, "The host of this virtio-gpu renders nothing: this needs "
		      "virgl (igt_guest --gpu virgl)\n");
}

void virgl_require_syncobjs(const struct gem_device *dev)
{
	uint64_t has = 0;

	errno = 0;
	igt_require_f(drmGetCap(dev->fd, DRM_CAP_SYNCOBJ, &has) == 0 && has,
		      "Jobs take no syncobjs: the kernel is older than 6.6\n");
}

uint32_t virgl_resource(const struct gem_bo *bo)
{
	struct drm_virtgpu_resource_info info = {.bo_handle = bo->handle};

	igt_assert_f(drmIoctl(bo->dev->fd, DRM_IOCTL_VIRTGPU_RESOURCE_INFO, &info) == 0,
		     "%s: asking for its resource: %s\n", bo->label, strerror(errno));
	return info.res_handle;
}

static void free_job(void *data)
{
	struct virgl_job *job = data;

	virgl_cmds_clear(&job->cmds);
	free(job);
}

struct virgl_job *virgl_job_new(struct gem_device *dev)
{
	struct virgl_job *job = calloc(1, sizeof(*job));

	igt_assert(job);
	job->dev = dev;
	job->next_surface = 1;
	igt_on_subtest_end(free_job, job);
	return job;
}

void virgl_use(struct virgl_job *job, struct gem_bo *bo)
{
	for (unsigned int i = 0; i < job->use_count; i++)
		if (job->uses[i] == bo)
			return;
	igt_assert_f(job->use_count < ARRAY_SIZE(job->uses), "a job takes %zu BOs\n",
		     ARRAY_SIZE(job->uses));
	job->uses[job->use_count++] = bo;
}

void virgl_nop(struct virgl_job *job)
{
	virgl_cmd_nop(&job->cmds, 0);
}

/* Exactly what 8 bits of a channel stand for, so that the host stores these bits. */
static float channel(uint32_t pixel, unsigned int shift)
{
	return (float)(pixel >> shift & 0xff) / 255.0f;
}

void virgl_clear(struct virgl_job *job, struct gem_bo *bo, uint32_t pixel)
{
	const float color[4] = {channel(pixel, 16), channel(pixel, 8), channel(pixel, 0),
				channel(pixel, 24)};
	const uint32_t surface = job->next_surface++;

	virgl_use(job, bo);
	virgl_cmd_create_surface(&job->cmds, surface, virgl_resource(bo),
				 VIRGL_FORMAT_B8G8R8A8_UNORM);
	virgl_cmd_set_framebuffer(&job->cmds, surface);
	virgl_cmd_clear(&job->cmds, color);
	virgl_cmd_set_framebuffer(&job->cmds, 0);
	virgl_cmd_destroy_surface(&job->cmds, surface);
}

void virgl_copy(struct virgl_job *job, struct gem_bo *dst, uint32_t x, uint32_t y,
		struct gem_bo *src, struct virgl_box from)
{
	virgl_use(job, dst);
	virgl_use(job, src);
	virgl_cmd_copy(&job->cmds, virgl_resource(dst), x, y, virgl_resource(src), from);
}

void virgl_write(struct virgl_job *job, struct gem_bo *bo, struct virgl_box to,
		 const uint32_t *pixels)
{
	virgl_use(job, bo);
	virgl_cmd_inline_write(&job->cmds, virgl_resource(bo), to, pixels, to.w * PIXEL_BYTES);
}

void virgl_transfer(struct virgl_job *job, struct gem_bo *bo, enum virgl_way way)
{
	virgl_use(job, bo);
	virgl_cmd_transfer(&job->cmds, virgl_resource(bo), virgl_all(bo), /* offset= */ 0,
			   ROW_BYTES, way);
}

int __virgl_submit(struct virgl_job *job, struct virgl_how how)
{
	uint32_t handles[ARRAY_SIZE(job->uses)];
	const struct igt_virtgpu_syncobj before = {
		.handle = how.after_syncobj,
		.flags = how.resets_syncobj ? IGT_VIRTGPU_SYNCOBJ_RESET : 0,
	};
	const struct igt_virtgpu_syncobj signalled = {
		.handle = how.signals_syncobj,
		.point = how.signals_point,
	};
	struct igt_virtgpu_execbuffer args = {
		.flags = (how.after ? VIRTGPU_EXECBUF_FENCE_FD_IN : 0) |
			 (how.ret_fence ? VIRTGPU_EXECBUF_FENCE_FD_OUT : 0),
		.size = (uint32_t)(job->cmds.count * sizeof(uint32_t)),
		.command = (uintptr_t)job->cmds.words,
		.bo_handles = (uintptr_t)(how.handles ?: handles),
		.num_bo_handles = how.handles ? how.handle_count : job->use_count,
		.fence_fd = how.after ?: -1,
		.syncobj_stride = sizeof(before),
		.num_in_syncobjs = how.after_syncobj ? 1 : 0,
		.num_out_syncobjs = how.signals_syncobj ? 1 : 0,
		.in_syncobjs = (uintptr_t)&before,
		.out_syncobjs = (uintptr_t)&signalled,
	};

	for (unsigned int i = 0; i < job->use_count; i++)
		handles[i] = job->uses[i]->handle;
	if (drmIoctl(job->dev->fd, IGT_IOCTL_VIRTGPU_EXECBUFFER, &args) < 0)
		return -errno;
	if (how.ret_fence)
		*how.ret_fence = args.fence_fd;
	return 0;
}

void virgl_submit(struct virgl_job *job, struct virgl_how how)
{
	int r = __virgl_submit(job, how);

	igt_assert_f(r == 0, "submitting %zu words and %u BOs: %s\n", job->cmds.count,
		     job->use_count, strerror(-r));
}

void virgl_run(struct virgl_job *job)
{
	int fence = -1, r;

	virgl_submit(job, (struct virgl_how){.ret_fence = &fence});
	r = sync_fence_wait(fence, WAIT_MS);
	close(fence);
	igt_assert_f(r == 0, "the host is not done after %d ms: %s\n", WAIT_MS, strerror(-r));
}

struct virgl_box virgl_rows(uint64_t first, uint64_t pages)
{
	return (struct virgl_box){0, (uint32_t)first, VIRGL_ROW_PIXELS, (uint32_t)pages};
}

struct virgl_box virgl_all(const struct gem_bo *bo)
{
	return virgl_rows(0, bo->bytes / ROW_BYTES);
}

static struct drm_virtgpu_3d_box box_of(struct virgl_box rows)
{
	return (struct drm_virtgpu_3d_box){
		.x = rows.x,
		.y = rows.y,
		.w = rows.w,
		.h = rows.h,
		.d = 1,
	};
}

/* Where the first pixel stands in the backing; the rest follows from the width of the image. */
static uint32_t offset_of(struct virgl_box rows)
{
	return rows.y * ROW_BYTES + rows.x * PIXEL_BYTES;
}

int __virgl_to_host(struct gem_bo *bo, struct virgl_box rows)
{
	struct drm_virtgpu_3d_transfer_to_host args = {
		.bo_handle = bo->handle,
		.box = box_of(rows),
		.offset = offset_of(rows),
	};

	return drmIoctl(bo->dev->fd, DRM_IOCTL_VIRTGPU_TRANSFER_TO_HOST, &args) < 0 ? -errno : 0;
}

int __virgl_from_host(struct gem_bo *bo, struct virgl_box rows)
{
	struct drm_virtgpu_3d_transfer_from_host args = {
		.bo_handle = bo->handle,
		.box = box_of(rows),
		.offset = offset_of(rows),
	};

	return drmIoctl(bo->dev->fd, DRM_IOCTL_VIRTGPU_TRANSFER_FROM_HOST, &args) < 0 ? -errno : 0;
}

void virgl_from_host(struct gem_bo *bo)
{
	int r = __virgl_from_host(bo, virgl_all(bo));

	igt_assert_f(r == 0, "%s: transfer from the host: %s\n", bo->label, strerror(-r));
	gem_bo_wait_idle(bo);
}

struct gem_bo *virgl_host_copy(struct gem_bo *bo)
{
	struct gem_bo *copy = gem_bo_create(bo->dev, bo->bytes);
	struct virgl_job *job = virgl_job_new(bo->dev);

	gem_bo_label(copy, "host's %s", bo->label);
	gem_bo_map(copy);
	virgl_copy(job, copy, 0, 0, bo, virgl_all(bo));
	/* The copy alone is listed: the kernel is to do nothing with @bo. */
	virgl_submit(job, (struct virgl_how){.handles = &copy->handle, .handle_count = 1});
	virgl_from_host(copy);
	return copy;
}

void virgl_assert_host_filled(struct gem_bo *bo, const char *claim)
{
	struct gem_bo *copy = virgl_host_copy(bo);
	struct igt_mismatch bad;
	char text[128];
	bool same;

	same = igt_pattern_check(copy->map, bo->pages, bo->pattern, &bad);
	if (!same)
		igt_mismatch_format(&bad, bo->pages, text, sizeof(text));
	errno = 0;
	igt_assert_f(same, "%s: what the host has of %s: %s\n", claim, bo->label, text);
	gem_bo_free(copy);
}

void virgl_assert_pixel(const struct gem_bo *bo, struct virgl_box part, uint32_t pixel,
			const char *claim)
{
	const volatile uint32_t *map = bo->map;

	errno = 0;
	for (uint32_t y = part.y; y < part.y + part.h; y++) {
		for (uint32_t x = part.x; x < part.x + part.w; x++) {
			const uint32_t found = map[y * VIRGL_ROW_PIXELS + x];

			igt_assert_f(found == pixel,
				     "%s: %s reads %#010x at pixel %u of row %u, expected %#010x\n",
				     claim, bo->label, found, x, y, pixel);
		}
	}
}

void virgl_assert_host_pixel(struct gem_bo *bo, struct virgl_box part, uint32_t pixel,
			     const char *claim)
{
	struct gem_bo *copy = virgl_host_copy(bo);

	virgl_assert_pixel(copy, part, pixel, claim);
	gem_bo_free(copy);
}

int __virgl_get_caps(const struct gem_device *dev, uint32_t set, uint32_t version, void *ret_caps,
		     uint32_t size)
{
	struct drm_virtgpu_get_caps args = {
		.cap_set_id = set,
		.cap_set_ver = version,
		.addr = (uintptr_t)ret_caps,
		.size = size,
	};

	return drmIoctl(dev->fd, DRM_IOCTL_VIRTGPU_GET_CAPS, &args) < 0 ? -errno : 0;
}

int __virgl_context_init(const struct gem_device *dev, uint32_t set)
{
	struct drm_virtgpu_context_set_param param = {
		.param = VIRTGPU_CONTEXT_PARAM_CAPSET_ID,
		.value = set,
	};
	struct drm_virtgpu_context_init args = {
		.num_params = 1,
		.ctx_set_params = (uintptr_t)&param,
	};

	return drmIoctl(dev->fd, DRM_IOCTL_VIRTGPU_CONTEXT_INIT, &args) < 0 ? -errno : 0;
}

/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio misuse
 * Description: Calls of virtio-gpu that have to be refused, and are, with an errno and nothing else.
 *
 * Runs on any kernel. Needs: a virtio-gpu; a host that renders for what only such a one has, sw_sync
 * and debugfs to see what is lost, and root to become somebody else.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drm-uapi/virtgpu_blob.h"
#include "drm-uapi/virtgpu_execbuffer.h"
#include "drm-uapi/virtgpu_madvise.h"
#include "igt.h"
#include "igt_syncobj.h"
#include "reclaim/igt_bo_assert.h"
#include "reclaim/igt_sentinel.h"
#include "reclaim/misuse.h"
#include "virgl/virgl.h"

IGT_TEST_DESCRIPTION("Calls of virtio-gpu that have to be refused");

/* A stream of one command that does nothing. */
static const uint32_t nop;

static const struct misuse_ioctl ioctls[] = {
	{.name = "MAP", .request = DRM_IOCTL_VIRTGPU_MAP},
	{.name = "EXECBUFFER", .request = IGT_IOCTL_VIRTGPU_EXECBUFFER},
	{.name = "GETPARAM", .request = DRM_IOCTL_VIRTGPU_GETPARAM},
	{.name = "RESOURCE_CREATE", .request = DRM_IOCTL_VIRTGPU_RESOURCE_CREATE, .no_junk = true},
	{.name = "RESOURCE_INFO", .request = DRM_IOCTL_VIRTGPU_RESOURCE_INFO},
	{.name = "TRANSFER_FROM_HOST", .request = IGT_IOCTL_VIRTGPU_TRANSFER_FROM_HOST},
	{.name = "TRANSFER_TO_HOST", .request = IGT_IOCTL_VIRTGPU_TRANSFER_TO_HOST},
	{.name = "WAIT", .request = DRM_IOCTL_VIRTGPU_WAIT},
	{.name = "GET_CAPS", .request = DRM_IOCTL_VIRTGPU_GET_CAPS},
	{.name = "RESOURCE_CREATE_BLOB", .request = DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB},
	{.name = "CONTEXT_INIT", .request = DRM_IOCTL_VIRTGPU_CONTEXT_INIT},
	{.name = "MADVISE", .request = DRM_IOCTL_VIRTGPU_MADVISE, .if_advised = true},
	{.name = "GEM_CLOSE", .request = DRM_IOCTL_GEM_CLOSE},
	{.name = "PRIME_HANDLE_TO_FD", .request = DRM_IOCTL_PRIME_HANDLE_TO_FD},
	{.name = "PRIME_FD_TO_HANDLE", .request = DRM_IOCTL_PRIME_FD_TO_HANDLE},
	{.name = "SYNCOBJ_CREATE", .request = DRM_IOCTL_SYNCOBJ_CREATE, .no_junk = true},
	{.name = "SYNCOBJ_SIGNAL", .request = DRM_IOCTL_SYNCOBJ_SIGNAL, .no_junk = true},
};

/* --- jobs ----------------------------------------------------------------------------------- */

static struct igt_virtgpu_execbuffer a_job(void)
{
	return (struct igt_virtgpu_execbuffer){
		.command = (uintptr_t)&nop,
		.size = sizeof(nop),
		.fence_fd = -1,
		.syncobj_stride = sizeof(struct igt_virtgpu_syncobj),
	};
}

/* Without a host that renders there are no jobs, and all are ENOSYS. */
static void refused_job(struct misuse *m, struct igt_virtgpu_execbuffer job, int error,
			const char *what)
{
	misuse_refused(m, IGT_IOCTL_VIRTGPU_EXECBUFFER, &job,
		       m->dev->caps.gpu_3d ? error : ENOSYS, what);
}

static void wrong_streams(struct misuse *m)
{
	struct igt_virtgpu_execbuffer job = a_job();

	job.command = 0;
	refused_job(m, job, EFAULT, "a job without a stream");
	job.command = (uintptr_t)m->edge - 4;
	job.size = 8;
	refused_job(m, job, EFAULT, "a job whose stream ends with its page");
	job = a_job();
	job.flags = 0x80;
	refused_job(m, job, EINVAL, "a job with unknown flags");
	job.flags = VIRTGPU_EXECBUF_RING_IDX;
	job.ring_idx = 77;
	refused_job(m, job, EINVAL, "a job for a ring that there is not");
	job = a_job();
	job.flags = VIRTGPU_EXECBUF_FENCE_FD_IN;
	refused_job(m, job, EINVAL, "a job behind no fence");
	job.fence_fd = m->dev->fd;
	refused_job(m, job, EINVAL, "a job behind what is no fence");
	job.flags |= VIRTGPU_EXECBUF_FENCE_FD_OUT;
	refused_job(m, job, EINVAL, "a job behind what is no fence, for one");
}

static void wrong_lists(struct misuse *m)
{
	struct igt_virtgpu_execbuffer job = a_job();
	uint32_t *last = (uint32_t *)m->edge - 1;
	uint32_t handles[] = {m->bo->handle, 12345};

	job.num_bo_handles = 1;
	refused_job(m, job, EFAULT, "a job with BOs at NULL");
	*last = m->bo->handle;
	job.bo_handles = (uintptr_t)last;
	job.num_bo_handles = 2;
	refused_job(m, job, EFAULT, "a job with a list of BOs that ends with its page");
	job.bo_handles = (uintptr_t)handles;
	refused_job(m, job, ENOENT, "a job with a BO that there is not");
	handles[1] = m->bo->handle;
	/* Linux: it cannot be locked twice. */
	refused_job(m, job, 0, "a job with a BO twice");
	if (m->dev->caps.madvise && m->dev->caps.gpu_3d) {
		struct gem_bo *lent = gem_bo_sent(m->dev, igt_page_size());

		gem_bo_madvise(lent, GEM_DONTNEED);
		handles[1] = lent->handle;
		refused_job(m, job, EINVAL, "a job with a BO that was lent");
		/* It can be closed then. */
		misuse_assert_unlocked(m, lent);
		gem_bo_free(lent);
	}
}

static void wrong_syncobjs(struct misuse *m)
{
	struct igt_virtgpu_syncobj syncobjs[2] = {{.handle = m->syncobj}, {.handle = 12345}};
	struct igt_virtgpu_execbuffer job = a_job();

	if (!m->syncobj)
		return;
	job.num_out_syncobjs = 1;
	refused_job(m, job, EFAULT, "a job with syncobjs to signal at NULL");
	job.out_syncobjs = (uintptr_t)syncobjs;
	job.num_out_syncobjs = 2;
	refused_job(m, job, EINVAL, "a job with a syncobj to signal that there is not");
	syncobjs[1] = (struct igt_virtgpu_syncobj){.handle = m->syncobj, .flags = 0x80};
	refused_job(m, job, EINVAL, "a job with unknown flags of a syncobj to signal");
	job = a_job();
	job.num_in_syncobjs = 1;
	refused_job(m, job, EFAULT, "a job with syncobjs to wait for at NULL");
	job.in_syncobjs = (uintptr_t)syncobjs;
	refused_job(m, job, EINVAL, "a job behind a syncobj without a fence");
	syncobjs[0].handle = 12345;
	refused_job(m, job, ENOENT, "a job behind a syncobj that there is not");
	syncobjs[0] = (struct igt_virtgpu_syncobj){.handle = m->syncobj, .flags = 0x80};
	refused_job(m, job, EINVAL, "a job with unknown flags of a syncobj to wait for");
}

/* --- the rest ------------------------------------------------------------------------------- */

static void wrong_transfers(struct misuse *m)
{
	struct igt_virtgpu_transfer args = {.bo_handle = 12345};
	const int rendering = m->dev->caps.gpu_3d ? 0 : ENOSYS;

	misuse_refused(m, IGT_IOCTL_VIRTGPU_TRANSFER_TO_HOST, &args, ENOENT,
		       "a transfer of a BO that there is not");
	misuse_refused(m, IGT_IOCTL_VIRTGPU_TRANSFER_FROM_HOST, &args, rendering ?: ENOENT,
		       "a transfer into a BO that there is not");
	if (rendering)
		return;
	/* What is no blob has no stride of its own. */
	args = (struct igt_virtgpu_transfer){.bo_handle = m->bo->handle, .stride = 4,
					     .box = {.w = 1, .h = 1, .d = 1}};
	misuse_refused(m, IGT_IOCTL_VIRTGPU_TRANSFER_TO_HOST, &args, EINVAL,
		       "a transfer with a stride");
	misuse_refused(m, IGT_IOCTL_VIRTGPU_TRANSFER_FROM_HOST, &args, EINVAL,
		       "a transfer from the host with a stride");
}

/*
 * Only the host knows how large an image is; what it thinks of a box beyond it the kernel logs, and
 * tells nobody. What is in the BO must not change.
 */
static void boxes_beyond(struct misuse *m)
{
	const struct drm_virtgpu_3d_box boxes[] = {
		{.x = 0x7fffff00, .w = 0x7fffff00, .h = 1, .d = 1},
		{.y = 0x100000, .w = VIRGL_ROW_PIXELS, .h = 1, .d = 1},
		{.w = VIRGL_ROW_PIXELS, .h = 0xffffffff, .d = 1},
		{.z = 77, .w = 1, .h = 1, .d = 1},
	};
	const int node = drm_reopen(m->dev->fd, /* render= */ true);
	struct gem_device *own;
	struct misuse mine;

	/* What becomes of a context in which the host is asked such things is not to be known. */
	if (node < 0)
		return;
	close(node);
	own = gem_device_reopen(m->dev, /* render= */ true);
	mine = (struct misuse){.dev = own, .bo = gem_bo_sent(own, m->bo->bytes)};
	igt_emit_ignore_more_dmesg_regex("response 0x12");
	for (unsigned int i = 0; i < ARRAY_SIZE(boxes); i++) {
		struct igt_virtgpu_transfer args = {.bo_handle = mine.bo->handle, .box = boxes[i]};

		misuse_told(&mine, IGT_IOCTL_VIRTGPU_TRANSFER_TO_HOST, &args,
			    "a transfer of a box beyond the BO");
		misuse_told(&mine, IGT_IOCTL_VIRTGPU_TRANSFER_FROM_HOST, &args,
			    "a transfer into a box beyond the BO");
	}
	gem_bo_wait_idle(mine.bo);
	igt_assert_bo_content(mine.bo, "a box beyond a BO changes nothing in it");
	gem_device_close(own);
}

static void wrong_creation(struct misuse *m)
{
	struct drm_virtgpu_resource_create_blob blob = {.blob_mem = 77, .size = 4096};
	struct drm_virtgpu_resource_create create = {.target = 77, .size = 4096, .width = 1,
						     .height = 1, .depth = 77, .array_size = 77};
	struct drm_virtgpu_context_init context = {.num_params = 1};
	struct drm_virtgpu_context_set_param param = {.param = 77};

	misuse_refused(m, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB, &blob, EINVAL,
		       "a blob of unknown memory");
	blob = (struct drm_virtgpu_resource_create_blob){.blob_mem = 1, .blob_flags = 0x100,
							 .size = 4096};
	misuse_refused(m, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB, &blob, EINVAL,
		       "a blob with unknown flags");
	blob = (struct drm_virtgpu_resource_create_blob){.blob_mem = 1, .cmd_size = 4,
							 .size = 4096};
	misuse_refused(m, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB, &blob, EINVAL,
		       "a blob of the guest's with a stream");
	/* A host that renders looks at these itself. */
	if (!m->dev->caps.gpu_3d)
		misuse_refused(m, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE, &create, EINVAL,
			       "a resource of an unknown kind");
	misuse_refused(m, DRM_IOCTL_VIRTGPU_CONTEXT_INIT, &context, 0,
		       "a context with parameters at NULL");
	context.ctx_set_params = (uintptr_t)&param;
	misuse_refused(m, DRM_IOCTL_VIRTGPU_CONTEXT_INIT, &context, 0,
		       "a context with an unknown parameter");
	context.num_params = UINT32_MAX;
	misuse_refused(m, DRM_IOCTL_VIRTGPU_CONTEXT_INIT, &context, EINVAL,
		       "a context with many parameters");
}

static void wrong_questions(struct misuse *m)
{
	struct drm_virtgpu_getparam param = {.param = 1};
	struct drm_virtgpu_3d_wait wait = {.handle = 12345};
	struct drm_virtgpu_map map = {.handle = 12345};
	struct drm_virtgpu_resource_info info = {.bo_handle = 12345};
	struct drm_virtgpu_get_caps caps = {.cap_set_id = VIRGL_CAPSET_VIRGL, .cap_set_ver = 1,
					    .size = 4};
	const int rendering = m->dev->caps.gpu_3d ? 0 : ENOSYS;

	misuse_refused(m, DRM_IOCTL_VIRTGPU_GETPARAM, &param, EFAULT, "a parameter for NULL");
	param = (struct drm_virtgpu_getparam){.param = 1, .value = (uintptr_t)m->edge - 2};
	misuse_refused(m, DRM_IOCTL_VIRTGPU_GETPARAM, &param, EFAULT,
		       "a parameter for where its page ends");
	param.param = 12345;
	misuse_refused(m, DRM_IOCTL_VIRTGPU_GETPARAM, &param, EINVAL, "an unknown parameter");
	misuse_refused(m, DRM_IOCTL_VIRTGPU_WAIT, &wait, ENOENT, "waiting for no BO");
	misuse_refused(m, DRM_IOCTL_VIRTGPU_MAP, &map, ENOENT, "mapping no BO");
	misuse_refused(m, DRM_IOCTL_VIRTGPU_RESOURCE_INFO, &info, ENOENT, "asking for no BO");
	misuse_refused(m, DRM_IOCTL_VIRTGPU_GET_CAPS, &caps, rendering ?: EFAULT,
		       "capabilities for NULL");
	caps.size = 0;
	misuse_refused(m, DRM_IOCTL_VIRTGPU_GET_CAPS, &caps, rendering ?: EINVAL,
		       "capabilities of no size");
	wait = (struct drm_virtgpu_3d_wait){.handle = m->bo->handle, .flags = 0x100};
	misuse_told(m, DRM_IOCTL_VIRTGPU_WAIT, &wait, "waiting with unknown flags");
	if (m->dev->caps.madvise) {
		struct drm_virtgpu_madvise advice = {.bo_handle = m->bo->handle, .pad = 1};

		misuse_refused(m, DRM_IOCTL_VIRTGPU_MADVISE, &advice, EINVAL,
			       "advice with padding");
		advice = (struct drm_virtgpu_madvise){.bo_handle = m->bo->handle, .madv = 77};
		misuse_refused(m, DRM_IOCTL_VIRTGPU_MADVISE, &advice, EOPNOTSUPP, "unknown advice");
	}
}

static void wrong_arguments(struct misuse *m)
{
	wrong_streams(m);
	wrong_lists(m);
	wrong_syncobjs(m);
	wrong_transfers(m);
	boxes_beyond(m);
	wrong_creation(m);
	wrong_questions(m);
}

/* --- lists that are too long ---------------------------------------------------------------- */

static void wrong_counts(struct misuse *m)
{
	struct igt_virtgpu_execbuffer job = a_job();
	uint32_t *list;

	virgl_require(m->dev);
	job.bo_handles = (uintptr_t)&m->bo->handle;
	job.num_bo_handles = UINT32_MAX;
	refused_job(m, job, 0, "a job with 2^32 BOs");
	job.num_bo_handles = 1u << 29;
	refused_job(m, job, 0, "a job with 2^29 BOs");
	list = misuse_list(m->bo->handle);
	job.bo_handles = (uintptr_t)list;
	job.num_bo_handles = MISUSE_LIST;
	refused_job(m, job, 0, "a job with one BO many times");
	munmap(list, MISUSE_LIST * sizeof(*list));
	job = a_job();
	job.size = UINT32_MAX;
	refused_job(m, job, 0, "a job of 4 GiB");
	job = a_job();
	job.num_in_syncobjs = UINT32_MAX;
	refused_job(m, job, 0, "a job behind 2^32 syncobjs");
	job = a_job();
	job.num_out_syncobjs = UINT32_MAX;
	refused_job(m, job, 0, "a job that signals 2^32 syncobjs");
}

/* --- what is left --------------------------------------------------------------------------- */

/* The BO is found before the one that there is not, and a descriptor is there for the fence. */
static void refuse_late(struct misuse *m, struct gem_bo *bo, uint32_t syncobj)
{
	const uint32_t handles[] = {bo->handle, 12345};
	const struct igt_virtgpu_syncobj signalled = {.handle = syncobj};
	struct igt_virtgpu_execbuffer job = a_job();

	virgl_require(m->dev);
	job.bo_handles = (uintptr_t)handles;
	job.num_bo_handles = 2;
	refused_job(m, job, ENOENT, "a job with a BO that there is not");

	job.num_bo_handles = 1;
	job.flags = VIRTGPU_EXECBUF_FENCE_FD_OUT | VIRTGPU_EXECBUF_FENCE_FD_IN;
	if (syncobj) {
		job.out_syncobjs = (uintptr_t)&signalled;
		job.num_out_syncobjs = 1;
	}
	refused_job(m, job, EINVAL, "a job for a fence, behind none");
}

/**
 * LD06: a job that is refused leaves the syncobjs it was to wait for as they are, those whose fence
 * it was to take away among them. B193.
 */
static void refused_resets_nothing(struct gem_device *dev)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct igt_virtgpu_syncobj before = {.flags = IGT_VIRTGPU_SYNCOBJ_RESET};
	struct igt_virtgpu_execbuffer job = a_job();
	struct misuse m = {.dev = own};
	int r;

	virgl_require(own);
	before.handle = syncobj_create(own->fd, DRM_SYNCOBJ_CREATE_SIGNALED);
	job.flags = VIRTGPU_EXECBUF_FENCE_FD_IN;
	job.in_syncobjs = (uintptr_t)&before;
	job.num_in_syncobjs = 1;
	refused_job(&m, job, EINVAL, "a job behind a syncobj, and behind no fence");
	r = syncobj_wait_err(own->fd, &before.handle, 1, 0, 0);
	igt_assert_f(r == 0, "a job that was refused has taken the fence of a syncobj: %s\n",
		     strerror(-r));
	gem_device_close(own);
}

static const struct misuse_driver driver = {
	.ioctls = ioctls,
	.count = ARRAY_SIZE(ioctls),
	.arguments = wrong_arguments,
	.counts = wrong_counts,
	.refused_job = refuse_late,
};

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		igt_sentinel_every_subtest();
		dev = gem_device_open(DRIVER_VIRTIO);
	}

	igt_describe("Arguments that are not in memory are EFAULT");
	igt_subtest("pointers-are-checked")
		misuse_pointers(dev, &driver);

	igt_describe("Arguments of any length that are no arguments are refused");
	igt_subtest("sizes-are-checked")
		misuse_sizes(dev, &driver);

	igt_describe("What is no handle, or one of something else, is refused");
	igt_subtest("handles-are-checked")
		misuse_handles(dev, &driver);

	igt_describe("Unknown flags, padding, lists that are not there and BOs that cannot be are "
		     "refused");
	igt_subtest("arguments-are-checked")
		misuse_arguments(dev, &driver);

	igt_describe("Who has no privilege is refused alike");
	igt_subtest("nobody-is-refused-alike")
		misuse_by_nobody(dev, &driver);

	igt_describe("Of a job that was refused nothing is left");
	igt_subtest("refused-jobs-leave-nothing")
		misuse_leaves_nothing(dev, &driver);

	igt_describe("A job that is refused takes no fence from the syncobjs it was to wait for");
	igt_subtest("refused-jobs-reset-nothing")
		refused_resets_nothing(dev);

	igt_describe("Lists longer than there can be are refused, and the kernel warns of nothing");
	igt_subtest("huge-jobs-are-refused")
		misuse_counts(dev, &driver);

	igt_describe("Lists of syncobjs longer than there can be are refused likewise");
	igt_subtest("huge-lists-are-refused")
		misuse_core_counts(dev, &driver);

	igt_fixture()
		gem_device_close(dev);
}

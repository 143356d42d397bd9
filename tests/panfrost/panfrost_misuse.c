/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost misuse
 * Description: Calls of panfrost that have to be refused, and are, with an errno and nothing else.
 *
 * Runs on any kernel. Needs: a Mali GPU with panfrost, or the software Mali; sw_sync and debugfs to
 * see what is lost, and root to become somebody else.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <xf86drm.h>

#include "igt.h"
#include "igt_panfrost.h"
#include "reclaim/igt_sentinel.h"
#include "reclaim/misuse.h"

IGT_TEST_DESCRIPTION("Calls of panfrost that have to be refused");

static const struct misuse_ioctl ioctls[] = {
	{.name = "SUBMIT", .request = DRM_IOCTL_PANFROST_SUBMIT, .no_junk = true},
	{.name = "WAIT_BO", .request = DRM_IOCTL_PANFROST_WAIT_BO},
	{.name = "CREATE_BO", .request = DRM_IOCTL_PANFROST_CREATE_BO, .no_junk = true},
	{.name = "MMAP_BO", .request = DRM_IOCTL_PANFROST_MMAP_BO},
	{.name = "GET_PARAM", .request = DRM_IOCTL_PANFROST_GET_PARAM},
	{.name = "GET_BO_OFFSET", .request = DRM_IOCTL_PANFROST_GET_BO_OFFSET},
	{.name = "PERFCNT_ENABLE", .request = DRM_IOCTL_PANFROST_PERFCNT_ENABLE},
	{.name = "PERFCNT_DUMP", .request = DRM_IOCTL_PANFROST_PERFCNT_DUMP},
	{.name = "MADVISE", .request = DRM_IOCTL_PANFROST_MADVISE},
	{.name = "GEM_CLOSE", .request = DRM_IOCTL_GEM_CLOSE},
	{.name = "PRIME_HANDLE_TO_FD", .request = DRM_IOCTL_PRIME_HANDLE_TO_FD},
	{.name = "PRIME_FD_TO_HANDLE", .request = DRM_IOCTL_PRIME_FD_TO_HANDLE},
	{.name = "SYNCOBJ_CREATE", .request = DRM_IOCTL_SYNCOBJ_CREATE, .no_junk = true},
	{.name = "SYNCOBJ_SIGNAL", .request = DRM_IOCTL_SYNCOBJ_SIGNAL, .no_junk = true},
};

/* One that would fault if it were ever run. */
#define NOWHERE 0xfe000000ull

static void refused_job(struct misuse *m, struct drm_panfrost_submit job, int error,
			const char *what)
{
	misuse_refused(m, DRM_IOCTL_PANFROST_SUBMIT, &job, error, what);
}

static void wrong_jobs(struct misuse *m)
{
	uint32_t *last = (uint32_t *)m->edge - 1;
	uint32_t handles[] = {m->bo->handle, 12345};
	uint32_t syncobjs[] = {m->syncobj, 12345};

	refused_job(m, (struct drm_panfrost_submit){0}, EINVAL, "a job without descriptors");
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .requirements = 0x80}, EINVAL,
		    "a job with unknown requirements");
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .out_sync = 12345}, ENODEV,
		    "a job with a syncobj to signal that there is not");
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .in_sync_count = 1}, EFAULT,
		    "a job with syncobjs at NULL");
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .in_syncs = (uintptr_t)syncobjs,
						    .in_sync_count = 1}, EINVAL,
		    "a job behind a syncobj without a fence");
	syncobjs[0] = 12345;
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .in_syncs = (uintptr_t)syncobjs,
						    .in_sync_count = 1}, ENOENT,
		    "a job behind a syncobj that there is not");
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .bo_handle_count = 1}, EFAULT,
		    "a job with BOs at NULL");
	*last = m->bo->handle;
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .bo_handles = (uintptr_t)last,
						    .bo_handle_count = 2}, EFAULT,
		    "a job with a list of BOs that ends with its page");
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .bo_handles = (uintptr_t)handles,
						    .bo_handle_count = 2}, ENOENT,
		    "a job with a BO that there is not");
	handles[1] = m->bo->handle;
	/* Linux: it cannot be locked twice. */
	refused_job(m, (struct drm_panfrost_submit){.jc = NOWHERE, .bo_handles = (uintptr_t)handles,
						    .bo_handle_count = 2}, 0,
		    "a job with a BO twice");
}

static void wrong_bos(struct misuse *m)
{
	struct drm_panfrost_create_bo none = {0};
	struct drm_panfrost_create_bo flags = {.size = 4096, .flags = 0x80};
	struct drm_panfrost_create_bo padded = {.size = 4096, .pad = 1};
	struct drm_panfrost_create_bo heap = {.size = 4096, .flags = PANFROST_BO_HEAP};
	/* As large as the address space is: no page is got for it. */
	struct drm_panfrost_create_bo large = {.size = UINT32_MAX, .flags = PANFROST_BO_NOEXEC};
	struct drm_panfrost_mmap_bo map = {.handle = 12345};
	struct drm_panfrost_mmap_bo map_flags = {.handle = m->bo->handle, .flags = 1};
	struct drm_panfrost_get_bo_offset offset = {.handle = 12345};
	struct drm_panfrost_wait_bo wait = {.handle = 12345};
	struct drm_panfrost_wait_bo wait_pad = {.handle = m->bo->handle, .pad = 1};
	struct drm_panfrost_madvise advice = {.handle = 12345};
	struct drm_panfrost_get_param param = {.param = 12345};
	struct drm_panfrost_get_param param_pad = {.pad = 1};
	struct drm_panfrost_perfcnt_dump dump = {0};

	misuse_refused(m, DRM_IOCTL_PANFROST_CREATE_BO, &none, EINVAL, "a BO of no size");
	misuse_refused(m, DRM_IOCTL_PANFROST_CREATE_BO, &flags, EINVAL, "a BO with unknown flags");
	misuse_refused(m, DRM_IOCTL_PANFROST_CREATE_BO, &padded, EINVAL, "a BO with padding");
	misuse_refused(m, DRM_IOCTL_PANFROST_CREATE_BO, &heap, EINVAL, "a heap to be executed");
	misuse_refused(m, DRM_IOCTL_PANFROST_CREATE_BO, &large, 0, "a BO of 4 GiB");
	misuse_refused(m, DRM_IOCTL_PANFROST_MMAP_BO, &map, ENOENT, "mapping no BO");
	misuse_refused(m, DRM_IOCTL_PANFROST_MMAP_BO, &map_flags, EINVAL,
		       "mapping with unknown flags");
	misuse_refused(m, DRM_IOCTL_PANFROST_GET_BO_OFFSET, &offset, ENOENT,
		       "asking for no BO's address");
	misuse_refused(m, DRM_IOCTL_PANFROST_WAIT_BO, &wait, ENOENT, "waiting for no BO");
	misuse_refused(m, DRM_IOCTL_PANFROST_WAIT_BO, &wait_pad, EINVAL, "waiting with padding");
	misuse_refused(m, DRM_IOCTL_PANFROST_MADVISE, &advice, ENOENT, "advice for no BO");
	misuse_refused(m, DRM_IOCTL_PANFROST_GET_PARAM, &param, EINVAL, "an unknown parameter");
	misuse_refused(m, DRM_IOCTL_PANFROST_GET_PARAM, &param_pad, EINVAL,
		       "a parameter with padding");
	misuse_refused(m, DRM_IOCTL_PANFROST_PERFCNT_DUMP, &dump, 0, "counters that are off");
}

static void wrong_arguments(struct misuse *m)
{
	wrong_jobs(m);
	wrong_bos(m);
}

static void wrong_counts(struct misuse *m)
{
	struct drm_panfrost_submit job = {.jc = NOWHERE};

	job.bo_handles = (uintptr_t)&m->bo->handle;
	job.bo_handle_count = UINT32_MAX;
	refused_job(m, job, 0, "a job with 2^32 BOs");
	job.bo_handle_count = 1u << 29;
	refused_job(m, job, 0, "a job with 2^29 BOs");
	job = (struct drm_panfrost_submit){.jc = NOWHERE, .in_syncs = (uintptr_t)&m->syncobj};
	job.in_sync_count = UINT32_MAX;
	refused_job(m, job, 0, "a job behind 2^32 syncobjs");
	job.in_sync_count = 1u << 29;
	refused_job(m, job, 0, "a job behind 2^29 syncobjs");
}

/* The syncobj and the BO are found before the BO that there is not. */
static void refuse_late(struct misuse *m, struct gem_bo *bo, uint32_t syncobj)
{
	const uint32_t handles[] = {bo->handle, 12345};

	refused_job(m, (struct drm_panfrost_submit){
			.jc = NOWHERE,
			.out_sync = syncobj,
			.bo_handles = (uintptr_t)handles,
			.bo_handle_count = 2,
		    }, ENOENT, "a job with a BO that there is not");
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
		dev = gem_device_open(DRIVER_PANFROST);
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

	igt_describe("Lists longer than there can be are refused, and the kernel warns of nothing");
	igt_subtest("huge-jobs-are-refused")
		misuse_counts(dev, &driver);

	igt_describe("Lists of syncobjs longer than there can be are refused likewise");
	igt_subtest("huge-lists-are-refused")
		misuse_core_counts(dev, &driver);

	igt_fixture()
		gem_device_close(dev);
}

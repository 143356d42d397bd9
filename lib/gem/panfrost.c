/* SPDX-License-Identifier: MIT */
/**
 * panfrost: Mali GPUs of the Midgard, Bifrost and first Valhall generations.
 *
 * A BO has its pages and its GPU address from the start. The GPU reads and writes it by jobs that
 * need no shader, so all of this works on any of these GPUs.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <xf86drm.h>

#include "drmtest.h"
#include "gem/gem_device.h"
#include "igt_aux.h"
#include "igt_panfrost.h"
#include "mali/mali_job.h"

/* An address space has 4 GiB less 64 MiB at its ends; some of it goes to alignment and jobs. */
#define MAX_BO_BYTES MiB(1024)
#define MAX_ALL_BYTES MiB(3072)

/* A job that hangs is killed after 500 ms, and the next one may hang as well. */
#define WAIT_MS 15000

static int panfrost_madvise(int fd, uint32_t handle, uint32_t advice, uint32_t *retained)
{
	struct drm_panfrost_madvise args = {
		.handle = handle,
		.madv = advice,
		.retained = *retained,
	};
	int r = ioctl(fd, DRM_IOCTL_PANFROST_MADVISE, &args) < 0 ? -errno : 0;

	*retained = args.retained;
	return r;
}

static const struct gem_madvise_ioctl panfrost_madvise_ioctl = {
	.request = DRM_IOCTL_PANFROST_MADVISE,
	.bytes = sizeof(struct drm_panfrost_madvise),
	.handle = offsetof(struct drm_panfrost_madvise, handle),
	.advice = offsetof(struct drm_panfrost_madvise, madv),
	.retained = offsetof(struct drm_panfrost_madvise, retained),
};

static void panfrost_get_caps(int fd, struct gem_caps *ret_caps)
{
	*ret_caps = (struct gem_caps){
		/* Since 5.4, which is before all that this suite is for. */
		.madvise = true,
		.gpu_3d = true,
		.max_bo_bytes = MAX_BO_BYTES,
		.max_all_bytes = MAX_ALL_BYTES,
	};
}

static int panfrost_bo_create(int fd, uint64_t bytes, uint32_t *ret_handle)
{
	struct drm_panfrost_create_bo created;
	int r;

	if (bytes > MAX_BO_BYTES)
		return -EINVAL;
	/* One that is executable may not cross a border of 16 MiB. */
	r = __igt_panfrost_create_bo(fd, (uint32_t)bytes, PANFROST_BO_NOEXEC, 0, &created);
	if (r == 0)
		*ret_handle = created.handle;
	return r;
}

static int panfrost_bo_map_offset(int fd, uint32_t handle, uint64_t *ret_offset)
{
	return __igt_panfrost_mmap_offset(fd, handle, 0, ret_offset);
}

static int panfrost_bo_wait(int fd, uint32_t handle, bool block)
{
	return __igt_panfrost_wait_bo(fd, handle, block ? WAIT_MS : 0);
}

/*
 * The GPU reads each page because a job's descriptor is in it. They are behind the first KiB, so
 * that the marks at a page's start and end stay.
 */
#define DESCRIPTOR_IN_PAGE KiB(1)

static int panfrost_bo_flush(int fd, uint32_t handle, uint64_t bytes)
{
	struct panfrost_submission submit = {.handles = &handle, .handle_count = 1};
	uint64_t offset, address;
	struct mali_chain chain;
	void *map;
	int r;

	r = __igt_panfrost_mmap_offset(fd, handle, 0, &offset);
	if (r == 0)
		r = __igt_panfrost_get_bo_offset(fd, handle, &address);
	if (r < 0)
		return r;
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	if (map == MAP_FAILED)
		return -errno;
	chain = mali_chain_at((uint8_t *)map + DESCRIPTOR_IN_PAGE, address + DESCRIPTOR_IN_PAGE,
			      bytes);
	chain.stride = igt_page_size();
	chain.room = (unsigned int)(bytes / igt_page_size());
	while (chain.jobs < chain.room)
		mali_chain_null(&chain);
	munmap(map, bytes);

	submit.jobs = chain.address;
	return __igt_panfrost_submit(fd, &submit);
}

/* A syncobj that signals when @sync_file does; 0 for -1. */
static int syncobj_of(int fd, int sync_file, uint32_t *ret_syncobj)
{
	uint32_t syncobj = 0;

	if (sync_file >= 0) {
		if (drmSyncobjCreate(fd, 0, &syncobj) < 0)
			return -errno;
		if (drmSyncobjImportSyncFile(fd, syncobj, sync_file) < 0) {
			int r = -errno;

			drmSyncobjDestroy(fd, syncobj);
			return r;
		}
	}
	*ret_syncobj = syncobj;
	return 0;
}

static int panfrost_bo_gpu_write(int fd, uint32_t handle, uint64_t offset, uint64_t value,
				 int after)
{
	struct panfrost_submission submit = {0};
	struct panfrost_bo *jobs;
	struct mali_chain chain;
	uint64_t address;
	int r;

	r = __igt_panfrost_get_bo_offset(fd, handle, &address);
	/* One that was purged may have no address any more. */
	if (r == 0)
		r = syncobj_of(fd, after, &submit.wait_for);
	if (r < 0)
		return r;
	jobs = igt_panfrost_bo_new(fd, igt_page_size(), PANFROST_BO_NOEXEC);
	jobs->map = igt_panfrost_mmap_bo(fd, jobs->handle, jobs->size, PROT_READ | PROT_WRITE);
	chain = mali_chain_at(jobs->map, jobs->offset, jobs->size);
	mali_chain_write(&chain, MALI_WRITE_64, address + offset, value);

	submit.jobs = chain.address;
	submit.handles = (uint32_t[]){handle, jobs->handle};
	submit.handle_count = 2;
	r = __igt_panfrost_submit(fd, &submit);

	/* What is submitted keeps both. */
	igt_panfrost_free_bo(fd, jobs);
	if (submit.wait_for)
		drmSyncobjDestroy(fd, submit.wait_for);
	return r;
}

static int panfrost_bo_set_label(int fd, uint32_t handle, const char *label)
{
	int r = __igt_panfrost_set_label(fd, handle, label);

	return r == -EINVAL ? -EOPNOTSUPP : r;
}

const struct gem_ops gem_panfrost_ops = {
	.chipset = DRIVER_PANFROST,
	.no_madvise = "panfrost has no MADVISE ioctl: this kernel is older than 5.4",
	.get_caps = panfrost_get_caps,
	.bo_create = panfrost_bo_create,
	.bo_map_offset = panfrost_bo_map_offset,
	.bo_madvise = panfrost_madvise,
	.madvise_ioctl = &panfrost_madvise_ioctl,
	.bo_wait = panfrost_bo_wait,
	.bo_flush = panfrost_bo_flush,
	.bo_gpu_write = panfrost_bo_gpu_write,
	.bo_set_label = panfrost_bo_set_label,
};

/* SPDX-License-Identifier: MIT */
/**
 * The calls that fail for want of memory and that every driver has.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "igt.h"
#include "igt_syncobj.h"
#include "reclaim/inject.h"
#include "sw_sync.h"

/* An ioctl once; interrupted, it is not restarted. */
static int result_of(int fd, unsigned long request, void *args)
{
	return ioctl(fd, request, args) < 0 ? -errno : 0;
}

/* --- BOs ------------------------------------------------------------------------------------ */

static int create(struct inject *in)
{
	return in->dev->ops->bo_create(in->dev->fd, INJECT_BYTES, &in->handle);
}

/* The BO of in->handle is one as any. */
static void created(struct inject *in)
{
	in->dies = gem_bo_adopt(in->dev, in->handle, INJECT_BYTES);
	in->handle = 0;
	inject_assert_works(in->dies, "a BO that was made with little memory works");
}

static int ask_where_to_map(struct inject *in)
{
	return gem_bo_map_offset(in->dies, &in->offset);
}

static int close_bo(struct inject *in)
{
	struct drm_gem_close args = {.handle = in->handle};
	const int r = result_of(in->dev->fd, DRM_IOCTL_GEM_CLOSE, &args);

	if (r == 0)
		in->handle = 0;
	return r;
}

/* A handle with pages behind it that the GPU has seen. */
static void prepare_close(struct inject *in)
{
	struct gem_bo *bo = gem_bo_sent(in->dev, INJECT_BYTES);

	gem_bo_unmap(bo);
	in->handle = bo->handle;
	bo->handle = 0;
	gem_bo_free(bo);
}

static int lend(struct inject *in)
{
	uint32_t retained = 0;

	return gem_madvise_raw(in->dev, in->bo->handle, GEM_DONTNEED, &retained);
}

static int take_back(struct inject *in)
{
	uint32_t retained = 0;

	return gem_madvise_raw(in->dev, in->bo->handle, GEM_WILLNEED, &retained);
}

static void lent(struct inject *in)
{
	igt_assert_f(gem_bo_madvise(in->bo, GEM_WILLNEED), "what was lent just now is lost\n");
}

static int wait_for(struct inject *in)
{
	return in->dev->ops->bo_wait(in->dev->fd, in->bo->handle, /* block= */ true);
}

static const char *lacks_flush(struct inject *in)
{
	return in->dev->ops->bo_flush ? NULL : "This GPU need not be told of what is written";
}

/* Of pages that the BO has, or not yet. */
static int flush(struct inject *in)
{
	struct gem_bo *bo = in->dies ?: in->bo;

	return bo->dev->ops->bo_flush(bo->dev->fd, bo->handle, bo->bytes);
}

static void flushed(struct inject *in)
{
	struct gem_bo *bo = in->dies ?: in->bo;

	gem_bo_wait_idle(bo);
	inject_assert_works(bo, "a BO that was used with little memory works");
}

/* --- mappings ------------------------------------------------------------------------------- */

static void prepare_map(struct inject *in)
{
	inject_new_bo(in);
	igt_assert_eq(gem_bo_map_offset(in->dies, &in->offset), 0);
}

static int map(struct inject *in)
{
	void *map = mmap(NULL, INJECT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, in->dev->fd,
			 (off_t)in->offset);

	if (map == MAP_FAILED)
		return -errno;
	in->map = map;
	return 0;
}

static void mapped(struct inject *in)
{
	inject_assert_works(in->dies, "a BO that was mapped with little memory works");
}

/* --- files ---------------------------------------------------------------------------------- */

static int open_node(struct inject *in)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", in->dev->fd);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	in->fd = fd;
	return 0;
}

static void opened(struct inject *in)
{
	uint32_t handle = 0;

	igt_assert_eq(in->dev->ops->bo_create(in->fd, INJECT_BYTES, &handle), 0);
	igt_assert_neq_u32(handle, 0);
}

static int export(struct inject *in)
{
	struct drm_prime_handle args = {
		.handle = in->dies->handle,
		.flags = DRM_CLOEXEC | DRM_RDWR,
	};
	const int r = result_of(in->dev->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);

	if (r == 0)
		in->fd = args.fd;
	return r;
}

static void exported(struct inject *in)
{
	igt_assert_eq(lseek(in->fd, 0, SEEK_END), (off_t)INJECT_BYTES);
}

static void prepare_import(struct inject *in)
{
	inject_new_bo(in);
	if (in->given < 0)
		igt_assert_eq(drmPrimeHandleToFD(in->dev->fd, in->dies->handle,
						 DRM_CLOEXEC | DRM_RDWR, &in->given), 0);
}

static int import(struct inject *in)
{
	struct drm_prime_handle args = {.fd = in->given};
	const int fd = in->other_fd >= 0 ? in->other_fd : in->other->fd;
	const int r = result_of(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	if (r == 0)
		in->other_handle = args.handle;
	return r;
}

static const char *lacks_vgem(struct inject *in)
{
	in->other_fd = __drm_open_driver(DRIVER_VGEM);
	return in->other_fd >= 0 ? NULL : "There is no vgem to import what is exported";
}

static int name(struct inject *in)
{
	struct drm_gem_flink args = {.handle = in->dies->handle};

	return result_of(in->dev->fd, DRM_IOCTL_GEM_FLINK, &args);
}

/* Not every driver has names; they are for the primary node. */
static const char *lacks_names(struct inject *in)
{
	struct drm_gem_flink args = {0};

	gem_device_close(in->dev);
	in->dev = gem_device_reopen(in->other, /* render= */ false);
	in->bo = gem_bo_sent(in->dev, INJECT_BYTES);
	inject_new_bo(in);
	args.handle = in->dies->handle;
	return drmIoctl(in->dev->fd, DRM_IOCTL_GEM_FLINK, &args) == 0 ?
		       NULL : "BOs of this driver cannot be given names";
}

/* --- syncobjs ------------------------------------------------------------------------------- */

static int create_syncobj(struct inject *in)
{
	struct drm_syncobj_create args = {0};
	const int r = result_of(in->dev->fd, DRM_IOCTL_SYNCOBJ_CREATE, &args);

	if (r == 0)
		in->syncobj = args.handle;
	return r;
}

static void prepare_syncobj(struct inject *in)
{
	if (!in->syncobj)
		in->syncobj = syncobj_create(in->dev->fd, DRM_SYNCOBJ_CREATE_SIGNALED);
}

static int export_syncobj_as(struct inject *in, uint32_t flags)
{
	struct drm_syncobj_handle args = {.handle = in->syncobj, .flags = flags, .fd = -1};
	const int r = __syncobj_handle_to_fd(in->dev->fd, &args);

	if (r == 0)
		in->fd = args.fd;
	return r;
}

static int export_syncobj(struct inject *in)
{
	return export_syncobj_as(in, 0);
}

static int export_fence(struct inject *in)
{
	return export_syncobj_as(in, DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);
}

static void exported_fence(struct inject *in)
{
	igt_assert_eq(sync_fence_status(in->fd), SW_SYNC_FENCE_STATUS_SIGNALED);
}

/* Of a syncobj of the other file. */
static void prepare_import_syncobj(struct inject *in)
{
	uint32_t syncobj;

	if (in->given >= 0)
		return;
	syncobj = syncobj_create(in->other->fd, 0);
	in->given = syncobj_handle_to_fd(in->other->fd, syncobj, 0);
	syncobj_destroy(in->other->fd, syncobj);
}

static int import_syncobj(struct inject *in)
{
	struct drm_syncobj_handle args = {.fd = in->given};
	const int r = __syncobj_fd_to_handle(in->dev->fd, &args);

	if (r == 0)
		in->syncobj = args.handle;
	return r;
}

static void prepare_signal(struct inject *in)
{
	if (!in->syncobj)
		in->syncobj = syncobj_create(in->dev->fd, 0);
}

static int signal_syncobj(struct inject *in)
{
	struct drm_syncobj_array args = {.handles = (uintptr_t)&in->syncobj, .count_handles = 1};

	return result_of(in->dev->fd, DRM_IOCTL_SYNCOBJ_SIGNAL, &args);
}

static int wait_syncobj(struct inject *in)
{
	struct drm_syncobj_wait args = {
		.handles = (uintptr_t)&in->syncobj,
		.count_handles = 1,
		.timeout_nsec = INT64_MAX,
	};

	return __syncobj_wait(in->dev->fd, &args);
}

/* --- fences of dma-bufs --------------------------------------------------------------------- */

static const char *lacks_sync_files(struct inject *in)
{
	struct dma_buf_export_sync_file args = {.flags = DMA_BUF_SYNC_RW};

	prepare_import(in);
	if (result_of(in->given, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &args) < 0)
		return "Fences of a dma-buf cannot be taken out (since Linux 6.0)";
	close(args.fd);
	in->offset = (uint64_t)sw_sync_timeline_of_subtest();
	return NULL;
}

static int export_sync_file(struct inject *in)
{
	struct dma_buf_export_sync_file args = {.flags = DMA_BUF_SYNC_RW, .fd = -1};
	const int r = result_of(in->given, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &args);

	if (r == 0)
		in->fd = args.fd;
	return r;
}

static void exported_sync_file(struct inject *in)
{
	igt_assert_lte(0, sync_fence_status(in->fd));
}

/* What is added to a BO that is fresh: there is room for no fence yet. */
static void prepare_fence(struct inject *in)
{
	prepare_import(in);
	if (in->fd < 0)
		in->fd = sw_sync_timeline_create_fence((int)in->offset, 1);
}

static int import_sync_file(struct inject *in)
{
	struct dma_buf_import_sync_file args = {.flags = DMA_BUF_SYNC_WRITE, .fd = in->fd};

	return result_of(in->given, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &args);
}

static void imported_sync_file(struct inject *in)
{
	igt_assert_f(gem_bo_is_busy(in->dies), "a BO has no fence though it was given one\n");
}

static const struct inject_call bos[] = {
	{"create", "creating a BO", .call = create, .done = created},
	{"map-offset", "asking where to map a BO", .prepare = inject_new_bo,
	 .call = ask_where_to_map},
	{"mmap", "mapping a BO without pages", .prepare = prepare_map, .call = map, .done = mapped},
	{"flush-unused", "sending a BO without pages to the GPU", .lacks = lacks_flush,
	 .prepare = inject_new_bo, .call = flush, .done = flushed},
	{"flush", "sending a BO to the GPU", .lacks = lacks_flush, .call = flush,
	 .done = flushed},
	{"wait", "waiting for a BO", .call = wait_for},
	{"lend", "advice DONTNEED", .call = lend, .done = lent},
	{"take-back", "advice WILLNEED", .call = take_back, .done = lent},
	{"close", "closing a BO", .prepare = prepare_close, .call = close_bo},
	/* What panfrost_mmu_ctx_create() says when there is no memory for page tables. */
	{"open", "opening the node", .call = open_node, .done = opened, .also = EINVAL},
};

static const struct inject_call sharing[] = {
	{"export", "exporting a BO", .prepare = inject_new_bo, .call = export, .done = exported},
	{"import", "importing a BO of the same GPU", .prepare = prepare_import, .call = import},
	{"import-elsewhere", "importing a BO into vgem", .lacks = lacks_vgem,
	 .prepare = prepare_import, .call = import},
	{"name", "giving a BO a name", .lacks = lacks_names, .prepare = inject_new_bo,
	 .call = name},
	{"export-fences", "taking out the fences of a dma-buf", .lacks = lacks_sync_files,
	 .prepare = prepare_import, .call = export_sync_file, .done = exported_sync_file},
	{"import-fence", "adding a fence to a dma-buf", .lacks = lacks_sync_files,
	 .prepare = prepare_fence, .call = import_sync_file, .done = imported_sync_file},
};

static const struct inject_call syncobjs[] = {
	{"syncobj-create", "creating a syncobj", .call = create_syncobj},
	{"syncobj-export", "exporting a syncobj", .prepare = prepare_syncobj,
	 .call = export_syncobj},
	{"syncobj-export-fence", "exporting the fence of a syncobj", .prepare = prepare_syncobj,
	 .call = export_fence, .done = exported_fence},
	{"syncobj-import", "importing a syncobj", .prepare = prepare_import_syncobj,
	 .call = import_syncobj},
	{"syncobj-signal", "signalling a syncobj", .prepare = prepare_signal,
	 .call = signal_syncobj},
	{"syncobj-wait", "waiting for a syncobj", .prepare = prepare_syncobj,
	 .call = wait_syncobj},
};

/** LD06: a call for a BO that runs out of memory leaves nothing and breaks nothing. B31, B79. */
void inject_bos(struct gem_device *dev)
{
	inject_calls(dev, bos, ARRAY_SIZE(bos));
}

/**
 * LD06, DB12, FE13: a call that shares a BO or its fences and has no memory, or no room for a
 * fence, leaves nothing and breaks nothing. B31.
 */
void inject_sharing(struct gem_device *dev)
{
	inject_calls(dev, sharing, ARRAY_SIZE(sharing));
}

/** LD06: a call for a syncobj that runs out of memory leaves nothing and breaks nothing. */
void inject_syncobjs(struct gem_device *dev)
{
	inject_calls(dev, syncobjs, ARRAY_SIZE(syncobjs));
}

void inject_common_again(struct gem_device *dev)
{
	inject_again(dev, bos, ARRAY_SIZE(bos));
	inject_again(dev, sharing, ARRAY_SIZE(sharing));
	inject_again(dev, syncobjs, ARRAY_SIZE(syncobjs));
}

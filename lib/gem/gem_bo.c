/* SPDX-License-Identifier: MIT */
/**
 * The life of a buffer object.
 */
#define IGT_LOG_DOMAIN "gem_bo"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt_aux.h"
#include "igt_core.h"

static void free_bos_of_subtest(void *data)
{
	struct gem_device *dev = data;

	dev->frees_at_subtest_end = false;
	gem_device_free_bos(dev, /* all= */ false);
}

/* Takes over @handle. */
static struct gem_bo *wrap(struct gem_device *dev, uint32_t handle, uint64_t bytes)
{
	struct gem_bo *bo = calloc(1, sizeof(*bo));

	igt_assert(bo);
	bo->dev = dev;
	bo->handle = handle;
	bo->dmabuf = -1;
	bo->bytes = bytes;
	bo->pages = bytes / igt_page_size();
	bo->pattern.bo = dev->next_id++;
	bo->advice = GEM_WILLNEED;
	gem_bo_label(bo, "BO %u", bo->pattern.bo);
	bo->of_subtest = igt_subtest_name() != NULL;
	if (bo->of_subtest && !dev->frees_at_subtest_end)
		dev->frees_at_subtest_end = igt_on_subtest_end(free_bos_of_subtest, dev);
	bo->next = dev->bos;
	dev->bos = bo;
	dev->bo_bytes += bytes;
	return bo;
}

struct gem_bo *gem_bo_create(struct gem_device *dev, uint64_t bytes)
{
	uint32_t handle = 0;
	int r;

	errno = 0;
	igt_require_f(bytes <= dev->caps.max_bo_bytes &&
			      bytes <= dev->caps.max_all_bytes - dev->bo_bytes,
		      "%" PRIu64 " MiB in BOs and one of %" PRIu64 " MiB more: this device takes %"
		      PRIu64 " MiB in one and %" PRIu64 " MiB in all\n", dev->bo_bytes >> 20,
		      bytes >> 20, dev->caps.max_bo_bytes >> 20, dev->caps.max_all_bytes >> 20);
	r = dev->ops->bo_create(dev->fd, bytes, &handle);
	errno = 0;
	igt_require_f(r != -ENOMEM, "No memory for a BO of %" PRIu64 " bytes\n", bytes);
	igt_assert_f(r == 0, "creating a BO of %" PRIu64 " bytes: %s\n", bytes, strerror(-r));
	return wrap(dev, handle, bytes);
}

struct gem_bo *gem_bo_adopt(struct gem_device *dev, uint32_t handle, uint64_t bytes)
{
	return wrap(dev, handle, bytes);
}

struct gem_bo *gem_bo_touched(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_create(dev, bytes);

	*(volatile uint32_t *)gem_bo_map(bo) = 1;
	gem_bo_wait_idle(bo);
	return bo;
}

struct gem_bo *gem_bo_filled(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_create(dev, bytes);

	gem_bo_fill(bo);
	gem_bo_wait_idle(bo);
	return bo;
}

struct gem_bo *gem_bo_sent(struct gem_device *dev, uint64_t bytes)
{
	struct gem_bo *bo = gem_bo_filled(dev, bytes);

	gem_bo_flush(bo);
	return bo;
}

void gem_bo_close_handle(struct gem_bo *bo)
{
	struct drm_gem_close args = {.handle = bo->handle};

	if (bo->dmabuf >= 0)
		close(bo->dmabuf);
	bo->dmabuf = -1;
	/* ENODEV: a device that has gone takes its handles along. */
	if (bo->handle && drmIoctl(bo->dev->fd, DRM_IOCTL_GEM_CLOSE, &args) < 0 && errno != ENODEV)
		igt_warn("%s: closing handle %u: %m\n", bo->label, bo->handle);
	bo->handle = 0;
}

void gem_bo_free(struct gem_bo *bo)
{
	struct gem_bo **link;

	if (!bo)
		return;
	link = &bo->dev->bos;
	while (*link != bo)
		link = &(*link)->next;
	*link = bo->next;
	bo->dev->bo_bytes -= bo->bytes;
	gem_bo_unmap(bo);
	gem_bo_close_handle(bo);
	free(bo);
}

void gem_device_free_bos(struct gem_device *dev, bool all)
{
	struct gem_bo *next;

	for (struct gem_bo *bo = dev->bos; bo; bo = next) {
		next = bo->next;
		if (all || bo->of_subtest)
			gem_bo_free(bo);
	}
}

void gem_bo_label(struct gem_bo *bo, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(bo->label, sizeof(bo->label), format, args);
	va_end(args);
}

int gem_bo_map_offset(struct gem_bo *bo, uint64_t *ret_offset)
{
	return bo->dev->ops->bo_map_offset(bo->dev->fd, bo->handle, ret_offset);
}

void *gem_bo_map_flags(struct gem_bo *bo, int flags)
{
	uint64_t offset = 0;
	void *map;
	int r;

	igt_assert_f(!bo->map, "%s is mapped already\n", bo->label);
	r = gem_bo_map_offset(bo, &offset);
	igt_assert_f(r == 0, "%s: no offset to map it at: %s\n", bo->label, strerror(-r));
	map = mmap(NULL, bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | flags, bo->dev->fd,
		   (off_t)offset);
	igt_assert_f(map != MAP_FAILED, "%s: mmap of %" PRIu64 " bytes: %s\n", bo->label,
		     bo->bytes, strerror(errno));
	bo->map = map;
	return map;
}

void *gem_bo_map(struct gem_bo *bo)
{
	return gem_bo_map_flags(bo, 0);
}

void *gem_bo_map_dmabuf(struct gem_bo *bo)
{
	void *map;

	igt_assert_f(!bo->map, "%s is mapped already\n", bo->label);
	map = mmap(NULL, bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bo->dmabuf, 0);
	igt_assert_f(map != MAP_FAILED, "%s: mmap of its dma-buf, %" PRIu64 " bytes: %s\n",
		     bo->label, bo->bytes, strerror(errno));
	bo->map = map;
	return map;
}

void gem_bo_unmap(struct gem_bo *bo)
{
	if (bo->map)
		munmap(bo->map, bo->bytes);
	bo->map = NULL;
}

void gem_bo_fill(struct gem_bo *bo)
{
	if (!bo->map)
		gem_bo_map(bo);
	bo->pattern.generation++;
	igt_pattern_write(bo->map, bo->pages, bo->pattern);
	bo->filled = true;
}

void gem_bo_flush(struct gem_bo *bo)
{
	int r = 0;

	if (bo->dev->ops->bo_flush)
		r = bo->dev->ops->bo_flush(bo->dev->fd, bo->handle, bo->bytes);
	igt_assert_f(r == 0, "%s: sending its contents to the GPU: %s\n", bo->label, strerror(-r));
	gem_bo_wait_idle(bo);
}

int gem_bo_gpu_write(struct gem_bo *bo, uint64_t offset, uint64_t value, int after)
{
	igt_assert_f(offset % sizeof(value) == 0 && offset < bo->bytes,
		     "%s has no word at byte %" PRIu64 "\n", bo->label, offset);
	return bo->dev->ops->bo_gpu_write(bo->dev->fd, bo->handle, offset, value, after);
}

void gem_bo_wait_idle(struct gem_bo *bo)
{
	int r = bo->dev->ops->bo_wait(bo->dev->fd, bo->handle, /* block= */ true);

	igt_assert_f(r == 0, "%s does not become idle: %s\n", bo->label, strerror(-r));
}

void gem_settle(struct gem_device *dev)
{
	struct gem_bo *barrier = gem_bo_create(dev, igt_page_size());

	gem_bo_wait_idle(barrier);
	gem_bo_free(barrier);
}

bool gem_bo_is_busy(struct gem_bo *bo)
{
	int r = bo->dev->ops->bo_wait(bo->dev->fd, bo->handle, /* block= */ false);

	igt_assert_f(r == 0 || r == -EBUSY, "%s: asking whether it is busy: %s\n", bo->label,
		     strerror(-r));
	return r == -EBUSY;
}

int gem_bo_export(struct gem_bo *bo)
{
	int fd = -1;

	igt_assert_f(bo->dmabuf < 0, "%s is exported already\n", bo->label);
	igt_assert_f(drmPrimeHandleToFD(bo->dev->fd, bo->handle, DRM_CLOEXEC | DRM_RDWR, &fd) == 0,
		     "%s: exporting it: %s\n", bo->label, strerror(errno));
	bo->dmabuf = fd;
	return fd;
}

static struct gem_bo *import(struct gem_device *dev, int dmabuf, uint64_t bytes, bool foreign)
{
	uint32_t handle = 0;
	const int r = drmPrimeFDToHandle(dev->fd, dmabuf, &handle) < 0 ? -errno : 0;

	errno = 0;
	igt_require_f(!foreign || (r != -ENODEV && r != -ENOSYS && r != -EOPNOTSUPP),
		      "This driver imports no dma-buf of another device: %s\n", strerror(-r));
	igt_assert_f(r == 0, "importing a BO of %" PRIu64 " bytes: %s\n", bytes, strerror(-r));
	return wrap(dev, handle, bytes);
}

struct gem_bo *gem_bo_import(struct gem_device *dev, int dmabuf, uint64_t bytes)
{
	return import(dev, dmabuf, bytes, /* foreign= */ false);
}

struct gem_bo *gem_bo_import_foreign(struct gem_device *dev, int dmabuf, uint64_t bytes)
{
	return import(dev, dmabuf, bytes, /* foreign= */ true);
}

struct gem_bo *gem_bo_open_name(struct gem_device *dev, const struct gem_bo *bo)
{
	struct drm_gem_flink name = {.handle = bo->handle};
	struct drm_gem_open open = {0};
	struct gem_bo *other;
	int r;

	r = drmIoctl(bo->dev->fd, DRM_IOCTL_GEM_FLINK, &name) < 0 ? -errno : 0;
	errno = 0;
	igt_require_f(r != -EOPNOTSUPP && r != -EACCES, "BOs cannot be given names: %s\n",
		      strerror(-r));
	igt_assert_f(r == 0, "%s: giving it a name: %s\n", bo->label, strerror(-r));
	open.name = name.name;
	igt_assert_f(drmIoctl(dev->fd, DRM_IOCTL_GEM_OPEN, &open) == 0,
		     "%s: opening it by its name: %s\n", bo->label, strerror(errno));
	other = wrap(dev, open.handle, bo->bytes);
	other->pattern = bo->pattern;
	other->filled = bo->filled;
	return other;
}

bool gem_bo_madvise(struct gem_bo *bo, enum gem_advice advice)
{
	uint32_t retained;
	int r;

	/* A signal may interrupt it before anything was applied; then it is simply asked again. */
	do {
		retained = 0;
		r = gem_madvise_raw(bo->dev, bo->handle, advice, &retained);
	} while (r == -EINTR);
	igt_assert_f(r == 0, "%s: madvise %s: %s\n", bo->label,
		     advice == GEM_DONTNEED ? "DONTNEED" : "WILLNEED", strerror(-r));
	bo->advice = advice;
	return retained != 0;
}

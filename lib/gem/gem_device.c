/* SPDX-License-Identifier: MIT */
/**
 * Opening and closing of devices, whatever their driver.
 */
#define IGT_LOG_DOMAIN "gem_device"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drmtest.h"
#include "gem/gem_bo.h"
#include "gem/gem_device.h"
#include "igt_aux.h"
#include "igt_core.h"

static const struct gem_ops *const drivers[] = {
	&gem_panfrost_ops,
	&gem_vgem_ops,
	&gem_virtgpu_ops,
};

static void close_file(struct gem_device *dev)
{
	if (dev->fd < 0)
		return;
	gem_device_free_bos(dev, /* all= */ true);
	drm_close_driver(dev->fd);
	dev->fd = -1;
	free(dev->shrinker);
	dev->shrinker = NULL;
}

static void close_at_subtest_end(void *data)
{
	close_file(data);
	free(data);
}

/* Takes over @fd. */
static struct gem_device *wrap(int fd)
{
	unsigned int driver = drm_driver_of(fd);
	struct gem_device *dev = calloc(1, sizeof(*dev));

	igt_assert(dev);
	for (unsigned int i = 0; i < ARRAY_SIZE(drivers); i++)
		if (drivers[i]->chipset == driver)
			dev->ops = drivers[i];
	if (!dev->ops) {
		free(dev);
		close(fd);
		igt_skip("This driver has no operations for BOs in the library\n");
	}
	dev->fd = fd;
	dev->next_id = 1;
	/* Before any hook of its BOs, so that it is called after them. */
	dev->of_subtest = igt_on_subtest_end(close_at_subtest_end, dev);
	dev->ops->get_caps(fd, &dev->caps);
	igt_debug("madvise %d, 3D %d, BOs up to %" PRIu64 " MiB, %" PRIu64 " MiB together\n",
		  dev->caps.madvise, dev->caps.gpu_3d, dev->caps.max_bo_bytes >> 20,
		  dev->caps.max_all_bytes >> 20);
	return dev;
}

struct gem_device *gem_device_open(unsigned int chipset)
{
	return wrap(drm_open_driver_render(chipset));
}

struct gem_device *gem_device_find(unsigned int chipset)
{
	const int fd = __drm_open_driver(chipset);

	errno = 0;
	return fd < 0 ? NULL : wrap(fd);
}

struct gem_device *gem_device_open_another(const struct gem_device *dev, unsigned int chipset)
{
	const unsigned int index = drm_driver_of(dev->fd) == chipset ? 1 : 0;
	const int fd = __drm_open_driver_another(index, chipset);

	errno = 0;
	igt_require_f(fd >= 0, "There is no other GPU of the kind that is asked for\n");
	return wrap(fd);
}

struct gem_device *gem_device_reopen(const struct gem_device *dev, bool render)
{
	int fd = drm_reopen(dev->fd, render);

	errno = 0;
	igt_require_f(fd >= 0, "No %s node of this GPU can be opened: %s\n",
		      render ? "render" : "primary", strerror(-fd));
	return wrap(fd);
}

void gem_device_close(struct gem_device *dev)
{
	if (!dev)
		return;
	close_file(dev);
	if (!dev->of_subtest)
		free(dev);
}

void gem_require_madvise(const struct gem_device *dev)
{
	errno = 0;
	igt_require_f(dev->caps.madvise, "%s\n", dev->ops->no_madvise);
}

void gem_require_gpu_write(const struct gem_device *dev)
{
	errno = 0;
	igt_require_f(dev->ops->bo_gpu_write,
		      "The library knows no way to have this GPU write into a BO\n");
}

int gem_madvise_raw(const struct gem_device *dev, uint32_t handle, uint32_t advice,
		    uint32_t *retained)
{
	return dev->ops->bo_madvise(dev->fd, handle, advice, retained);
}

int gem_madvise_at(const struct gem_device *dev, void *args, unsigned int bytes)
{
	const unsigned long request = dev->ops->madvise_ioctl->request;

	return ioctl(dev->fd, _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), bytes),
		     args) < 0 ? -errno : 0;
}

void gem_madvise_fill(const struct gem_device *dev, uint32_t args[GEM_MADVISE_WORDS],
		      uint32_t handle, uint32_t advice, uint32_t retained)
{
	const struct gem_madvise_ioctl *fields = dev->ops->madvise_ioctl;

	memset(args, 0, GEM_MADVISE_WORDS * sizeof(*args));
	args[fields->handle / sizeof(*args)] = handle;
	args[fields->advice / sizeof(*args)] = advice;
	args[fields->retained / sizeof(*args)] = retained;
}

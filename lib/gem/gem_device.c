/* SPDX-License-Identifier: MIT */
/**
 * Opening and closing of devices, whatever their driver.
 */
#define IGT_LOG_DOMAIN "gem_device"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drmtest.h"
#include "gem/gem_bo.h"
#include "gem/gem_device.h"
#include "igt_aux.h"
#include "igt_core.h"

static const struct gem_ops *const drivers[] = {
	&gem_panfrost_ops,
	&gem_virtgpu_ops,
};

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
	gem_device_free_bos(dev, /* all= */ true);
	drm_close_driver(dev->fd);
	free(dev->shrinker);
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

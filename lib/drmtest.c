/* SPDX-License-Identifier: MIT */
/**
 * The way from a driver mask to an open device.
 */
#define IGT_LOG_DOMAIN "drmtest"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <xf86drm.h>

#include "drmtest.h"
#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_device_filter.h"
#include "igt_kmod.h"

/* Nodes that are tried when no filter names one; DRM gave these minors first. */
#define NODES 16
#define FIRST_RENDER 128

static const struct {
	unsigned int bit;
	const char *name;    /* short: in messages and for IGT_FORCE_DRIVER */
	const char *version; /* the name that DRM_IOCTL_VERSION tells */
} drivers[] = {
	{DRIVER_INTEL, "intel", "i915"},
	{DRIVER_VC4, "vc4", "vc4"},
	{DRIVER_VGEM, "vgem", "vgem"},
	{DRIVER_AMDGPU, "amdgpu", "amdgpu"},
	{DRIVER_V3D, "v3d", "v3d"},
	{DRIVER_PANFROST, "panfrost", "panfrost"},
	{DRIVER_MSM, "msm", "msm"},
	{DRIVER_XE, "xe", "xe"},
	{DRIVER_VMWGFX, "vmwgfx", "vmwgfx"},
	{DRIVER_VKMS, "vkms", "vkms"},
	{DRIVER_VIRTIO, "virtio", "virtio_gpu"},
	{DRIVER_PANTHOR, "panthor", "panthor"},
};

static const char *mask_name(unsigned int chipset)
{
	if (chipset == DRIVER_ANY)
		return "any";
	for (unsigned int i = 0; i < ARRAY_SIZE(drivers); i++)
		if (chipset == drivers[i].bit)
			return drivers[i].name;
	return "several";
}

/* What DRIVER_ANY means here: IGT_FORCE_DRIVER may also name a driver it leaves out. */
static unsigned int effective_mask(unsigned int chipset)
{
	const char *forced = getenv(IGT_ENV_FORCE_DRIVER);

	if (chipset != DRIVER_ANY || !forced || !*forced)
		return chipset;
	for (unsigned int i = 0; i < ARRAY_SIZE(drivers); i++)
		if (!strcmp(forced, drivers[i].version) || !strcmp(forced, drivers[i].name))
			return drivers[i].bit;
	return 0;
}

unsigned int drm_driver_of(int fd)
{
	drmVersionPtr version = drmGetVersion(fd);
	unsigned int bit = 0;

	if (!version)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(drivers); i++)
		if (strcmp(version->name, drivers[i].version) == 0)
			bit = drivers[i].bit;
	drmFreeVersion(version);
	return bit;
}

/* A log shows which device a verdict is about, once, not at every opening. */
static void tell_once(const char *path)
{
	static char told[NODES][64];

	for (unsigned int i = 0; i < ARRAY_SIZE(told); i++) {
		if (strcmp(told[i], path) == 0)
			return;
		if (!told[i][0]) {
			snprintf(told[i], sizeof(told[i]), "%s", path);
			break;
		}
	}
	igt_info("Opened device: %s\n", path);
}

int drm_open_node(const char *path, unsigned int chipset, unsigned int *ret_driver)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	unsigned int driver;
	int opened;

	if (fd < 0)
		return -errno;
	driver = drm_driver_of(fd);
	if (!(driver & chipset))
		return -ENODEV;
	tell_once(path);
	*ret_driver = driver;
	opened = fd;
	fd = -1;
	return opened;
}

static int open_nth(unsigned int index, unsigned int chipset, bool render)
{
	for (unsigned int i = 0; i < NODES; i++) {
		unsigned int driver;
		char path[32];
		int fd;

		if (render)
			snprintf(path, sizeof(path), "/dev/dri/renderD%u", FIRST_RENDER + i);
		else
			snprintf(path, sizeof(path), "/dev/dri/card%u", i);
		fd = drm_open_node(path, chipset, &driver);
		if (fd >= 0 && index-- == 0)
			return fd;
		if (fd >= 0)
			close(fd);
		else if (fd != -ENOENT && fd != -ENODEV)
			igt_debug("%s: %s\n", path, strerror(-fd));
	}
	return -1;
}

/* Open what the filters select, if there are any. */
static int open_filtered(unsigned int index, unsigned int chipset, bool render)
{
	_cleanup_free_ char *path = NULL;
	unsigned int driver;
	int fd;

	if (igt_device_filter_find_index("/sys", index, render, &path) < 0) {
		igt_info("No %s node for device %u of the device filters\n",
			 render ? "render" : "primary", index);
		return -1;
	}
	fd = drm_open_node(path, chipset, &driver);
	if (fd == -ENODEV)
		igt_info("Device filter selects %s, whose driver this test does not cover\n", path);
	else if (fd < 0)
		igt_info("Device filter selects %s: %s\n", path, strerror(-fd));
	return fd < 0 ? -1 : fd;
}

/* Load the modules of the drivers in @chipset. Returns whether one could be loaded. */
static bool load_modules(unsigned int chipset)
{
	bool loaded = false;

	/* "Any driver" asks for what is there, not for every module of the distribution. */
	if (chipset == DRIVER_ANY)
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(drivers); i++)
		if (chipset & drivers[i].bit && igt_kmod_load(drivers[i].version, NULL) == 0)
			loaded = true;
	return loaded;
}

/* The DRM core makes the node in /dev a little after the driver was probed. */
#define NODE_APPEARS_MS 1000

static int open_index(unsigned int index, unsigned int chipset, bool render)
{
	int fd;

	chipset = effective_mask(chipset);
	if (igt_device_filter_get(0))
		return open_filtered(index, chipset, render);
	fd = open_nth(index, chipset, render);
	if (fd < 0 && load_modules(chipset))
		igt_wait((fd = open_nth(index, chipset, render)) >= 0, NODE_APPEARS_MS, 20);
	return fd;
}

int drm_load_module(unsigned int chipset)
{
	return load_modules(chipset) ? 0 : -1;
}

int __drm_open_driver_another(unsigned int index, unsigned int chipset)
{
	return open_index(index, chipset, false);
}

int __drm_open_driver(unsigned int chipset)
{
	return open_index(0, chipset, false);
}

int __drm_open_driver_render(unsigned int chipset)
{
	return open_index(0, chipset, true);
}

int drm_open_driver(unsigned int chipset)
{
	int fd = __drm_open_driver(chipset);

	errno = 0;
	igt_skip_on_f(fd < 0, "No known gpu found for chipset flags 0x%x (%s)\n", chipset,
		      mask_name(chipset));
	return fd;
}

int drm_open_driver_render(unsigned int chipset)
{
	int fd = __drm_open_driver_render(chipset);

	errno = 0;
	igt_skip_on_f(fd < 0, "No known gpu found for chipset flags 0x%x (%s)\n", chipset,
		      mask_name(chipset));
	return fd;
}

int drm_reopen(int fd, bool render)
{
	_cleanup_free_ char *self = NULL, *path = NULL;
	struct igt_device_filter filter = {.kind = IGT_FILTER_DRM};
	unsigned int driver;
	int r;

	if (asprintf(&self, "/proc/self/fd/%d", fd) < 0)
		return -ENOMEM;
	filter.path = self;
	r = igt_device_filter_find("/sys", &filter, 0, render, &path);
	if (r < 0)
		return r;
	return drm_open_node(path, drm_driver_of(fd), &driver);
}

int drm_close_driver(int fd)
{
	return close(fd) < 0 ? -errno : 0;
}

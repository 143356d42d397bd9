/* SPDX-License-Identifier: MIT */
/**
 * A tester on a machine with three GPUs that are files: it is linked with --wrap, so that opening
 * a node opens memory, whose driver is what the table says, and loading a module adds a node.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "igt.h"

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
drmVersionPtr __wrap_drmGetVersion(int fd);
void __wrap_drmFreeVersion(drmVersionPtr version);
int __wrap_igt_kmod_load(const char *name, const char *options);

static struct {
	const char *path;
	const char *driver;
} nodes[] = {
	{"/dev/dri/card0", "virtio_gpu"},
	{"/dev/dri/card1", "panfrost"},
	{"/dev/dri/card3", "panfrost"},
	{"/dev/dri/renderD128", "virtio_gpu"},
	{"/dev/dri/renderD129", "panfrost"},
	{NULL, "vgem"},
};

#define MAX_FDS 64

/* Which node an open file is. */
static unsigned int node_of[MAX_FDS];

static int open_node(unsigned int node)
{
	int fd = memfd_create("node", MFD_CLOEXEC);

	igt_assert(fd > 0 && fd < MAX_FDS);
	node_of[fd] = node;
	return fd;
}

int __wrap_open64(const char *path, int flags, ...)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++)
		if (nodes[i].path && strcmp(nodes[i].path, path) == 0)
			return open_node(i);
	if (strncmp(path, "/dev/dri/", 9) == 0) {
		errno = ENOENT;
		return -1;
	}
	return __real_open64(path, flags, 0600);
}

int __wrap_open(const char *path, int flags, ...)
{
	return __wrap_open64(path, flags);
}

drmVersionPtr __wrap_drmGetVersion(int fd)
{
	static struct _drmVersion version;

	version.name = (char *)nodes[node_of[fd]].driver;
	return &version;
}

void __wrap_drmFreeVersion(drmVersionPtr version)
{
}

int __wrap_igt_kmod_load(const char *name, const char *options)
{
	igt_info("load %s\n", name);
	if (strcmp(name, "vgem") != 0)
		return -ENOENT;
	nodes[ARRAY_SIZE(nodes) - 1].path = "/dev/dri/card2";
	return 0;
}

static void show(int fd)
{
	igt_info("got %s\n", fd < 0 ? "none" : nodes[node_of[fd]].path);
	if (fd >= 0)
		drm_close_driver(fd);
}

int igt_main()
{
	igt_subtest("panfrost") {
		show(drm_open_driver(DRIVER_PANFROST));
		show(drm_open_driver(DRIVER_PANFROST));
	}
	igt_subtest("another") {
		show(__drm_open_driver_another(1, DRIVER_PANFROST));
		show(__drm_open_driver_another(2, DRIVER_PANFROST));
	}
	igt_subtest("render")
		show(drm_open_driver_render(DRIVER_PANFROST));
	igt_subtest("several")
		show(drm_open_driver(DRIVER_PANFROST | DRIVER_VIRTIO));
	igt_subtest("any")
		show(drm_open_driver(DRIVER_ANY));
	igt_subtest("any-third")
		show(__drm_open_driver_another(2, DRIVER_ANY));
	igt_subtest("virtio")
		show(drm_open_driver(DRIVER_VIRTIO));
	igt_subtest("vgem")
		show(drm_open_driver(DRIVER_VGEM));
	igt_subtest("vc4")
		show(drm_open_driver(DRIVER_VC4));
}

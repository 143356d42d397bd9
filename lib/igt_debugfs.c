/* SPDX-License-Identifier: MIT */
/**
 * The way from a DRM node to its files in debugfs.
 */
#define IGT_LOG_DOMAIN "igt_debugfs"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_debugfs.h"
#include "igt_device_filter.h"
#include "igt_sysfs.h"
#include "reclaim/igt_files.h"

#define DEBUGFS "/sys/kernel/debug"
#define DRIVER_CONTROL "i915_gem_drop_caches"

static bool is_debugfs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == DEBUGFS_MAGIC;
}

const char *igt_debugfs_mount(void)
{
	if (is_debugfs(DEBUGFS))
		return DEBUGFS;
	if (mount("debugfs", DEBUGFS, "debugfs", 0, NULL) == 0 && is_debugfs(DEBUGFS))
		return DEBUGFS;
	return NULL;
}

/* The directory is named after the minor number of the primary node: 0 for /dev/dri/card0. */
char *igt_debugfs_path(int device, char *path, int pathlen)
{
	_cleanup_free_ char *self = NULL, *node = NULL;
	struct igt_device_filter filter = {.kind = IGT_FILTER_DRM};
	const char *debugfs = igt_debugfs_mount(), *number;

	if (!debugfs) {
		igt_debug("debugfs cannot be mounted on " DEBUGFS "\n");
		return NULL;
	}
	if (asprintf(&self, "/proc/self/fd/%d", device) < 0) {
		self = NULL;
		return NULL;
	}
	filter.path = self;
	if (igt_device_filter_find("/sys", &filter, 0, /* render= */ false, &node) < 0)
		return NULL;
	number = node + strcspn(node, "0123456789");
	if (snprintf(path, (size_t)pathlen, "%s/dri/%s", debugfs, number) >= pathlen)
		return NULL;
	return access(path, F_OK) == 0 ? path : NULL;
}

int igt_debugfs_dir(int device)
{
	char path[128];

	if (!igt_debugfs_path(device, path, sizeof(path)))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int igt_debugfs_open(int device, const char *file, int mode)
{
	_cleanup_close_ int dir = igt_debugfs_dir(device);

	if (dir < 0)
		return -1;
	return openat(dir, file, mode | O_CLOEXEC);
}

bool igt_debugfs_exists(int device, const char *file, int mode)
{
	_cleanup_close_ int fd = igt_debugfs_open(device, file, mode);

	return fd >= 0;
}

void igt_debugfs_simple_read(int dir, const char *file, char *buf, int size)
{
	_cleanup_free_ char *text = igt_sysfs_get(dir, file);

	snprintf(buf, (size_t)size, "%s", text ?: "");
}

void __igt_debugfs_read(int device, const char *file, char *buf, int size)
{
	_cleanup_close_ int dir = igt_debugfs_dir(device);

	igt_debugfs_simple_read(dir, file, buf, size);
}

static char *whole(int device, const char *file)
{
	_cleanup_close_ int dir = igt_debugfs_dir(device);

	return dir < 0 ? NULL : igt_sysfs_get(dir, file);
}

bool igt_debugfs_search(int device, const char *file, const char *text)
{
	_cleanup_free_ char *all = whole(device, file);

	igt_assert_f(all, "%s in debugfs: %s\n", file, strerror(errno));
	/* What is searched has no newline, so a line has it if the whole has. */
	return strstr(all, text);
}

void igt_debugfs_dump(int device, const char *file)
{
	_cleanup_free_ char *all = whole(device, file);

	igt_debug("%s:\n%s\n", file, all ?: "cannot be read");
}

void igt_drop_caches_set(int device, uint64_t what)
{
	_cleanup_close_ int dir = igt_debugfs_dir(device);
	int r = 0;

	if (dir >= 0 && igt_sysfs_has_attr(dir, DRIVER_CONTROL)) {
		r = igt_sysfs_printf(dir, DRIVER_CONTROL, "0x%" PRIx64, what);
	} else if (what & (DROP_UNBOUND | DROP_BOUND | DROP_SHRINK_ALL)) {
		/* 2: all shrinkers, which are what gives buffers back; page cache stays. */
		r = igt_file_write("/proc/sys/vm/drop_caches", "2\n");
	}
	igt_assert_f(r >= 0, "dropping caches: %s\n", strerror(-r));
	errno = 0;
}

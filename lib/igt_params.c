/* SPDX-License-Identifier: MIT */
/**
 * /sys/module/<driver>/parameters.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_params.h"
#include "igt_sysfs.h"
#include "reclaim/igt_undo.h"

/* To be freed, or NULL. */
static char *directory_of(int device)
{
	drmVersionPtr version = drmGetVersion(device);
	char *path;

	if (!version)
		return NULL;
	/* The names agree but for '-': a module's directory always has '_'. */
	if (asprintf(&path, "/sys/module/%s/parameters", version->name) < 0)
		path = NULL;
	drmFreeVersion(version);
	return path;
}

int igt_params_open(int device)
{
	_cleanup_free_ char *path = directory_of(device);

	return path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

char *__igt_params_get(int device, const char *parameter)
{
	_cleanup_close_ int dir = igt_params_open(device);

	return dir < 0 ? NULL : igt_sysfs_get(dir, parameter);
}

static bool set(int device, const char *parameter, const char *format, va_list args)
{
	_cleanup_close_ int dir = igt_params_open(device);

	return dir >= 0 && igt_sysfs_vprintf(dir, parameter, format, args) >= 0;
}

bool igt_params_set(int device, const char *parameter, const char *format, ...)
{
	va_list args;
	bool taken;

	va_start(args, format);
	taken = set(device, parameter, format, args);
	va_end(args);
	return taken;
}

bool igt_params_save_and_set(int device, const char *parameter, const char *format, ...)
{
	_cleanup_free_ char *directory = directory_of(device), *path = NULL, *value = NULL;
	va_list args;
	int change;
	bool taken;

	if (!directory || asprintf(&path, "%s/%s", directory, parameter) < 0) {
		path = NULL;
		return false;
	}
	va_start(args, format);
	taken = vasprintf(&value, format, args) >= 0;
	va_end(args);
	if (!taken)
		value = NULL;
	change = taken ? igt_undo_set_file(path, value) : -ENOMEM;
	igt_undo_keep(change);
	return change > 0;
}

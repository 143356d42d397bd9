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

#define MAX_SAVED 16

static struct {
	int dir;
	char *parameter, *value;
} saved[MAX_SAVED];
static unsigned int saved_count;

int igt_params_open(int device)
{
	drmVersionPtr version = drmGetVersion(device);
	_cleanup_free_ char *path = NULL;

	if (!version)
		return -1;
	/* The names agree but for '-': a module's directory always has '_'. */
	if (asprintf(&path, "/sys/module/%s/parameters", version->name) < 0)
		path = NULL;
	drmFreeVersion(version);
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

/* Latest first, so that a parameter that was set twice becomes what it was at first. */
static void restore(int sig)
{
	while (saved_count > 0) {
		saved_count--;
		igt_sysfs_set(saved[saved_count].dir, saved[saved_count].parameter,
			      saved[saved_count].value);
	}
}

static bool save(int device, const char *parameter)
{
	if (saved_count == MAX_SAVED)
		return false;
	saved[saved_count].dir = igt_params_open(device);
	saved[saved_count].parameter = strdup(parameter);
	saved[saved_count].value = __igt_params_get(device, parameter);
	if (saved[saved_count].dir < 0 || !saved[saved_count].parameter ||
	    !saved[saved_count].value)
		return false;
	saved_count++;
	igt_install_exit_handler(restore);
	return true;
}

bool igt_params_save_and_set(int device, const char *parameter, const char *format, ...)
{
	va_list args;
	bool taken;

	if (!save(device, parameter))
		return false;
	va_start(args, format);
	taken = set(device, parameter, format, args);
	va_end(args);
	return taken;
}

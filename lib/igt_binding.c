/* SPDX-License-Identifier: MIT */
/**
 * Files "bind" and "unbind" of drivers.
 */
#define IGT_LOG_DOMAIN "igt_binding"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_binding.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_files.h"

/* What is to be put on again when the subtest ends. */
static struct igt_binding taken_off;

static char *last_name(char *path)
{
	return path ? strrchr(path, '/') + 1 : NULL;
}

/* Whether the driver of @device is called @driver; then the two are in @ret. */
static bool take(const char *device, const char *driver, struct igt_binding *ret)
{
	_cleanup_free_ char *link = NULL, *directory = NULL, *module_link = NULL, *module = NULL;
	_cleanup_free_ char *real = realpath(device, NULL);

	if (!real || asprintf(&link, "%s/driver", device) < 0)
		return false;
	directory = realpath(link, NULL);
	if (!directory || strcmp(last_name(directory), driver) != 0 ||
	    asprintf(&module_link, "%s/module", directory) < 0)
		return false;
	module = realpath(module_link, NULL);
	return snprintf(ret->device, sizeof(ret->device), "%s", last_name(real)) <
		       (int)sizeof(ret->device) &&
	       snprintf(ret->driver, sizeof(ret->driver), "%s", directory) <
		       (int)sizeof(ret->driver) &&
	       snprintf(ret->module, sizeof(ret->module), "%s", module ? last_name(module) : "") <
		       (int)sizeof(ret->module);
}

static bool take_child(const char *parent, const char *driver, struct igt_binding *ret)
{
	_cleanup_closedir_ DIR *directory = opendir(parent);
	struct dirent *entry;
	bool found = false;

	while (!found && directory && (entry = readdir(directory))) {
		_cleanup_free_ char *child = NULL;

		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    asprintf(&child, "%s/%s", parent, entry->d_name) > 0)
			found = take(child, driver, ret);
	}
	return found;
}

struct igt_binding igt_binding_find(int fd, const char *driver)
{
	_cleanup_free_ char *device = NULL;
	struct igt_binding binding = {0};
	struct stat st;

	igt_assert(fstat(fd, &st) == 0);
	igt_assert(asprintf(&device, "/sys/dev/char/%u:%u/device", major(st.st_rdev),
			    minor(st.st_rdev)) > 0);
	igt_require_f(take(device, driver, &binding) || take_child(device, driver, &binding),
		      "No device with the driver %s can be found at %s\n", driver, device);
	return binding;
}

static int write_file(const struct igt_binding *binding, const char *file)
{
	_cleanup_free_ char *path = NULL;

	return asprintf(&path, "%s/%s", binding->driver, file) < 0
		       ? -ENOMEM
		       : igt_file_write(path, binding->device);
}

bool igt_is_bound(const struct igt_binding *binding)
{
	_cleanup_free_ char *path = NULL;

	igt_assert(asprintf(&path, "%s/%s", binding->driver, binding->device) > 0);
	return access(path, F_OK) == 0;
}

static void bind_at_subtest_end(void *data)
{
	int r = igt_is_bound(&taken_off) ? 0 : write_file(&taken_off, "bind");

	if (r < 0)
		igt_warn("%s is without its driver: bind: %s\n", taken_off.device, strerror(-r));
}

void igt_unbind(const struct igt_binding *binding)
{
	int r;

	taken_off = *binding;
	igt_on_subtest_end(bind_at_subtest_end, NULL);
	r = write_file(binding, "unbind");
	errno = 0;
	igt_require_f(r != -EACCES && r != -ENOENT && r != -EPERM,
		      "The driver cannot be taken off: %s/unbind: %s\n", binding->driver,
		      strerror(-r));
	igt_assert_f(r == 0, "%s/unbind: %s\n", binding->driver, strerror(-r));
}

void igt_bind(const struct igt_binding *binding)
{
	int r = write_file(binding, "bind");

	errno = 0;
	igt_assert_f(r == 0, "%s/bind: %s\n", binding->driver, strerror(-r));
}

int igt_binding_open(const struct igt_binding *binding, const char *name)
{
	_cleanup_free_ char *path = NULL;
	int fd;

	igt_assert(asprintf(&path, "%s/%s", binding->driver, name) > 0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	igt_assert_f(fd >= 0, "%s: %s\n", path, strerror(errno));
	return fd;
}

int igt_binding_write(int file, const struct igt_binding *binding)
{
	const size_t length = strlen(binding->device);

	return write(file, binding->device, length) == (ssize_t)length ? 0 : -errno;
}

int igt_binding_users(const struct igt_binding *binding)
{
	_cleanup_free_ char *path = NULL, *text = NULL;

	if (!binding->module[0] || asprintf(&path, "/sys/module/%s/refcnt", binding->module) < 0 ||
	    igt_file_read(path, &text) < 0)
		return -1;
	return atoi(text);
}

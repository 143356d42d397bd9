/* SPDX-License-Identifier: MIT */
/**
 * The way from a device filter through sysfs to a node.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "igt_cleanup.h"
#include "igt_device_filter.h"

/* "card0", "renderD128", but not a connector such as "card0-VGA-1". */
static bool is_node_name(const char *name, bool render)
{
	const char *prefix = render ? "renderD" : "card";
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && name[length] &&
	       strspn(name + length, "0123456789") == strlen(name + length);
}

static int is_node(const struct dirent *entry)
{
	return is_node_name(entry->d_name, true) || is_node_name(entry->d_name, false);
}

/* "DIRECTORY/NAME" with its links resolved, or NULL. */
static char *resolve(const char *directory, const char *name)
{
	_cleanup_free_ char *path = NULL;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : realpath(path, NULL);
}

/* True if the link @name in @directory leads to something called @expected. */
static bool link_leads_to(const char *directory, const char *name, const char *expected)
{
	_cleanup_free_ char *target = resolve(directory, name);

	return target && strcmp(strrchr(target, '/') + 1, expected) == 0;
}

/* The hexadecimal number in the file @name of @directory, 0 when there is none. */
static unsigned int read_hex(const char *directory, const char *name)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	unsigned int number;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return 0;
	file = fopen(path, "re");
	return file && fscanf(file, "%x", &number) == 1 ? number : 0;
}

/* Cut @path, of a device, to the PCI device it is or is below. Returns false if there is none. */
static bool cut_to_pci(char *path)
{
	char *slash;

	while (!link_leads_to(path, "subsystem", "pci")) {
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return false;
		*slash = '\0';
	}
	return true;
}

static bool fits_pci(const char *device, const struct igt_device_filter *filter)
{
	_cleanup_free_ char *pci = strdup(device), *sriov = NULL;

	if (!pci || !cut_to_pci(pci))
		return false;
	if (filter->slot[0] && strcasecmp(strrchr(pci, '/') + 1, filter->slot) != 0)
		return false;
	if (filter->pci_vendor && read_hex(pci, "vendor") != filter->pci_vendor)
		return false;
	if (filter->pci_device && read_hex(pci, "device") != filter->pci_device)
		return false;
	if (filter->kind == IGT_FILTER_SRIOV) {
		sriov = resolve(pci, "sriov_numvfs");
		return sriov != NULL;
	}
	return true;
}

static bool fits(const char *device, const struct igt_device_filter *filter)
{
	if (filter->kind != IGT_FILTER_DEVICE)
		return fits_pci(device, filter);
	if (filter->driver[0] && !link_leads_to(device, "driver", filter->driver))
		return false;
	if (filter->subsystem[0] && !link_leads_to(device, "subsystem", filter->subsystem))
		return false;
	return !filter->name[0] || strcmp(strrchr(device, '/') + 1, filter->name) == 0;
}

/* Cut "/drm/card0" off a path in sysfs: what is left is the device. */
static void cut_node(char *path)
{
	char *name = strrchr(path, '/');

	if (!name || (!is_node_name(name + 1, true) && !is_node_name(name + 1, false)))
		return;
	*name = '\0';
	name = strrchr(path, '/');
	if (name && strcmp(name, "/drm") == 0)
		*name = '\0';
}

/* True if one of the first @count @entries is a node of @device too. */
static bool was_seen(const char *class, struct dirent *const *entries, int count,
		     const char *device)
{
	for (int i = 0; i < count; i++) {
		_cleanup_free_ char *other = resolve(class, entries[i]->d_name);

		if (!other)
			continue;
		cut_node(other);
		if (strcmp(other, device) == 0)
			return true;
	}
	return false;
}

/*
 * The device in sysfs that is the (@nth + 1)th one to fit, in the order of their nodes' numbers,
 * the same at each call. A device has several nodes.
 */
static int search(const char *sysfs, const struct igt_device_filter *filter, unsigned int nth,
		  char **ret_device)
{
	_cleanup_free_ char *class = NULL;
	struct dirent **entries = NULL;
	int count, r = -ENODEV;

	if (asprintf(&class, "%s/class/drm", sysfs) < 0)
		return -ENOMEM;
	count = scandir(class, &entries, is_node, versionsort);
	for (int i = 0; i < count && r < 0; i++) {
		_cleanup_free_ char *device = resolve(class, entries[i]->d_name);

		if (!device)
			continue;
		cut_node(device);
		if (was_seen(class, entries, i, device) || !fits(device, filter) || nth-- > 0)
			continue;
		*ret_device = igt_steal(device);
		r = 0;
	}
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return r;
}

/* The device's directory by its node in /dev or a path in sysfs. */
static int by_path(const char *sysfs, const struct igt_device_filter *filter, char **ret_device)
{
	_cleanup_free_ char *link = NULL, *device = NULL;
	const char *path = filter->path;

	if (filter->kind == IGT_FILTER_DRM) {
		struct stat st;

		if (stat(path, &st) < 0 || !S_ISCHR(st.st_mode))
			return -ENODEV;
		if (asprintf(&link, "%s/dev/char/%u:%u", sysfs, major(st.st_rdev),
			     minor(st.st_rdev)) < 0)
			return -ENOMEM;
		path = link;
	}
	device = realpath(path, NULL);
	if (!device)
		return errno == ENOMEM ? -ENOMEM : -ENODEV;
	cut_node(device);
	*ret_device = igt_steal(device);
	return 0;
}

/* From a physical function to one of its virtual ones. */
static int to_virtual_function(char **device, int number)
{
	_cleanup_free_ char *function = NULL;
	char name[32];

	if (!cut_to_pci(*device))
		return -ENODEV;
	snprintf(name, sizeof(name), "virtfn%d", number);
	function = resolve(*device, name);
	if (!function)
		return -ENODEV;
	free(*device);
	*device = igt_steal(function);
	return 0;
}

static int find_device(const char *sysfs, const struct igt_device_filter *filter, unsigned int nth,
		       char **ret_device)
{
	_cleanup_free_ char *device = NULL;
	int r;

	if (filter->kind == IGT_FILTER_DRM || filter->kind == IGT_FILTER_SYS)
		return nth ? -ENODEV : by_path(sysfs, filter, ret_device);
	if (filter->card != IGT_FILTER_ALL) {
		if (nth)
			return -ENODEV;
		nth = (unsigned int)filter->card;
	}
	r = search(sysfs, filter, nth, &device);
	if (r == 0 && filter->vf >= 0)
		r = to_virtual_function(&device, filter->vf);
	if (r < 0)
		return r;
	*ret_device = igt_steal(device);
	return 0;
}

static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

int igt_device_filter_find(const char *sysfs, const struct igt_device_filter *filter,
			   unsigned int nth, bool render, char **ret_node)
{
	_cleanup_free_ char *device = NULL, *class = NULL;
	struct dirent **entries = NULL;
	int r, count;

	r = find_device(sysfs, filter, nth, &device);
	if (r < 0)
		return r;
	if (asprintf(&class, "%s/class/drm", sysfs) < 0)
		return -ENOMEM;
	r = -ENODEV;
	count = scandir(class, &entries, is_node, versionsort);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		_cleanup_free_ char *real = resolve(class, name);

		if (r == -ENODEV && is_node_name(name, render) && real && is_below(real, device))
			r = asprintf(ret_node, "/dev/dri/%s", name) < 0 ? -ENOMEM : 0;
	}
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return r;
}

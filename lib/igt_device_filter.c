/* SPDX-License-Identifier: MIT */
/**
 * Parsing of device filters, and the way from a device in sysfs to its node.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "igt_cleanup.h"
#include "igt_device_filter.h"

static struct {
	struct igt_device_filter *filters;
	unsigned int count;
} chosen;

int igt_device_filter_parse(const char *text, struct igt_device_filter *ret_filter,
			    const char **ret_why)
{
	static const char *const other_forms[] = {"pci:", "sriov:", "device:"};
	struct igt_device_filter filter = {.path = text + strlen("drm:")};

	for (unsigned int i = 0; i < sizeof(other_forms) / sizeof(other_forms[0]); i++)
		if (strncmp(text, other_forms[i], strlen(other_forms[i])) == 0) {
			*ret_why = "this form is not supported, use drm:/dev/dri/<node> or "
				   "sys:<path in sysfs>";
			return -EINVAL;
		}
	if (strncmp(text, "drm:", 4) == 0) {
		filter.kind = IGT_FILTER_DRM;
	} else if (strncmp(text, "sys:", 4) == 0) {
		filter.kind = IGT_FILTER_SYS;
	} else {
		*ret_why = "a filter starts with drm: or sys:";
		return -EINVAL;
	}
	if (filter.path[0] != '/') {
		*ret_why = "an absolute path must follow the colon";
		return -EINVAL;
	}
	*ret_filter = filter;
	return 0;
}

/* The filters keep pointing into the copy of @list, which therefore stays. */
int igt_device_filter_add(const char *list, const char **ret_why)
{
	_cleanup_free_ char *copy = strdup(list);
	_cleanup_free_ struct igt_device_filter *grown = NULL;
	char *save = NULL;
	unsigned int count = chosen.count;

	/* One filter more than there are separators, at most. */
	grown = calloc(count + strlen(list) / 2 + 1, sizeof(*grown));
	if (!copy || !grown) {
		*ret_why = "out of memory";
		return -ENOMEM;
	}
	if (count)
		memcpy(grown, chosen.filters, count * sizeof(*grown));
	for (char *one = strtok_r(copy, ";", &save); one; one = strtok_r(NULL, ";", &save)) {
		int r = igt_device_filter_parse(one, &grown[count], ret_why);

		if (r < 0)
			return r;
		count++;
	}
	if (count == chosen.count) {
		*ret_why = "it is empty";
		return -EINVAL;
	}
	free(chosen.filters);
	chosen.filters = igt_steal(grown);
	chosen.count = count;
	(void)igt_steal(copy);
	return 0;
}

const struct igt_device_filter *igt_device_filter_get(unsigned int index)
{
	return index < chosen.count ? &chosen.filters[index] : NULL;
}

/* "card0", "renderD128", but not a connector such as "card0-VGA-1". */
static bool is_node_name(const char *name, bool render)
{
	const char *prefix = render ? "renderD" : "card";
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && name[length] &&
	       strspn(name + length, "0123456789") == strlen(name + length);
}

/* The directory in sysfs below which the nodes of the selected device are. */
static int device_directory(const char *sysfs, const struct igt_device_filter *filter,
			    char **ret_directory)
{
	_cleanup_free_ char *link = NULL, *directory = NULL;
	const char *path = filter->path;
	char *name;

	if (filter->kind == IGT_FILTER_DRM) {
		struct stat st;

		if (stat(path, &st) < 0 || !S_ISCHR(st.st_mode))
			return -ENODEV;
		if (asprintf(&link, "%s/dev/char/%u:%u", sysfs, major(st.st_rdev),
			     minor(st.st_rdev)) < 0)
			return -ENOMEM;
		path = link;
	}
	directory = realpath(path, NULL);
	if (!directory)
		return errno == ENOMEM ? -ENOMEM : -ENODEV;
	/* From one node to the directory that has its siblings too. */
	name = strrchr(directory, '/');
	if (name && (is_node_name(name + 1, true) || is_node_name(name + 1, false)))
		*name = '\0';
	*ret_directory = igt_steal(directory);
	return 0;
}

static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

int igt_device_filter_find(const char *sysfs, const struct igt_device_filter *filter, bool render,
			   char **ret_node)
{
	_cleanup_free_ char *directory = NULL, *class = NULL;
	_cleanup_closedir_ DIR *nodes = NULL;
	struct dirent *entry;
	int r;

	r = device_directory(sysfs, filter, &directory);
	if (r < 0)
		return r;
	if (asprintf(&class, "%s/class/drm", sysfs) < 0)
		return -ENOMEM;
	nodes = opendir(class);
	if (!nodes)
		return -ENODEV;
	while ((entry = readdir(nodes))) {
		_cleanup_free_ char *link = NULL, *real = NULL;

		if (!is_node_name(entry->d_name, render))
			continue;
		if (asprintf(&link, "%s/%s", class, entry->d_name) < 0)
			return -ENOMEM;
		real = realpath(link, NULL);
		if (!real || !is_below(real, directory))
			continue;
		return asprintf(ret_node, "/dev/dri/%s", entry->d_name) < 0 ? -ENOMEM : 0;
	}
	return -ENODEV;
}

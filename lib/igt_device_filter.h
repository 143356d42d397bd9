/* SPDX-License-Identifier: MIT */
/**
 * The device a user wants tested: `--device` or IGT_DEVICE, and the node in /dev it stands for.
 *
 * Found through sysfs and devtmpfs alone, so it works where no udevd runs.
 */
#ifndef IGT_DEVICE_FILTER_H
#define IGT_DEVICE_FILTER_H

#include <stdbool.h>

enum igt_filter_kind {
	IGT_FILTER_DRM, /**< "drm:/dev/dri/card0": this DRM device, by either of its nodes */
	IGT_FILTER_SYS, /**< "sys:/sys/devices/...": the DRM device below this path */
};

struct igt_device_filter {
	enum igt_filter_kind kind;
	const char *path; /**< points into the text that was parsed */
};

/**
 * Read one filter. Returns 0, or -EINVAL with the reason in @ret_why, a sentence for the user.
 */
int igt_device_filter_parse(const char *text, struct igt_device_filter *ret_filter,
			    const char **ret_why);

/**
 * Append the filters of @list, which are separated by ';', to those of this process. All or none:
 * returns 0, -EINVAL with the reason in @ret_why, or -ENOMEM likewise.
 */
int igt_device_filter_add(const char *list, const char **ret_why);

/** The filter for the (@index + 1)th device a test opens, or NULL when none was given for it. */
const struct igt_device_filter *igt_device_filter_get(unsigned int index);

/**
 * Find the node of the device that @filter selects. @sysfs: "/sys" except in unit tests.
 * @render: the render node instead of the primary one. Returns 0 and a path in @ret_node that the
 * caller frees; -ENODEV: no such device, or it has no such node; -ENOMEM.
 */
int igt_device_filter_find(const char *sysfs, const struct igt_device_filter *filter, bool render,
			   char **ret_node);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The device a user wants tested: `--device`, IGT_DEVICE or the configuration file, and the node
 * in /dev it stands for.
 *
 * Found through sysfs and devtmpfs alone, so it works where no udevd runs, and starts faster than
 * libudev and libpciaccess would.
 *
 *	drm:/dev/dri/card0
 *	sys:/sys/devices/pci0000:00/0000:00:02.0
 *	pci:slot=0000:00:02.0
 *	pci:[vendor=1af4][,device=1050][,card=N|all]
 *	sriov:[vendor=][,device=][,card=][,pf=N][,vf=N]
 *	device:[driver=panfrost][,subsystem=platform][,device=fde60000.gpu][,card=N|all]
 */
#ifndef IGT_DEVICE_FILTER_H
#define IGT_DEVICE_FILTER_H

#include <stdbool.h>

/** How a filter names a device. */
enum igt_filter_kind {
	IGT_FILTER_DRM,	  /**< by a node: this DRM device, by either of its nodes */
	IGT_FILTER_SYS,	  /**< by a path: the DRM device below it */
	IGT_FILTER_PCI,	  /**< by the PCI device below which it is */
	IGT_FILTER_SRIOV, /**< by the same, of those that have virtual functions; or one of these */
	IGT_FILTER_DEVICE, /**< by what the device in sysfs is */
};

/** Instead of a number: every device that fits, one after the other. */
#define IGT_FILTER_ALL (-1)

/** A filter. Texts and numbers that were not given are empty and 0, and fit any device. */
struct igt_device_filter {
	enum igt_filter_kind kind; /**< decides which of the others count */
	const char *path;	   /**< of DRM and SYS; points into the text that was parsed */
	unsigned int pci_vendor;   /**< PCI id */
	unsigned int pci_device;   /**< PCI id */
	char slot[16];	    /**< address of the PCI device */
	char driver[64];    /**< name of the driver bound to the device */
	char subsystem[32]; /**< "pci", "platform", "virtio", ... */
	char name[64];	    /**< name of the device's directory */
	int card;	    /**< which one of those that fit, from 0, or IGT_FILTER_ALL */
	int vf;		    /**< number of a virtual function, or -1: the physical one */
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

/** The (@index + 1)th filter of this process, or NULL. */
const struct igt_device_filter *igt_device_filter_get(unsigned int index);

/**
 * Find the node of the device that @filter selects. @sysfs: "/sys" except in unit tests. @nth: 0,
 * or with IGT_FILTER_ALL the place among the devices that fit. @render: the render node instead of
 * the primary one. Returns 0 and a path in @ret_node that the caller frees; -ENODEV: no such
 * device, or it has no such node; -ENOMEM.
 */
int igt_device_filter_find(const char *sysfs, const struct igt_device_filter *filter,
			   unsigned int nth, bool render, char **ret_node);

/**
 * igt_device_filter_find() for the (@index + 1)th device that the filters of this process select
 * together; only IGT_FILTER_ALL selects more than one.
 */
int igt_device_filter_find_index(const char *sysfs, unsigned int index, bool render,
				 char **ret_node);

#endif

// SPDX-License-Identifier: MIT
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define NODES "/dev/dri"
#define CLASS "/sys/class/drm"
#define PCI "/sys/bus/pci/devices"

#define MALI_DRIVER "panfrost"

struct search {
	bool mali;
	struct init_drm drm;
};

static void read_driver(const char *node, char *ret, size_t size)
{
	char path[320], target[512];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), CLASS "/%s/device/driver", node);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	base = strrchr(target, '/');
	snprintf(ret, size, "%s", base ? base + 1 : "");
}

/* Takes the first node of the kind that is searched, a render node if there is one. */
static bool find_node(void *data)
{
	DIR *dir = opendir(NODES);
	struct search *search = data;
	struct init_drm *drm = &search->drm;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char driver[sizeof(drm->driver)];

		if (strncmp(entry->d_name, "renderD", 7) &&
		    (*drm->node || strncmp(entry->d_name, "card", 4)))
			continue;
		read_driver(entry->d_name, driver, sizeof(driver));
		if (search->mali != !strcmp(driver, MALI_DRIVER))
			continue;
		snprintf(drm->node, sizeof(drm->node), "%s", entry->d_name);
		memcpy(drm->driver, driver, sizeof(driver));
	}
	if (dir)
		closedir(dir);
	return *drm->node != '\0';
}

static bool is_display(const char *device)
{
	char path[320], class[16] = "";
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), PCI "/%s/class", device);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, class, sizeof(class) - 1) > 0 && !strncmp(class, "0x03", 4);
}

static bool has_display(void)
{
	DIR *dir = opendir(PCI);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.' && is_display(entry->d_name);
	if (dir)
		closedir(dir);
	return found;
}

int init_wait_drm(bool mali, int timeout_ms, struct init_drm *ret)
{
	struct search search = {.mali = mali};

	if (!init_wait(find_node, &search, mali || has_display() ? timeout_ms : 0))
		return -ENODEV;
	*ret = search.drm;
	return 0;
}

bool init_drm_has_iommu(const struct init_drm *drm)
{
	/* The node belongs to the virtio device or to the PCI device that this is. */
	static const char *const formats[] = {CLASS "/%s/device/iommu_group",
					      CLASS "/%s/device/../iommu_group"};
	char path[320];
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(path, sizeof(path), formats[i], drm->node);
		found = !access(path, F_OK);
	}
	return found;
}

// SPDX-License-Identifier: MIT
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define NODES "/dev/dri"
#define PCI "/sys/bus/pci/devices"

#define NODE_NAME_SIZE 256 /* as in struct dirent */

/* Names the first node, a render node if there is one. */
static bool find_node(void *data)
{
	DIR *dir = opendir(NODES);
	struct dirent *entry;
	char *name = data;

	while (dir && (entry = readdir(dir))) {
		if (!strncmp(entry->d_name, "renderD", 7) ||
		    (!*name && !strncmp(entry->d_name, "card", 4)))
			snprintf(name, NODE_NAME_SIZE, "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return *name != '\0';
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

int init_wait_drm(int timeout_ms, char *ret_name, size_t size)
{
	char name[NODE_NAME_SIZE] = "";

	if (!init_wait(find_node, name, has_display() ? timeout_ms : 0))
		return -ENODEV;
	snprintf(ret_name, size, "%s", name);
	return 0;
}

// SPDX-License-Identifier: MIT
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define PORTS "/sys/class/virtio-ports"

struct search {
	const char *name;
	char device[288]; /* /dev/vportNpM */
};

static bool has_name(const char *port, const char *name)
{
	char path[320], text[64] = "";
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), PORTS "/%s/name", port);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, name);
}

static bool find_port(void *data)
{
	struct search *search = data;
	DIR *dir = opendir(PORTS);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !has_name(entry->d_name, search->name))
			continue;
		snprintf(search->device, sizeof(search->device), "/dev/%s", entry->d_name);
		found = !access(search->device, W_OK);
	}
	if (dir)
		closedir(dir);
	return found;
}

int init_open_port(const char *name, int timeout_ms)
{
	struct search search = {.name = name};
	int fd;

	if (!init_wait(find_port, &search, timeout_ms))
		return -ENODEV;
	fd = open(search.device, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

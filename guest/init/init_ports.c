// SPDX-License-Identifier: MIT
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

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

/* Bytes as they are: no echo, and no line ends turned into others. */
static int open_line(const char *device)
{
	struct termios raw;
	int fd = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC), r;

	if (fd < 0 || tcgetattr(fd, &raw))
		goto fail;
	cfmakeraw(&raw);
	if (tcsetattr(fd, TCSANOW, &raw))
		goto fail;
	return fd;
fail:
	r = -errno;
	init_close(&fd);
	return r;
}

int init_open_port(const char *name, int timeout_ms)
{
	struct search search = {.name = name};
	int fd;

	if (name[0] == '/')
		return open_line(name);
	if (!init_wait(find_port, &search, timeout_ms))
		return -ENODEV;
	fd = open(search.device, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

// SPDX-License-Identifier: MIT
#include "init.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define EVENT_GROUP 1 /* the kernel's own events */
#define LOOK_MS 50    /* also look without an event: sysfs files appear a little later */

int64_t init_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

void init_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void set(char *place, size_t size, const char *value)
{
	snprintf(place, size, "%s", value);
}

int init_config_read(const char *path, struct init_config *ret)
{
	struct init_config config = {.gpu = true, .console = "ttyS0", .mali = "none", .per_test_timeout = "120"};
	FILE *file = fopen(path, "re");
	char line[1200];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		value[strcspn(value, "\n")] = '\0';
		if (!strcmp(line, "mode"))
			config.shell = !strcmp(value, "shell");
		else if (!strcmp(line, "machine"))
			config.uml = !strcmp(value, "uml");
		else if (!strcmp(line, "gpu"))
			config.gpu = strcmp(value, "none");
		else if (!strcmp(line, "iommu"))
			config.iommu = !strcmp(value, "1");
		else if (!strcmp(line, "console"))
			set(config.console, sizeof(config.console), value);
		else if (!strcmp(line, "mali"))
			set(config.mali, sizeof(config.mali), value);
		else if (!strcmp(line, "per-test-timeout"))
			set(config.per_test_timeout, sizeof(config.per_test_timeout), value);
		else if (!strcmp(line, "libdirs"))
			set(config.libdirs, sizeof(config.libdirs), value);
	}
	fclose(file);
	*ret = config;
	return 0;
}

void init_report(int control, const char *key, const char *format, ...)
{
	char text[512], line[640];
	va_list args;
	int len;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (control < 0) {
		fprintf(stderr, "igt_guest_init: %s: %s\n", key, text);
		return;
	}
	/* One write, so that the host sees whole records also when the guest dies next. */
	len = snprintf(line, sizeof(line), "%s=%s\n", key, text);
	if (write(control, line, len) != len)
		fprintf(stderr, "igt_guest_init: %s: %s\n", key, text);
}

static int open_events(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = EVENT_GROUP};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)))
		init_close(&fd);
	return fd;
}

bool init_wait(bool (*ready)(void *data), void *data, int timeout_ms)
{
	_cleanup_close_ int events = open_events();
	int64_t end = init_now_ms() + timeout_ms;
	char event[4096];

	while (!ready(data)) {
		/* Without events (no network in the kernel) only the look remains. */
		struct pollfd pfd = {.fd = events, .events = POLLIN};

		if (init_now_ms() >= end)
			return false;
		poll(&pfd, 1, LOOK_MS);
		while (events >= 0 && recv(events, event, sizeof(event), 0) > 0)
			;
	}
	return true;
}

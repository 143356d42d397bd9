/* SPDX-License-Identifier: MIT */
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/watchdog.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>

#include "fileio.h"
#include "log.h"

#define TIMEOUT_S 120
/* Of the shortest timeout there is. */
#define PINGS_PER_TIMEOUT 4

struct watchdogs {
	/* int */
	GArray *fds;
	int timer_fd;
};

/* What the device takes, of ever shorter times; in seconds. */
static int set_timeout(int fd)
{
	for (int wanted = TIMEOUT_S; wanted > 0; wanted /= 2) {
		int seconds = wanted;

		if (ioctl(fd, WDIOC_SETTIMEOUT, &seconds) == 0)
			return seconds;
	}
	/* One that cannot be set has some of its own, and few have less. */
	return TIMEOUT_S / 10;
}

static int start_timer(int timeout)
{
	int interval = MAX(timeout / PINGS_PER_TIMEOUT, 1);
	const struct itimerspec spec = {.it_interval.tv_sec = interval,
					.it_value.tv_sec = interval};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, 0, &spec, NULL);
	return fd;
}

struct watchdogs *watchdogs_start(const char *dev)
{
	struct watchdogs *watchdogs = g_new0(struct watchdogs, 1);
	int timeout = TIMEOUT_S;
	int error = ENOENT;

	watchdogs->fds = g_array_new(/* zero_terminated= */ FALSE, /* clear= */ FALSE, sizeof(int));
	for (unsigned i = 0;; i++) {
		g_autofree char *path = g_strdup_printf("%s/watchdog%u", dev, i);
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		if (fd < 0 && errno == ENOENT)
			break;
		if (fd < 0) {
			error = errno;
			continue;
		}
		timeout = MIN(timeout, set_timeout(fd));
		g_array_append_val(watchdogs->fds, fd);
	}
	if (watchdogs->fds->len == 0) {
		log_warning("no watchdog guards this run: %s/watchdog0: %s", dev,
			    g_strerror(error));
		g_array_unref(watchdogs->fds);
		g_free(watchdogs);
		return NULL;
	}
	watchdogs->timer_fd = start_timer(timeout);
	return watchdogs;
}

static void write_to_all(const struct watchdogs *watchdogs, const char *byte)
{
	for (unsigned i = 0; i < watchdogs->fds->len; i++)
		fd_write_all(g_array_index(watchdogs->fds, int, i), byte, 1);
}

void watchdogs_stop(struct watchdogs *watchdogs)
{
	if (!watchdogs)
		return;
	/* The letter that tells a close from a crash. */
	write_to_all(watchdogs, "V");
	for (unsigned i = 0; i < watchdogs->fds->len; i++)
		close(g_array_index(watchdogs->fds, int, i));
	g_array_unref(watchdogs->fds);
	fd_closep(&watchdogs->timer_fd);
	g_free(watchdogs);
}

int watchdogs_fd(const struct watchdogs *watchdogs)
{
	return watchdogs ? watchdogs->timer_fd : -1;
}

void watchdogs_ping(struct watchdogs *watchdogs)
{
	uint64_t expirations;

	if (!watchdogs)
		return;
	if (read(watchdogs->timer_fd, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		return;
	write_to_all(watchdogs, "\n");
}

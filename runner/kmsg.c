/* SPDX-License-Identifier: MIT */
#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fileio.h"
#include "igt_wire.h"

#define KMSG "/dev/kmsg"
#define KMSG_DEVICE makedev(1, 11)

int kmsg_open_reader(int *ret_fd)
{
	autofd fd = open(KMSG, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	/* Containers put the null device or a console in its place. */
	if (!S_ISCHR(st.st_mode) || st.st_rdev != KMSG_DEVICE)
		return -ENODEV;
	if (lseek(fd, 0, SEEK_END) < 0)
		return -errno;
	*ret_fd = fd_steal(&fd);
	return 0;
}

int kmsg_copy(int kmsg_fd, int out_fd, bool sync, bool *ret_any, bool *ret_lost)
{
	/* One read is one record; its text is at most 1 KiB, escaped and with tags below 8. */
	char record[16384];
	bool any = false;
	bool lost = false;

	for (;;) {
		ssize_t n = read(kmsg_fd, record, sizeof(record));
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE) {
			lost = true;
			continue;
		}
		/* A log that cannot be read on is no reason to stop testing. */
		if (n < 0 && errno != EAGAIN)
			lost = true;
		if (n <= 0)
			break;
		any = true;
		r = fd_write_all(out_fd, record, n);
		if (r < 0)
			return r;
	}
	if (any && sync && fdatasync(out_fd) < 0 && errno != EINVAL)
		return -errno;
	*ret_any = any;
	*ret_lost = lost;
	return 0;
}

void kmsg_write(unsigned level, const char *format, ...)
{
	autofd fd = open(KMSG, O_WRONLY | O_CLOEXEC);
	g_autofree char *text = NULL;
	g_autofree char *line = NULL;
	va_list args;

	if (fd < 0)
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	line = g_strdup_printf("<%u>" IGT_KMSG_PREFIX "%s\n", level, text);
	fd_write_all(fd, line, strlen(line));
}

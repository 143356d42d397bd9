/* SPDX-License-Identifier: MIT */
#include "kmemleak.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>

#include "fileio.h"

static int give_order(const char *file, const char *order)
{
	autofd fd = open(file, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd_write_all(fd, order, strlen(order));
}

static int add_report(int results_fd, const char *when, const char *report)
{
	autofd fd =
		openat(results_fd, "kmemleak.txt", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	g_autofree char *text = g_strdup_printf("kmemleaks found %s:\n%s\n", when, report);

	return fd < 0 ? -errno : fd_write_all(fd, text, strlen(text));
}

int kmemleak_scan(const char *file, int results_fd, const char *when, bool clear)
{
	g_autofree char *report = NULL;
	size_t len = 0;
	int r = give_order(file, "scan");

	if (r >= 0)
		r = file_read_at(AT_FDCWD, file, &report, &len);
	if (r >= 0 && len > 0)
		r = add_report(results_fd, when, report);
	if (r >= 0 && clear)
		r = give_order(file, "clear");
	return r;
}

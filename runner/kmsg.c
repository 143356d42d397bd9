/* SPDX-License-Identifier: MIT */
#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
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

/* The text of a record is at most 1 KiB; escaped and with tags, this holds it. */
#define RECORD_MAX 16384
#define BATCH_BYTES (4 * RECORD_MAX)
/* Of one call. They are read in a few milliseconds, and any deadline can wait that long. */
#define BATCH_RECORDS 1000

/* `<priority>,...`: what is above the level is the facility, and 0 is the kernel. */
static bool is_from_kernel(const char *record)
{
	return strtoul(record, /* endptr= */ NULL, 10) < 8;
}

/* As read(2), across what does not matter; 0 when there is nothing more. */
static size_t read_record(int kmsg_fd, char *record, size_t size, bool *lost)
{
	for (;;) {
		ssize_t n = read(kmsg_fd, record, size);

		if (n > 0)
			return n;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE) {
			*lost = true;
			continue;
		}
		/* A log that cannot be read on is no reason to stop testing. */
		if (n < 0 && errno != EAGAIN)
			*lost = true;
		return 0;
	}
}

int kmsg_copy(int kmsg_fd, int out_fd, bool sync, struct kmsg_batch *ret)
{
	struct kmsg_batch batch = {0};
	char bytes[BATCH_BYTES];
	size_t filled = 0;
	bool more = true;

	for (unsigned i = 0; more; i++) {
		size_t n = 0;
		int r;

		if (i < BATCH_RECORDS)
			n = read_record(kmsg_fd, bytes + filled, RECORD_MAX - 1, &batch.lost);
		more = n > 0;
		if (more) {
			bytes[filled + n] = '\0';
			batch.from_kernel |= is_from_kernel(bytes + filled);
			filled += n;
		}
		if (more && filled + RECORD_MAX <= sizeof(bytes))
			continue;
		r = fd_write_all(out_fd, bytes, filled);
		if (r < 0)
			return r;
		batch.bytes += filled;
		filled = 0;
	}
	if (batch.bytes > 0 && sync && fdatasync(out_fd) < 0 && errno != EINVAL)
		return -errno;
	*ret = batch;
	return 0;
}

/* One write(2) is one record. A file opened anew is not yet held up by the kernel's rate limit. */
static void put(const char *record)
{
	autofd fd = open(KMSG, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		fd_write_all(fd, record, strlen(record));
}

void kmsg_report(const char *line)
{
	g_autofree char *record =
		g_strdup_printf("<%u>%s\n", KMSG_REPORT_FACILITY << 3 | LOG_ALERT, line);

	put(record);
}

void kmsg_write(unsigned level, const char *format, ...)
{
	g_autofree char *text = NULL;
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	line = g_strdup_printf("<%u>" IGT_KMSG_PREFIX "%s\n", level, text);
	put(line);
}

/* Other writers are at work as well, but not without end. */
#define LOOK_AT_RECORDS 1000

int kmsg_clock_offset(int kmsg_fd, const char *text, double *ret)
{
	double before, after;

	before = clock_seconds(CLOCK_MONOTONIC);
	kmsg_write(KMSG_LEVEL_DEBUG, "%s", text);
	after = clock_seconds(CLOCK_MONOTONIC);
	for (unsigned i = 0; i < LOOK_AT_RECORDS; i++) {
		char record[RECORD_MAX];
		bool lost = false;
		size_t n = read_record(kmsg_fd, record, sizeof(record) - 1, &lost);
		const char *comma;

		if (n == 0)
			break;
		record[n] = '\0';
		if (!strstr(record, text))
			continue;
		/* `<priority>,<sequence>,<microseconds>,...` */
		comma = strchr(record, ',');
		comma = comma ? strchr(comma + 1, ',') : NULL;
		if (!comma)
			return -EBADMSG;
		*ret = strtoull(comma + 1, /* endptr= */ NULL, 10) / 1e6 - (before + after) / 2;
		return 0;
	}
	return -ENODATA;
}

// SPDX-License-Identifier: MIT
#include "guest_util.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void guest_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

int guest_fail(char **ret_why, int err, const char *format, ...)
{
	va_list args;

	if (ret_why) {
		va_start(args, format);
		*ret_why = g_strdup_vprintf(format, args);
		va_end(args);
	}
	/* A caller without an errno still fails. */
	return err > 0 ? -err : -EIO;
}

int64_t guest_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

int guest_write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= n;
	}
	return 0;
}

static void emit(GString *line, guest_line_fn fn, void *data)
{
	while (line->len && line->str[line->len - 1] == '\r')
		g_string_truncate(line, line->len - 1);
	/* Guest text goes to terminals and logs: no escape sequences from there. */
	for (size_t i = 0; i < line->len; i++) {
		unsigned char c = line->str[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			line->str[i] = '?';
	}
	fn(line->str, data);
	g_string_truncate(line, 0);
}

void guest_lines_feed(struct guest_lines *lines, const char *buf, size_t len, guest_line_fn fn,
		      void *data)
{
	if (!lines->pending)
		lines->pending = g_string_new(NULL);

	for (size_t i = 0; i < len; i++) {
		if (buf[i] == '\n') {
			emit(lines->pending, fn, data);
			continue;
		}
		g_string_append_c(lines->pending, buf[i]);
		if (lines->pending->len >= GUEST_LINE_MAX)
			emit(lines->pending, fn, data);
	}
}

void guest_lines_finish(struct guest_lines *lines, guest_line_fn fn, void *data)
{
	if (!lines->pending)
		return;
	if (lines->pending->len)
		emit(lines->pending, fn, data);
	g_string_free(lines->pending, TRUE);
	lines->pending = NULL;
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

int guest_remove_tree(const char *path)
{
	return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) < 0 ? -errno : 0;
}

void guest_remove_treep(char **path)
{
	if (*path)
		guest_remove_tree(*path);
	g_clear_pointer(path, g_free);
}

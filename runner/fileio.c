/* SPDX-License-Identifier: MIT */
#include "fileio.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
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

int fd_sync(int fd)
{
	if (fsync(fd) == 0)
		return 0;
	if (errno == EINVAL || errno == EROFS || errno == ENOTSUP)
		return 0;
	return -errno;
}

int file_read_at(int dirfd, const char *name, char **ret_text, size_t *ret_len)
{
	autofd fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	g_autoptr(GString) text = NULL;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;

	/* The size is a hint only: the file may be growing, or shrink under us. */
	text = g_string_sized_new(st.st_size + 1);
	for (;;) {
		char chunk[65536];
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		g_string_append_len(text, chunk, n);
	}
	*ret_len = text->len;
	*ret_text = g_string_free(g_steal_pointer(&text), /* free_segment= */ FALSE);
	return 0;
}

int file_write_at(int dirfd, const char *name, const char *text, enum file_write_mode mode,
		  bool sync)
{
	int flags = mode == FILE_CREATE_NEW ? O_EXCL : O_TRUNC;
	autofd fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
	int r;

	if (fd < 0)
		return -errno;
	r = fd_write_all(fd, text, strlen(text));
	if (r < 0)
		return r;
	return sync ? fd_sync(fd) : 0;
}

static int write_temporary(int dirfd, const char *name, const char *data, size_t len)
{
	autofd fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r;

	if (fd < 0)
		return -errno;
	r = fd_write_all(fd, data, len);
	if (r < 0)
		return r;
	return fd_sync(fd);
}

int file_replace_at(int dirfd, const char *name, const char *data, size_t len)
{
	/* The process id keeps two writers from sharing one temporary. */
	g_autofree char *temporary = g_strdup_printf(".%s.%d", name, (int)getpid());
	int r = write_temporary(dirfd, temporary, data, len);

	if (r >= 0 && renameat(dirfd, temporary, dirfd, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dirfd, temporary, 0);
		return r;
	}
	return fd_sync(dirfd);
}

int parse_number(const char *text, unsigned long max, unsigned long *ret)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (*end != '\0')
		return -EINVAL;
	if (errno != 0 || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

double clock_seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

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

/* Of a file whose size is not known. */
#define READ_CHUNK 65536

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

/* Up to @max bytes, across short reads and EINTR. */
static ssize_t read_up_to(int fd, char *to, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t n = read(fd, to + len, max - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += n;
	}
	return len;
}

int file_read_at(int dirfd, const char *name, char **ret_text, size_t *ret_len)
{
	autofd fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	g_autofree char *text = NULL;
	size_t capacity, len = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	/* Files of the kernel's own do not tell their size. */
	for (capacity = st.st_size > 0 ? st.st_size : READ_CHUNK;; capacity *= 2) {
		ssize_t n;

		text = g_realloc(text, capacity + 1);
		n = read_up_to(fd, text + len, capacity - len);
		if (n < 0)
			return n;
		len += n;
		/* What is written meanwhile is for another time. */
		if (len < capacity || len == (size_t)st.st_size)
			break;
	}
	text[len] = '\0';
	*ret_len = len;
	*ret_text = g_steal_pointer(&text);
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

int file_replacement_open(int dirfd, const char *name, char **ret_temporary, int *ret_fd)
{
	/* The process id keeps two writers from sharing one temporary. */
	g_autofree char *temporary = g_strdup_printf(".%s.%d", name, (int)getpid());
	int fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	*ret_temporary = g_steal_pointer(&temporary);
	*ret_fd = fd;
	return 0;
}

int file_replacement_commit(int dirfd, int fd, const char *temporary, const char *name)
{
	int r = fd_sync(fd);

	if (r >= 0 && renameat(dirfd, temporary, dirfd, name) < 0)
		r = -errno;
	return r < 0 ? r : fd_sync(dirfd);
}

int file_replace_at(int dirfd, const char *name, const char *data, size_t len)
{
	g_autofree char *temporary = NULL;
	autofd fd = -1;
	int r = file_replacement_open(dirfd, name, &temporary, &fd);

	if (r < 0)
		return r;
	r = fd_write_all(fd, data, len);
	if (r >= 0)
		r = file_replacement_commit(dirfd, fd, temporary, name);
	if (r < 0)
		unlinkat(dirfd, temporary, 0);
	return r;
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

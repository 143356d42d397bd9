/* SPDX-License-Identifier: MIT */
/**
 * Walking through a directory.
 */
#define IGT_LOG_DOMAIN "igt_dir"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_dir.h"

#define MAX_BYTES MiB(16)

int igt_dir_get_fd_path(int fd, char *path, size_t path_len)
{
	char self[64];
	ssize_t length;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	length = readlink(self, path, path_len);
	if (length < 0)
		return -errno;
	if ((size_t)length >= path_len)
		return -ENAMETOOLONG;
	path[length] = '\0';
	return 0;
}

static void free_names(struct dirent ***names)
{
	for (struct dirent **name = *names; name && *name; name++)
		free(*name);
	free(*names);
}

/* The names in @at, which ends with "/" or is empty, sorted, with a NULL behind the last. */
static int names_in(int dirfd, const char *at, struct dirent ***ret_names)
{
	struct dirent **names = NULL, **grown;
	int count = scandirat(dirfd, *at ? at : ".", &names, NULL, alphasort);

	if (count < 0)
		return -errno;
	grown = reallocarray(names, (size_t)count + 1, sizeof(*names));
	if (!grown) {
		while (count > 0)
			free(names[--count]);
		free(names);
		return -ENOMEM;
	}
	grown[count] = NULL;
	*ret_names = grown;
	return 0;
}

static int walk(int dirfd, const char *at, int depth, igt_dir_process_file_cb callback, void *data)
{
	__attribute__((cleanup(free_names))) struct dirent **names = NULL;
	int r = names_in(dirfd, at, &names);

	/* A directory of a device, or process, that went away meanwhile. */
	if (r == -ENOENT && *at)
		return 0;
	for (int i = 0; r == 0 && names[i]; i++) {
		const char *name = names[i]->d_name;
		char path[PATH_MAX];
		struct stat st;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (snprintf(path, sizeof(path), "%s%s", at, name) >= (int)sizeof(path) - 1)
			return -ENAMETOOLONG;
		if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode)) {
			r = callback(dirfd, path, data);
		} else if (S_ISDIR(st.st_mode) && depth != 0) {
			strcat(path, "/");
			r = walk(dirfd, path, depth - 1, callback, data);
		}
	}
	return r < 0 ? r : 0;
}

int igt_dir_for_each_file(int dirfd, int max_depth, igt_dir_process_file_cb callback, void *data)
{
	return walk(dirfd, "", max_depth, callback, data);
}

static int read_and_forget(int dirfd, const char *filename, void *data)
{
	/* Some files of debugfs would wait for an event. */
	_cleanup_close_ int fd = openat(dirfd, filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char bytes[16384];
	uint64_t all = 0;
	ssize_t got = 0;

	while (fd >= 0 && all < MAX_BYTES && (got = read(fd, bytes, sizeof(bytes))) > 0)
		all += (uint64_t)got;
	if (fd < 0 || got < 0)
		igt_debug("%s: %s\n", filename, strerror(errno));
	errno = 0;
	return 0;
}

int igt_dir_process_files_simple(int dirfd)
{
	return igt_dir_for_each_file(dirfd, -1, read_and_forget, NULL);
}

/* SPDX-License-Identifier: MIT */
/**
 * Reading and writing of kernel files.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "igt_cleanup.h"
#include "reclaim/igt_files.h"

int igt_file_read(const char *path, char **ret_text)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	size_t used = 0, size = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t got;

		if (size - used < 2) {
			char *grown = realloc(text, size + 4096);

			if (!grown)
				return -ENOMEM;
			text = grown;
			size += 4096;
		}
		got = read(fd, text + used, size - used - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	text[used] = '\0';
	*ret_text = igt_steal(text);
	return 0;
}

int igt_file_write(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	if (written < 0)
		return -errno;
	return written == (ssize_t)strlen(text) ? 0 : -EIO;
}

int igt_entry_parse(const char *text, const char *key, uint64_t *ret_value)
{
	const size_t length = strlen(key);

	while (*text) {
		if (strncmp(text, key, length) == 0 && text[length] == ' ') {
			unsigned long long value;
			char *end;

			errno = 0;
			value = strtoull(text + length + 1, &end, 10);
			if (end == text + length + 1 || (*end && *end != '\n') || errno)
				return -EINVAL;
			*ret_value = value;
			return 0;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return -ENOENT;
}

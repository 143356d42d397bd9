/* SPDX-License-Identifier: MIT */
/**
 * Reading and writing of attributes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_sysfs.h"

/* sysfs has no larger attribute but binary ones; a file of debugfs may well be larger. */
#define FIRST_BYTES 4096

char *igt_sysfs_path(int device, char *path, int pathlen)
{
	struct stat st;

	if (fstat(device, &st) < 0 || !S_ISCHR(st.st_mode))
		return NULL;
	if (snprintf(path, (size_t)pathlen, "/sys/dev/char/%u:%u", major(st.st_rdev),
		     minor(st.st_rdev)) >= pathlen)
		return NULL;
	return access(path, F_OK) == 0 ? path : NULL;
}

int igt_sysfs_open(int device)
{
	char path[64];

	if (!igt_sysfs_path(device, path, sizeof(path)))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool igt_sysfs_has_attr(int dir, const char *attr)
{
	return faccessat(dir, attr, F_OK, 0) == 0;
}

static ssize_t read_some(int fd, void *data, size_t len)
{
	ssize_t got;

	do
		got = read(fd, data, len);
	while (got < 0 && (errno == EINTR || errno == EAGAIN));
	return got < 0 ? -errno : got;
}

ssize_t igt_sysfs_read(int dir, const char *attr, void *data, size_t len)
{
	_cleanup_close_ int fd = openat(dir, attr, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_some(fd, data, len);
}

ssize_t igt_sysfs_write(int dir, const char *attr, const void *data, size_t len)
{
	_cleanup_close_ int fd = openat(dir, attr, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -errno;
	/* In one piece: a second write() would be a second value. */
	do
		written = write(fd, data, len);
	while (written < 0 && (errno == EINTR || errno == EAGAIN));
	return written < 0 ? -errno : written;
}

char *igt_sysfs_get(int dir, const char *attr)
{
	_cleanup_close_ int fd = openat(dir, attr, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	size_t used = 0, size = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	do {
		if (size - used < FIRST_BYTES / 2) {
			char *grown = realloc(text, size ? 2 * size : FIRST_BYTES);

			if (!grown)
				return NULL;
			text = grown;
			size = size ? 2 * size : FIRST_BYTES;
		}
		got = read_some(fd, text + used, size - used - 1);
		if (got < 0) {
			errno = (int)-got;
			return NULL;
		}
		used += (size_t)got;
	} while (got > 0);
	if (used > 0 && text[used - 1] == '\n')
		used--;
	text[used] = '\0';
	return igt_steal(text);
}

bool igt_sysfs_set(int dir, const char *attr, const char *value)
{
	const size_t length = strlen(value);

	return igt_sysfs_write(dir, attr, value, length) == (ssize_t)length;
}

int igt_sysfs_scanf(int dir, const char *attr, const char *format, ...)
{
	_cleanup_free_ char *text = igt_sysfs_get(dir, attr);
	va_list args;
	int converted;

	if (!text)
		return -errno;
	va_start(args, format);
	converted = vsscanf(text, format, args);
	va_end(args);
	return converted;
}

int igt_sysfs_vprintf(int dir, const char *attr, const char *format, va_list args)
{
	_cleanup_free_ char *text = NULL;
	int length = vasprintf(&text, format, args);

	if (length < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return (int)igt_sysfs_write(dir, attr, text, (size_t)length);
}

int igt_sysfs_printf(int dir, const char *attr, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = igt_sysfs_vprintf(dir, attr, format, args);
	va_end(args);
	return r;
}

/* --- values ------------------------------------------------------------------------------- */

bool __igt_sysfs_get_u64(int dir, const char *attr, uint64_t *value)
{
	_cleanup_free_ char *text = igt_sysfs_get(dir, attr);
	unsigned long long number;
	char *end;

	if (!text || !*text || *text == '-')
		return false;
	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		return false;
	*value = number;
	return true;
}

bool __igt_sysfs_get_u32(int dir, const char *attr, uint32_t *value)
{
	uint64_t wide;

	if (!__igt_sysfs_get_u64(dir, attr, &wide) || wide > UINT32_MAX)
		return false;
	*value = (uint32_t)wide;
	return true;
}

bool __igt_sysfs_set_u64(int dir, const char *attr, uint64_t value)
{
	return igt_sysfs_printf(dir, attr, "%" PRIu64, value) > 0;
}

bool __igt_sysfs_set_u32(int dir, const char *attr, uint32_t value)
{
	return __igt_sysfs_set_u64(dir, attr, value);
}

bool __igt_sysfs_get_boolean(int dir, const char *attr, bool *value)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = {
		{"1", true},  {"Y", true},  {"y", true},  {"true", true},
		{"0", false}, {"N", false}, {"n", false}, {"false", false},
	};
	_cleanup_free_ char *text = igt_sysfs_get(dir, attr);

	for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].text) == 0) {
			*value = words[i].value;
			return true;
		}
	return false;
}

bool __igt_sysfs_set_boolean(int dir, const char *attr, bool value)
{
	return igt_sysfs_set(dir, attr, value ? "1" : "0");
}

/* The forms that fail the test, of those above that return whether it was done. */
#define GETTER(type, name)                                                                     \
	type igt_sysfs_get_##name(int dir, const char *attr)                                   \
	{                                                                                      \
		type value = 0;                                                                \
                                                                                               \
		igt_assert_f(__igt_sysfs_get_##name(dir, attr, &value),                        \
			     "%s cannot be read as " #name "\n", attr);                        \
		return value;                                                                  \
	}

#define SETTER(type, name)                                                                     \
	void igt_sysfs_set_##name(int dir, const char *attr, type value)                       \
	{                                                                                      \
		igt_assert_f(__igt_sysfs_set_##name(dir, attr, value), "%s cannot be set\n",   \
			     attr);                                                            \
	}

GETTER(uint32_t, u32)
GETTER(uint64_t, u64)
GETTER(bool, boolean)
SETTER(uint32_t, u32)
SETTER(uint64_t, u64)
SETTER(bool, boolean)

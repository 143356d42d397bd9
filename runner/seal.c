/* SPDX-License-Identifier: MIT */
#include "seal.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "fileio.h"

#define SEAL "seal.txt"

const char *sealed_file_name(enum sealed_file file)
{
	static const char *const names[_SEALED_MAX] = {
		[SEALED_OUT] = "out.txt",     [SEALED_ERR] = "err.txt",
		[SEALED_DMESG] = "dmesg.txt", [SEALED_JOURNAL] = "journal.txt",
		[SEALED_COMMS] = "comms",
	};

	return names[file];
}

static uint32_t checksum(const char *data, size_t len)
{
	return crc32_z(0, (const unsigned char *)data, len);
}

/* `<crc> <size> <name>` */
int seal_write(int job_fd, char *const data[_SEALED_MAX], const size_t len[_SEALED_MAX],
	       bool sync)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (int i = 0; i < _SEALED_MAX; i++)
		if (data[i])
			g_string_append_printf(text, "%08x %zu %s\n", checksum(data[i], len[i]),
					       len[i], sealed_file_name(i));
	return file_write_at(job_fd, SEAL, text->str, FILE_TRUNCATE, sync);
}

int seal_remove(int job_fd)
{
	return unlinkat(job_fd, SEAL, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static void read_line(const char *line, struct seal *seal)
{
	char *rest;
	guint64 crc = g_ascii_strtoull(line, &rest, 16);
	guint64 size;

	if (rest != line + 8 || *rest != ' ')
		return;
	size = g_ascii_strtoull(rest + 1, &rest, 10);
	if (*rest != ' ')
		return;
	for (int i = 0; i < _SEALED_MAX; i++) {
		if (strcmp(rest + 1, sealed_file_name(i)) != 0)
			continue;
		seal->files[i].known = true;
		seal->files[i].size = size;
		seal->files[i].crc = crc;
	}
}

void seal_read(int job_fd, struct seal *ret)
{
	struct seal seal = {0};
	g_autofree char *text = NULL;
	char *newline;
	size_t len;

	if (file_read_at(job_fd, SEAL, &text, &len) >= 0)
		/* What follows the last newline was cut off while it was written. */
		for (char *line = text; (newline = strchr(line, '\n')); line = newline + 1) {
			*newline = '\0';
			read_line(line, &seal);
		}
	*ret = seal;
}

/* What a file system leaves that lost data but not the size. A packet ends in a few zeros, too. */
static bool ends_in_zeros(const char *data, size_t len)
{
	static const char zeros[16];

	return len >= sizeof(zeros) &&
	       memcmp(data + len - sizeof(zeros), zeros, sizeof(zeros)) == 0;
}

enum seal_verdict seal_check(const struct seal *seal, enum sealed_file file, const char *data,
			     size_t len)
{
	size_t size = seal->files[file].size;

	if (!seal->files[file].known)
		return SEAL_HOLDS;
	if (!data)
		return SEAL_CUT;
	if (len == size && checksum(data, len) == seal->files[file].crc)
		return SEAL_HOLDS;
	return len < size || (len == size && ends_in_zeros(data, len)) ? SEAL_CUT : SEAL_BROKEN;
}

// SPDX-License-Identifier: MIT
#include "guest_modules.h"

#include "guest_util.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* depmod reads these beside the module files; a kernel need not have all of them. */
static const char *const index_sources[] = {"modules.order", "modules.builtin",
					    "modules.builtin.modinfo"};

static struct archive *open_raw(const char *from)
{
	struct archive *a = archive_read_new();

	/* "raw" hands the bytes out as they are, after whatever compression it recognises. */
	if (a && !archive_read_support_filter_all(a) && !archive_read_support_format_raw(a) &&
	    !archive_read_support_format_empty(a) && !archive_read_open_filename(a, from, 65536))
		return a;
	archive_read_free(a);
	return NULL;
}

/* Writes the file's content to a new file, uncompressed if it is compressed. */
static int unpack(const char *from, const char *to, char **ret_why)
{
	_cleanup_close_ int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	struct archive_entry *entry;
	struct archive *a;
	int r;

	if (fd < 0)
		return guest_fail(ret_why, errno, "%s cannot be made: %s", to, strerror(errno));
	a = open_raw(from);
	if (!a)
		return guest_fail(ret_why, EIO,
				  "%s cannot be read: it is no plain, xz, zstd or "
				  "gzip file",
				  from);
	r = archive_read_next_header(a, &entry);
	if (r == ARCHIVE_OK)
		r = archive_read_data_into_fd(a, fd);
	if (r < ARCHIVE_OK)
		r = guest_fail(ret_why, EIO, "%s cannot be unpacked: %s", from,
			       archive_error_string(a) ?: "damaged");
	archive_read_free(a);
	return r < 0 ? r : 0;
}

static int stage_file(const char *from, const char *dir, const char *relative, char **ret_why)
{
	g_autofree char *to = g_build_filename(dir, relative, NULL);
	g_autofree char *parent = g_path_get_dirname(to);

	if (g_mkdir_with_parents(parent, 0755))
		return guest_fail(ret_why, errno, "%s cannot be made: %s", parent, strerror(errno));
	return unpack(from, to, ret_why);
}

int guest_modules_stage(const struct guest_kernel *kernel, const struct guest_modules *modules,
			const char *stage, char **ret_why)
{
	g_autofree char *release = NULL, *dir = NULL;
	int r;

	if (!kernel->modules)
		return 0;
	release = g_path_get_basename(kernel->modules);
	dir = g_build_filename(stage, "lib/modules", release, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(index_sources); i++) {
		g_autofree char *from = g_build_filename(kernel->modules, index_sources[i], NULL);

		if (access(from, R_OK))
			continue;
		r = stage_file(from, dir, index_sources[i], ret_why);
		if (r < 0)
			return r;
	}
	for (unsigned int i = 0; i < modules->files->len; i++) {
		const struct guest_module *module = modules->files->pdata[i];

		r = stage_file(module->path, dir, module->relative, ret_why);
		if (r < 0)
			return r;
	}
	if (g_mkdir_with_parents(dir, 0755))
		return guest_fail(ret_why, errno, "%s cannot be made: %s", dir, strerror(errno));
	return guest_modules_depmod(stage, release, ret_why);
}

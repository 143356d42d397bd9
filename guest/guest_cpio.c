// SPDX-License-Identifier: MIT
#include "guest_cpio.h"

#include "guest_util.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct guest_cpio {
	struct archive *archive;
	GHashTable *paths; /* what is in it */
};

int guest_cpio_open(int fd, struct guest_cpio **ret)
{
	struct archive *a = archive_write_new();
	struct guest_cpio *cpio;

	if (!a)
		return -ENOMEM;
	if (archive_write_set_format_cpio_newc(a) || archive_write_add_filter_none(a) ||
	    archive_write_open_fd(a, fd)) {
		int err = archive_errno(a);

		archive_write_free(a);
		return err > 0 ? -err : -EIO;
	}
	cpio = g_new0(struct guest_cpio, 1);
	cpio->archive = a;
	cpio->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	*ret = cpio;
	return 0;
}

static int packing_failed(struct guest_cpio *cpio, const char *path, char **ret_why)
{
	int err = archive_errno(cpio->archive);

	return guest_fail(ret_why, err > 0 ? err : EIO,
			  "%s cannot be packed into the initramfs: %s", path,
			  archive_error_string(cpio->archive) ?: "write error");
}

/* Starts an entry. 1: the caller writes the content, 0: the path exists already. */
static int begin(struct guest_cpio *cpio, const char *path, const struct stat *st,
		 const char *target, char **ret_why)
{
	struct archive_entry *entry;
	int r;

	if (g_hash_table_contains(cpio->paths, path))
		return 0;
	if (strcmp(path, "/")) {
		g_autofree char *parent = g_path_get_dirname(path);

		r = strcmp(parent, "/") ? guest_cpio_dir(cpio, parent, ret_why) : 0;
		if (r < 0)
			return r;
	}
	g_hash_table_add(cpio->paths, g_strdup(path));

	entry = archive_entry_new();
	if (!entry)
		return guest_fail(ret_why, ENOMEM, "no memory for the initramfs");
	archive_entry_set_pathname(entry, path + 1);
	archive_entry_set_mode(entry, st->st_mode);
	archive_entry_set_size(entry, st->st_size);
	archive_entry_set_rdev(entry, st->st_rdev);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_ino64(entry, g_hash_table_size(cpio->paths));
	if (target)
		archive_entry_set_symlink(entry, target);
	r = archive_write_header(cpio->archive, entry);
	archive_entry_free(entry);
	return r < ARCHIVE_OK ? packing_failed(cpio, path, ret_why) : 1;
}

int guest_cpio_dir(struct guest_cpio *cpio, const char *path, char **ret_why)
{
	int r = begin(cpio, path, &(struct stat){.st_mode = S_IFDIR | 0755}, NULL, ret_why);

	return r < 0 ? r : 0;
}

int guest_cpio_file(struct guest_cpio *cpio, const char *path, const char *host, char **ret_why)
{
	_cleanup_close_ int fd = open(host, O_RDONLY | O_CLOEXEC);
	g_autofree char *buf = g_malloc(65536);
	struct stat st;
	ssize_t n;
	int r;

	if (fd < 0 || fstat(fd, &st))
		return guest_fail(ret_why, errno, "%s cannot be read for the initramfs: %s", host,
				  strerror(errno));
	if (!S_ISREG(st.st_mode))
		return guest_fail(ret_why, EINVAL, "%s is no regular file", host);
	r = begin(cpio, path,
		  &(struct stat){.st_mode = S_IFREG | (st.st_mode & 0755), .st_size = st.st_size},
		  NULL, ret_why);
	if (r <= 0)
		return r;
	while ((n = read(fd, buf, 65536)) > 0)
		if (archive_write_data(cpio->archive, buf, n) != n)
			return packing_failed(cpio, path, ret_why);
	if (n < 0)
		return guest_fail(ret_why, errno, "%s cannot be read: %s", host, strerror(errno));
	return 0;
}

int guest_cpio_text(struct guest_cpio *cpio, const char *path, const char *text, char **ret_why)
{
	size_t len = strlen(text);
	int r = begin(cpio, path, &(struct stat){.st_mode = S_IFREG | 0644, .st_size = (off_t)len},
		      NULL, ret_why);

	if (r <= 0)
		return r;
	if (len && archive_write_data(cpio->archive, text, len) != (ssize_t)len)
		return packing_failed(cpio, path, ret_why);
	return 0;
}

int guest_cpio_link(struct guest_cpio *cpio, const char *path, const char *target, char **ret_why)
{
	int r = begin(cpio, path,
		      &(struct stat){.st_mode = S_IFLNK | 0777, .st_size = (off_t)strlen(target)},
		      target, ret_why);

	return r < 0 ? r : 0;
}

int guest_cpio_node(struct guest_cpio *cpio, const char *path, unsigned int major_nr,
		    unsigned int minor_nr, char **ret_why)
{
	int r = begin(
		cpio, path,
		&(struct stat){.st_mode = S_IFCHR | 0600, .st_rdev = makedev(major_nr, minor_nr)},
		NULL, ret_why);

	return r < 0 ? r : 0;
}

int guest_cpio_tree(struct guest_cpio *cpio, const char *path, const char *host, char **ret_why)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(host, 0, &error);
	const char *name;
	int r;

	if (!dir)
		return guest_fail(ret_why, ENOENT, "%s", error->message);
	r = guest_cpio_dir(cpio, path, ret_why);
	while (r >= 0 && (name = g_dir_read_name(dir))) {
		g_autofree char *from = g_build_filename(host, name, NULL);
		g_autofree char *to = g_build_filename(path, name, NULL);

		if (g_file_test(from, G_FILE_TEST_IS_DIR))
			r = guest_cpio_tree(cpio, to, from, ret_why);
		else if (g_file_test(from, G_FILE_TEST_IS_REGULAR))
			r = guest_cpio_file(cpio, to, from, ret_why);
	}
	return r;
}

int guest_cpio_finish(struct guest_cpio *cpio)
{
	int err;

	if (archive_write_close(cpio->archive) == ARCHIVE_OK)
		return 0;
	err = archive_errno(cpio->archive);
	return err > 0 ? -err : -EIO;
}

void guest_cpio_freep(struct guest_cpio **cpio)
{
	if (!*cpio)
		return;
	archive_write_free((*cpio)->archive);
	g_hash_table_unref((*cpio)->paths);
	g_free(*cpio);
	*cpio = NULL;
}

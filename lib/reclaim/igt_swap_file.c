/* SPDX-License-Identifier: MIT */
/**
 * Swap in a file, for kernels without zram.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "reclaim/igt_swap_area.h"

/* Filesystems that refuse swap files, or had better; the kernel's own answer is just EINVAL. */
static const struct {
	uint32_t magic; /* the kernel's, of 32 bits, whatever statfs() makes of it */
	const char *why;
} unfit[] = {
	{TMPFS_MAGIC, "tmpfs has its files in the memory that swap is to free"},
	{RAMFS_MAGIC, "the initial RAM filesystem has its files in memory"},
	{OVERLAYFS_SUPER_MAGIC, "overlayfs cannot tell where on a disk its files are"},
	{BTRFS_SUPER_MAGIC, "btrfs takes only files without copy-on-write"},
	{V9FS_MAGIC, "9p is no disk"},
	{NFS_SUPER_MAGIC, "NFS may need memory to free memory"},
	{FUSE_SUPER_MAGIC, "FUSE may need memory to free memory"},
	{SQUASHFS_MAGIC, "squashfs cannot be written"},
};

static int check_filesystem(struct igt_swap_area *area, const char *directory, uint64_t bytes)
{
	struct statfs fs;
	uint64_t room;

	if (statfs(directory, &fs) < 0)
		return igt_swap_area_why(area, -errno, directory);
	for (unsigned int i = 0; i < ARRAY_SIZE(unfit); i++)
		if ((uint32_t)fs.f_type == unfit[i].magic) {
			snprintf(area->why, sizeof(area->why), "%s: %s", directory, unfit[i].why);
			return -EOPNOTSUPP;
		}
	room = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	if (room >= bytes)
		return 0;
	snprintf(area->why, sizeof(area->why), "%s: %" PRIu64 " MiB are free, %" PRIu64
		 " MiB are needed", directory, room >> 20, bytes >> 20);
	return -ENOSPC;
}

/* Written, not only as long as that: the kernel takes no file with holes. */
static int write_zeros(const char *path, uint64_t bytes)
{
	static const char zeros[64 << 10];
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	while (bytes > 0) {
		const ssize_t wrote = write(fd, zeros, min_t(uint64_t, bytes, sizeof(zeros)));

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		bytes -= (uint64_t)wrote;
	}
	if (fsync(fd) < 0)
		return -errno;
	/* The zeros have no place in the memory that is tested. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return 0;
}

int igt_swap_file(struct igt_swap_area *area, const char *directory, uint64_t bytes)
{
	int r;

	r = check_filesystem(area, directory, bytes);
	if (r < 0)
		return r;
	if (snprintf(area->path, sizeof(area->path), "%s/igt-swap-%d", directory, getpid()) >=
	    (int)sizeof(area->path))
		return igt_swap_area_why(area, -ENAMETOOLONG, directory);
	r = igt_swap_area_add(area, IGT_UNDO_UNLINK, area->path, NULL);
	if (r < 0)
		return r;
	return igt_swap_area_why(area, write_zeros(area->path, bytes), area->path);
}

/* SPDX-License-Identifier: MIT */
/**
 * Adding a fence to a dma-buf, and looking at those it has.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dmabuf_sync_file.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_ioctl.h"
#include "igt_kms.h"
#include "ioctl_wrappers.h"
#include "sw_sync.h"

static int call(int dmabuf, unsigned long request, void *args)
{
	int r = igt_ioctl(dmabuf, request, args) < 0 ? -errno : 0;

	errno = 0;
	return r;
}

static int export(int dmabuf, uint32_t flags, int *ret_sync_file)
{
	struct dma_buf_export_sync_file args = {.flags = flags, .fd = -1};
	int r = call(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &args);

	if (r == 0)
		*ret_sync_file = args.fd;
	return r;
}

static int import(int dmabuf, uint32_t flags, int sync_file)
{
	struct dma_buf_import_sync_file args = {.flags = flags, .fd = sync_file};

	return call(dmabuf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &args);
}

/* Ask a dma-buf of the device's own; with no flags and no sync_file nothing is changed. */
static int try_on_new_dmabuf(int fd, int (*question)(int dmabuf))
{
	uint32_t handle = kmstest_dumb_create(fd, 1, 1, 32, NULL, NULL);
	int dmabuf = prime_handle_to_fd(fd, handle), r;

	r = question(dmabuf);
	close(dmabuf);
	gem_close(fd, handle);
	return r;
}

static int try_export(int dmabuf)
{
	_cleanup_close_ int sync_file = -1;

	return export(dmabuf, DMA_BUF_SYNC_READ, &sync_file);
}

static int try_import(int dmabuf)
{
	return import(dmabuf, DMA_BUF_SYNC_READ, -1);
}

bool has_dmabuf_export_sync_file(int fd)
{
	return try_on_new_dmabuf(fd, try_export) == 0;
}

bool has_dmabuf_import_sync_file(int fd)
{
	/* A kernel that can looks for the file, which does not exist; others know no such ioctl. */
	return try_on_new_dmabuf(fd, try_import) != -ENOTTY;
}

int dmabuf_export_sync_file(int dmabuf, uint32_t flags)
{
	int sync_file = -1, r = export(dmabuf, flags, &sync_file);

	igt_assert_f(r == 0, "taking fences out of a dma-buf: %s\n", strerror(-r));
	igt_assert_fd(sync_file);
	return sync_file;
}

void dmabuf_import_sync_file(int dmabuf, uint32_t flags, int sync_fd)
{
	int r = import(dmabuf, flags, sync_fd);

	igt_require_f(r != -ENOTTY, "No fence can be added to a dma-buf: the kernel is older "
		      "than 6.0\n");
	igt_assert_f(r == 0, "adding a fence to a dma-buf: %s\n", strerror(-r));
}

void dmabuf_import_timeline_fence(int dmabuf, uint32_t flags, int timeline, uint32_t seqno)
{
	int fence = sw_sync_timeline_create_fence(timeline, seqno);

	dmabuf_import_sync_file(dmabuf, flags, fence);
	close(fence);
}

static bool busy(int fd, short events)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	int r;

	do
		r = poll(&poll_fd, 1, /* timeout= */ 0);
	while (r < 0 && errno == EINTR);
	igt_assert_f(r >= 0, "poll: %s\n", strerror(errno));
	igt_assert_f(!(poll_fd.revents & (POLLERR | POLLNVAL)), "poll says %#x of file %d\n",
		     (unsigned int)poll_fd.revents, fd);
	return r == 0;
}

bool dmabuf_busy(int dmabuf, uint32_t flags)
{
	/*
	 * A dma-buf can be read when its writers are done, and written when nobody uses it, so
	 * asked for both poll() would answer when the first of them holds.
	 */
	return busy(dmabuf, flags & DMA_BUF_SYNC_WRITE ? POLLOUT : POLLIN);
}

bool sync_file_busy(int sync_file)
{
	return busy(sync_file, POLLIN);
}

bool dmabuf_sync_file_busy(int dmabuf, uint32_t flags)
{
	_cleanup_close_ int sync_file = dmabuf_export_sync_file(dmabuf, flags);

	return sync_file_busy(sync_file);
}

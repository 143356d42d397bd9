/* SPDX-License-Identifier: MIT */
/**
 * Adding a fence to a dma-buf.
 */
#include <errno.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <xf86drm.h>

#include "dmabuf_sync_file.h"
#include "igt_core.h"

void dmabuf_import_sync_file(int dmabuf, uint32_t flags, int sync_fd)
{
	struct dma_buf_import_sync_file args = {.flags = flags, .fd = sync_fd};
	int r = drmIoctl(dmabuf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &args) < 0 ? -errno : 0;

	errno = 0;
	igt_require_f(r != -ENOTTY, "No fence can be added to a dma-buf: the kernel is older "
		      "than 6.0\n");
	igt_assert_f(r == 0, "adding a fence to a dma-buf: %s\n", strerror(-r));
}

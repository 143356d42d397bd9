/* SPDX-License-Identifier: MIT */
/**
 * Fences of a dma-buf that user space adds (since Linux 6.0). Names are those of IGT GPU Tools.
 */
#ifndef DMABUF_SYNC_FILE_H
#define DMABUF_SYNC_FILE_H

#include <stdint.h>

/**
 * Let @dmabuf be in use until the fence of @sync_fd signals: read, by DMA_BUF_SYNC_READ in @flags,
 * or written, by DMA_BUF_SYNC_WRITE. Skips when the kernel cannot do that.
 */
void dmabuf_import_sync_file(int dmabuf, uint32_t flags, int sync_fd);

#endif

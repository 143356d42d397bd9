/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Fences of a dma-buf that user space takes out as sync_files, and adds (since Linux 6.0). Names
 * are those of IGT GPU Tools. @flags are DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE or both: what one
 * is about to do, or does.
 */
#ifndef DMABUF_SYNC_FILE_H
#define DMABUF_SYNC_FILE_H

#include <stdbool.h>
#include <stdint.h>

/** Whether fences can be taken out, tried with a dumb buffer of the DRM device @fd. */
bool has_dmabuf_export_sync_file(int fd);
/** Whether fences can be added, tried likewise. */
bool has_dmabuf_import_sync_file(int fd);

/** A sync_file, to be closed, of the fences that somebody who does @flags has to wait for. */
int dmabuf_export_sync_file(int dmabuf, uint32_t flags);

/**
 * Let @dmabuf be in use until the fence of @sync_fd signals: read, by DMA_BUF_SYNC_READ in @flags,
 * or written, by DMA_BUF_SYNC_WRITE. Skips when the kernel cannot do that.
 */
void dmabuf_import_sync_file(int dmabuf, uint32_t flags, int sync_fd);
/** The same until a timeline of sw_sync reaches @seqno. */
void dmabuf_import_timeline_fence(int dmabuf, uint32_t flags, int timeline, uint32_t seqno);

/** Whether somebody who does @flags has to wait, by poll(). */
bool dmabuf_busy(int dmabuf, uint32_t flags);
/** Whether a fence of the sync_file has not signalled, by poll(). */
bool sync_file_busy(int sync_file);
/** The same as dmabuf_busy(), by the sync_file that is exported for @flags. */
bool dmabuf_sync_file_busy(int dmabuf, uint32_t flags);

#endif

/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of those who reclaim, and may not do I/O or enter a file system for it.
 */
#ifndef RECLAIM_NOIO_H
#define RECLAIM_NOIO_H

struct gem_device;

/* Without swap. */
void noio_writers_reclaim(struct gem_device *dev);

#endif

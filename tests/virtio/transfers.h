/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of transfers between a virtio-gpu BO and the host.
 */
#ifndef VIRTIO_TRANSFERS_H
#define VIRTIO_TRANSFERS_H

struct gem_device;

void transfers_of_purged_are_refused(struct gem_device *dev);

#endif

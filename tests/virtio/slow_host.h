/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of reclaim from a host that does not answer for a while.
 */
#ifndef VIRTIO_SLOW_HOST_H
#define VIRTIO_SLOW_HOST_H

struct gem_device;

void slow_host_is_waited_for(struct gem_device *dev);
void slow_host_is_waited_for_with_lent(struct gem_device *dev);
void slow_host_holds_up_nobody(struct gem_device *dev);
void slow_host_costs_no_data(struct gem_device *dev);
void slow_host_delays_touch(struct gem_device *dev);

#endif

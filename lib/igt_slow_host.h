/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A host that does not answer for a while, made by the guest itself.
 *
 * A virtual GPU tells its driver by an interrupt that it is done with commands. The interrupt is a
 * message (MSI-X), and the function's mask in PCI configuration space holds messages back: the
 * device keeps them and sends them when the mask is lifted, as the PCI specification says. So for
 * the driver the host is slow, or gone: no command is answered, no fence signals, and the queue
 * fills up. What the host does with the commands is not changed: it carries them out.
 *
 * That works under every hypervisor, needs nothing of it, and the guest's processors and other
 * devices go on: which is why it is here. To stop QEMU stops all of that, too (QMP's stop), or
 * leaves the guest without timers (its main thread); and a device in a process of its own that
 * could be stopped, vhost-user-gpu, is for KVM alone in QEMU 7.2.
 */
#ifndef IGT_SLOW_HOST_H
#define IGT_SLOW_HOST_H

#include "gem/gem_device.h"

/**
 * Hold the answers of the device's host back until igt_slow_host_end(), for @max_ms at most: a
 * process that waits for an answer in the kernel cannot lift the mask, so another one of ours does
 * then. Also lifted when the subtest or the process ends. Skips where the GPU is no PCI device
 * with MSI-X, or its configuration cannot be written. One device at a time; it gets a few small
 * BOs of the subtest's.
 */
void igt_slow_host_begin(struct gem_device *dev, unsigned int max_ms);

/** Let the answers come. Returns whether they had been held until now, for no less than that. */
bool igt_slow_host_end(void);

#endif

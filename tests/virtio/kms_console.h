/* SPDX-License-Identifier: MIT */
/**
 * The kernel's own user of a display: the console, whose framebuffer the kernel has mapped for good.
 */
#ifndef KMS_CONSOLE_H
#define KMS_CONSOLE_H

struct gem_device;

void console_is_kept(struct gem_device *dev);
void console_survives_storm(struct gem_device *dev);

#endif

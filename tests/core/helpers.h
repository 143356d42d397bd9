/* SPDX-License-Identifier: MIT */
/**
 * Parts of core_helpers: the library's helpers, tried on a kernel. Each function makes subtests;
 * its devices are opened in fixtures of its own group.
 */
#ifndef HELPERS_H
#define HELPERS_H

void helpers_syncobj(void);
void helpers_sw_sync(void);
void helpers_vgem(void);
void helpers_dmabuf(void);
void helpers_device(void);
void helpers_process(void);
void helpers_modules(void);
void helpers_panfrost(void);

#endif

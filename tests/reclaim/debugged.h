/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs in a process that is looked at by a debugger, or that dumps core.
 */
#ifndef RECLAIM_DEBUGGED_H
#define RECLAIM_DEBUGGED_H

struct gem_device;

void debugged_by_another(struct gem_device *dev);
void debugged_by_core_dump(struct gem_device *dev);

#endif

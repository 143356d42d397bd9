/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of who may give advice, and whom it binds.
 */
#ifndef RECLAIM_OWNERS_H
#define RECLAIM_OWNERS_H

struct gem_device;

void owners_need_no_privilege(struct gem_device *dev);
void owners_share_advice_with_children(struct gem_device *dev);
void owners_share_advice_between_files(struct gem_device *dev);
void owners_closing_keeps_advice(struct gem_device *dev);

#endif

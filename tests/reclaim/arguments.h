/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of how the madvise ioctl reads its arguments and writes its answer.
 */
#ifndef RECLAIM_ARGUMENTS_H
#define RECLAIM_ARGUMENTS_H

struct gem_device;

void arguments_must_be_in_memory(struct gem_device *dev);
void arguments_may_be_shorter_or_longer(struct gem_device *dev);
void arguments_keep_no_old_answer(struct gem_device *dev);

#endif

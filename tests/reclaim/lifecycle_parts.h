/* SPDX-License-Identifier: MIT */
/**
 * What scenarios of drivers that come and go are made of.
 */
#ifndef RECLAIM_LIFECYCLE_PARTS_H
#define RECLAIM_LIFECYCLE_PARTS_H

#include "igt_binding.h"
#include "reclaim/igt_shrinker.h"
#include "reclaim/lifecycle.h"

/** Skip if somebody else has the device, who would be left with one that is gone. */
void lifecycle_require_alone(const struct igt_binding *binding);

/** The device can be used: a BO is made, lent and purged. */
void lifecycle_assert_works(struct lifecycle_device device, const char *claim);

/** The kernel has no such shrinker any more, or loses it soon. */
void lifecycle_assert_shrinker_gone(const struct igt_shrinker *shrinker, const char *claim);

/** Load the driver's module again when the subtest ends, however it ends. */
void lifecycle_load_at_subtest_end(const struct igt_binding *binding);

#endif

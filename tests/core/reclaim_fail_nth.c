/* SPDX-License-Identifier: MIT */
/**
 * Allocations that fail one after the other, in simple ioctls.
 */
#include "core/reclaim.h"
#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_sentinel.h"

#define SETTING "/sys/kernel/debug/failslab/ignore-gfp-wait"

static void each_allocation_fails(struct gem_device *dev)
{
	struct igt_fail_nth fail;
	unsigned int runs = 0, created = 0;

	igt_each_failure(&fail, "creating a BO") {
		uint32_t handle = 0;

		runs++;
		if (igt_failing(&fail, dev->ops->bo_create(dev->fd, MiB(1), &handle)) < 0)
			continue;
		created++;
		gem_bo_free(gem_bo_adopt(dev, handle, MiB(1)));
	}
	igt_assert(fail.over);
	/* Without a failure it was run at the start and at the end. */
	igt_assert_eq_u32(runs, fail.failed + fail.survived + 2);
	igt_assert_eq_u32(created, fail.survived + 2);
	/* An object, its pages' list and a message for the host are the least. */
	igt_assert_lte_u32(3, fail.times[ENOMEM]);
	igt_assert_eq_u32(fail.times[0], fail.survived);
	for (int error = 1; error < IGT_ERRNOS; error++)
		fail.failed -= fail.times[error];
	igt_assert_eq_u32(fail.failed, 0);
}

static void settings_are_put_back(void)
{
	_cleanup_free_ char *text = NULL;

	igt_assert_eq(igt_file_read(SETTING, &text), 0);
	igt_assert_f(strcmp(text, "Y\n") == 0, "%s is %s", SETTING, text);
}

/* A call that would fail in any case is no use: that shows in its first run. */
static void call_that_fails_by_itself(struct gem_device *dev)
{
	struct igt_fail_nth fail;
	uint32_t retained = 0;

	igt_each_failure(&fail, "advice for no BO")
		igt_failing(&fail, gem_madvise_raw(dev, 0, GEM_WILLNEED, &retained));
}

void reclaim_fail_nth(void)
{
	static struct gem_device *dev;

	igt_fixture()
		dev = gem_device_open(DRIVER_VIRTIO);

	igt_describe("Creating a BO fails with ENOMEM for each allocation in it, and then does not");
	igt_subtest("each-allocation-fails")
		igt_watch_kernel("allocations fail while BOs are created")
			each_allocation_fails(dev);

	igt_describe("The kernel's settings are as they were");
	igt_subtest("fault-settings-are-put-back")
		settings_are_put_back();

	igt_describe("This one fails: the call does so without any injected fault");
	igt_subtest("call-fails-by-itself")
		call_that_fails_by_itself(dev);

	igt_fixture()
		gem_device_close(dev);
}

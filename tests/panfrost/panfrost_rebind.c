/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost rebind
 * Description: That a GPU is as good as new after its driver was taken off and put on again.
 *
 * The kernel promises: with the first job after a driver was bound the GPU does all it can, and
 * it sleeps when it is idle, however often it was bound.
 *
 * Since: Linux 5.2.
 *
 * Needs: a Mali GPU with panfrost that nobody else uses, a real one or the software Mali of
 * kernel/mali-model; root; CONFIG_PM. It is the last of the panfrost tests, since a kernel that
 * does not hold the second promise keeps the GPU awake from then on.
 */
#include <errno.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_binding.h"
#include "igt_klog.h"
#include "igt_panfrost.h"
#include "mali/panfrost_job.h"
#include "reclaim/lifecycle.h"

IGT_TEST_DESCRIPTION("Unbinding and binding of panfrost");

/* What probing tells of that a board need not have, and what a hang leaves in the log. */
#define PROBE_LINES "regulator|of_node|gpu sched timeout|BO has no sgt"

/*
 * Take the driver off and put it on. A file that is open meanwhile would be left with a device
 * that is gone, so nobody may have one.
 */
static void rebind(void)
{
	struct gem_device *dev = gem_device_open(DRIVER_PANFROST);
	const struct igt_binding binding = igt_binding_find(dev->fd, "panfrost");

	gem_device_close(dev);
	igt_emit_ignore_dmesg_regex(PROBE_LINES);
	errno = 0;
	igt_require_f(igt_wait(igt_binding_users(&binding) == 0, 2000, 10),
		      "Somebody uses the GPU, or it cannot be seen: the driver is left alone\n");
	igt_unbind(&binding);
	igt_bind(&binding);
}

/**
 * A heap grows with the first job there ever is. The GPU goes to sleep 50 ms after the driver took
 * it, and would wake with its interrupts on. B162: until then they were off.
 */
static void heap_grows_after_probe(void)
{
	struct panfrost_job *job;
	struct gem_device *dev;
	struct gem_bo *heap;

	rebind();
	dev = gem_device_open(DRIVER_PANFROST);
	heap = panfrost_heap(dev, MiB(2));
	job = panfrost_job_new(dev);
	mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(heap), 1);
	panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
	panfrost_assert_done_promptly(job, "a heap grows with the first job after the driver took "
				      "the GPU");
}

/** B167: unbinding left the GPU with a user who never went. */
static void gpu_sleeps_after_rebind(void)
{
	struct gem_device *dev = gem_device_open(DRIVER_PANFROST);

	errno = 0;
	igt_require_f(panfrost_rest(dev), "The GPU does not go to sleep when it is idle "
		      "(CONFIG_PM; or the driver was bound again on a kernel that is wrong)\n");
	gem_device_close(dev);
	rebind();
	dev = gem_device_open(DRIVER_PANFROST);
	errno = 0;
	igt_assert_f(panfrost_rest(dev), "the GPU does not go to sleep when idle after the "
		     "driver was bound again\n");
}

/* A scenario of any driver. */
static void watched(void (*scenario)(struct lifecycle_device device))
{
	igt_emit_ignore_dmesg_regex(PROBE_LINES);
	scenario((struct lifecycle_device){DRIVER_PANFROST, "panfrost"});
}

int igt_main()
{
	igt_describe("The GPU goes to sleep when it is idle, also after the driver was bound again");
	igt_subtest("gpu-sleeps-after-rebind")
		gpu_sleeps_after_rebind();

	igt_describe("A heap grows at once with the first job after the driver was bound");
	igt_subtest("heap-grows-after-probe")
		heap_grows_after_probe();

	igt_describe("A device has one shrinker, which goes when the driver is taken off");
	igt_subtest("shrinker-goes-with-driver")
		watched(lifecycle_shrinker_goes_with_driver);

	igt_describe("A driver that runs out of memory in its probe leaves nothing behind");
	igt_subtest("failed-probes-leave-nothing")
		watched(lifecycle_failed_probes_leave_nothing);

	igt_describe("The driver can be unloaded after its BOs have been in all states");
	igt_subtest("module-unloads")
		watched(lifecycle_module_unloads);
}

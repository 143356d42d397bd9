/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio rebind
 * Description: What becomes of BOs and of their shrinker when virtio-gpu comes and goes.
 *
 * The kernel promises: a driver can be taken off its device at any time, and unloaded when nobody
 * uses it. BOs that are left can be touched and closed. The shrinker goes with the last of them,
 * and there is never more than one for a device.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu device that nobody else uses; root, debugfs, CONFIG_SHRINKER_DEBUG,
 * CONFIG_SWAP and CONFIG_ZRAM; the driver as a module, to be unloaded; for claims about two devices
 * a second virtio-gpu, or a Mali GPU with panfrost.
 */
#include "drmtest.h"
#include "gem/gem_device.h"
#include "igt.h"
#include "igt_kms.h"
#include "reclaim/lifecycle.h"

IGT_TEST_DESCRIPTION("Unbinding, binding and unloading of virtio-gpu");

static const struct lifecycle_device virtio = {DRIVER_VIRTIO, "virtio_gpu"};
static const struct lifecycle_device panfrost = {DRIVER_PANFROST, "panfrost"};

static void shrinker(void)
{
	igt_describe("A scan for one virtio-gpu's BOs leaves another's alone");
	igt_subtest("devices-are-apart")
		lifecycle_devices_are_apart(virtio, virtio);

	igt_describe("A scan for virtio-gpu's BOs leaves panfrost's alone");
	igt_subtest("drivers-are-apart")
		lifecycle_devices_are_apart(virtio, panfrost);

	igt_describe("A device has one shrinker, which goes when the driver is taken off");
	igt_subtest("shrinker-goes-with-driver")
		lifecycle_shrinker_goes_with_driver(virtio);

	igt_describe("BOs that outlive the driver can be touched, scanned for and closed");
	igt_subtest("unbind-under-mappings-is-safe")
		lifecycle_unbind_under_mappings(virtio);

	igt_describe("The driver can be unloaded after its BOs have been in all states");
	igt_subtest("module-unloads")
		lifecycle_module_unloads(virtio);

	igt_describe("Users who do all they can when the driver is taken off are told so, and end");
	igt_subtest("unbind-under-users-is-safe")
		lifecycle_unbind_under_users(virtio);

	igt_describe("The driver can be unloaded as soon as its users have closed, however they do");
	igt_subtest("unload-beside-closing-is-safe")
		lifecycle_unload_beside_closing(virtio);
}

int igt_main()
{
	/*
	 * What the console draws meanwhile is another matter, of
	 * unbind-while-making-leaves-nothing.
	 */
	igt_fixture()
		kmstest_set_vt_graphics_mode();

	igt_describe("BOs made at the moment when the driver is taken off leave nothing behind");
	igt_subtest("unbind-while-making-leaves-nothing")
		lifecycle_unbind_while_making(virtio);

	igt_subtest_group() {
		igt_fixture() {
			struct gem_device *dev = gem_device_open(DRIVER_VIRTIO);

			gem_require_madvise(dev);
			gem_device_close(dev);
		}

		shrinker();
	}
}

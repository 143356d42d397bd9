/* SPDX-License-Identifier: MIT */
/**
 * What the kernel shows of a device, and what its master may do: on virtio-gpu.
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "core/helpers.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_debugfs.h"
#include "igt_device.h"
#include "igt_dir.h"
#include "igt_drm_fdinfo.h"
#include "igt_kms.h"
#include "igt_params.h"
#include "igt_sysfs.h"
#include "ioctl_wrappers.h"

static int gpu = -1;

static void sysfs_has_the_device(void)
{
	_cleanup_close_ int dir = igt_sysfs_open(gpu);
	_cleanup_free_ char *numbers = NULL;
	unsigned int major_number = 0, minor_number = 99;
	struct stat st;
	char path[128];

	igt_assert_fd(dir);
	igt_assert(igt_sysfs_path(gpu, path, sizeof(path)));
	igt_assert(igt_sysfs_has_attr(dir, "dev"));
	numbers = igt_sysfs_get(dir, "dev");
	igt_assert(numbers && strncmp(numbers, "226:", 4) == 0);
	igt_assert_eq(igt_sysfs_scanf(dir, "dev", "%u:%u", &major_number, &minor_number), 2);
	igt_assert_eq(fstat(gpu, &st), 0);
	igt_assert_eq_u32(major_number, major(st.st_rdev));
	igt_assert_eq_u32(minor_number, minor(st.st_rdev));
	/* Read only. */
	igt_assert(!igt_sysfs_set(dir, "dev", "1:1"));
}

static void debugfs_has_the_device(void)
{
	_cleanup_close_ int dir = igt_debugfs_dir(gpu), render = drm_reopen(gpu, true);
	_cleanup_close_ int name = igt_debugfs_open(gpu, "name", O_RDONLY);
	char path[128], of_render[128], text[256];

	igt_require_f(igt_debugfs_mount(), "debugfs cannot be mounted: run as root\n");
	igt_assert_fd(dir);
	igt_assert_fd(name);
	igt_assert(igt_debugfs_path(gpu, path, sizeof(path)));
	/* Both nodes are one device. */
	igt_assert(igt_debugfs_path(render, of_render, sizeof(of_render)));
	igt_assert(strcmp(path, of_render) == 0);
	igt_debugfs_read(gpu, "name", text);
	igt_assert(strstr(text, "virtio_gpu"));
	__igt_debugfs_read(gpu, "name", text, 7);
	igt_assert(strcmp(text, "virtio") == 0);
	igt_debugfs_simple_read(dir, "name", text, sizeof(text));
	igt_assert(strstr(text, "virtio_gpu"));
	igt_assert(igt_debugfs_exists(gpu, "name", O_RDONLY));
	igt_assert(!igt_debugfs_exists(gpu, "no-such-file", O_RDONLY));
	igt_assert(igt_debugfs_search(gpu, "name", "virtio_gpu"));
	igt_assert(!igt_debugfs_search(gpu, "name", "panfrost"));
	igt_debugfs_dump(gpu, "name");
}

static void every_file_can_be_read(void)
{
	_cleanup_close_ int sysfs = igt_sysfs_open(gpu), debugfs = igt_debugfs_dir(gpu);
	char path[128];

	igt_assert_eq(igt_dir_process_files_simple(sysfs), 0);
	igt_assert_eq(igt_dir_process_files_simple(debugfs), 0);
	igt_assert_eq(igt_dir_get_fd_path(debugfs, path, sizeof(path)), 0);
	igt_assert(strncmp(path, "/sys/kernel/debug/dri/", 22) == 0);
}

static void parameters_are_read(void)
{
	_cleanup_close_ int dir = igt_params_open(gpu);
	_cleanup_free_ char *modeset = NULL;

	igt_assert_fd(dir);
	modeset = __igt_params_get(gpu, "modeset");
	igt_assert(modeset && strcmp(modeset, "-1") == 0);
	igt_assert(!__igt_params_get(gpu, "no-such-parameter"));
	/* It is not one that can be changed. */
	igt_assert(!igt_params_set(gpu, "modeset", "%d", 1));
	igt_assert(!igt_params_save_and_set(gpu, "modeset", "%d", 1));
}

static void fdinfo_tells_memory(void)
{
	static const char *regions[] = {"memory"};
	struct drm_client_fdinfo before, after;
	_cleanup_close_ int file = drm_reopen(gpu, false);
	uint64_t size;
	uint32_t handle;

	igt_assert_fd(file);
	igt_require_f(igt_parse_drm_fdinfo(file, &before, NULL, 0, regions, 1) >= 2,
		      "the driver tells nothing in fdinfo: the kernel is older than 6.8\n");
	igt_assert(strcmp(before.driver, "virtio_gpu") == 0);
	igt_require_f(before.num_regions, "the driver tells no memory in fdinfo: it lacks the "
		      "series\n");
	handle = kmstest_dumb_create(file, 256, 256, 32, NULL, &size);
	igt_assert_lte(2, (int)igt_parse_drm_fdinfo(file, &after, NULL, 0, regions, 1));
	igt_assert_eq_u64(after.region_mem[0].total - before.region_mem[0].total, size);
	igt_assert(before.id == after.id);
	kmstest_dumb_destroy(file, handle);
}

static void master_comes_and_goes(void)
{
	_cleanup_close_ int other = drm_reopen(gpu, false);

	igt_assert_fd(other);
	igt_device_set_master(gpu);
	igt_assert_eq(__igt_device_set_master(other), -EBUSY);
	igt_assert_eq(__igt_device_drop_master(other), -EINVAL);
	igt_device_drop_master(gpu);
	igt_device_set_master(other);
	igt_assert_eq(__igt_device_drop_master(other), 0);
	igt_device_set_master(gpu);
}

static void framebuffer_is_made(void)
{
	unsigned int stride;
	uint32_t handle = kmstest_dumb_create(gpu, 64, 64, 32, &stride, NULL), fb = 0;
	uint32_t strides[4] = {stride}, none[4] = {0};

	igt_assert_eq(__kms_addfb(gpu, handle, 64, 64, DRM_FORMAT_XRGB8888, 0, strides, NULL, 1, 0,
				  &fb), 0);
	igt_assert_neq_u32(fb, 0);
	igt_assert_eq(drmModeRmFB(gpu, fb), 0);
	igt_assert_eq(__kms_addfb(gpu, handle, 64, 64, DRM_FORMAT_XRGB8888, 0, none, NULL, 1, 0,
				  &fb), -EINVAL);
	kmstest_dumb_destroy(gpu, handle);
}

static void console_leaves_the_screen(void)
{
	_cleanup_close_ int tty = open("/dev/tty0", O_RDWR | O_CLOEXEC | O_NOCTTY);
	long mode = -1;

	igt_require_f(tty >= 0, "there is no console\n");
	kmstest_set_vt_graphics_mode();
	kmstest_set_vt_graphics_mode();
	igt_assert_eq(ioctl(tty, KDGETMODE, &mode), 0);
	igt_assert_eq((int)mode, KD_GRAPHICS);
	kmstest_restore_vt_mode();
	igt_assert_eq(ioctl(tty, KDGETMODE, &mode), 0);
	igt_assert_eq((int)mode, KD_TEXT);
}

static void driver_has_a_name(void)
{
	char name[32];
	int fd;

	igt_assert_eq(__get_drm_device_name(gpu, name, sizeof(name)), 0);
	igt_assert(strcmp(name, "virtio_gpu") == 0);
	igt_assert_eq_u32((unsigned int)drm_get_chipset(gpu), DRIVER_VIRTIO);
	igt_assert(!is_i915_device(gpu));
	/* virtio-gpu is none of DRIVER_ANY, unless it is asked for by name. */
	__set_forced_driver("virtio_gpu");
	fd = __drm_open_driver(DRIVER_ANY);
	__set_forced_driver(NULL);
	igt_assert_fd(fd);
	igt_assert_eq_u32((unsigned int)drm_get_chipset(fd), DRIVER_VIRTIO);
	igt_assert_eq(__drm_close_driver(fd), 0);
}

static void drivers_are_opened(void)
{
	int fd = drm_open_driver_render(DRIVER_VIRTIO);

	igt_assert_eq(drmGetNodeTypeFromFd(fd), DRM_NODE_RENDER);
	igt_assert_eq(drm_close_driver(fd), 0);
	fd = __drm_open_driver_another(0, DRIVER_VIRTIO);
	igt_assert_eq(drmGetNodeTypeFromFd(fd), DRM_NODE_PRIMARY);
	igt_assert_eq(drm_close_driver(fd), 0);
	/* There is one, and none of the others. */
	igt_assert_eq(__drm_open_driver_another(1, DRIVER_VIRTIO), -1);
	igt_assert_eq(__drm_open_driver_render(DRIVER_INTEL), -1);
	igt_assert_eq(__drm_open_driver(DRIVER_INTEL | DRIVER_VC4), -1);
	igt_assert_eq(drm_load_module(DRIVER_VIRTIO), 0);
	errno = 0;
}

static void master_is_opened(void)
{
	int fd;

	/* The file of this group is master since it was opened. */
	igt_device_drop_master(gpu);
	fd = drm_open_driver_master(DRIVER_VIRTIO);
	igt_assert_eq(__igt_device_set_master(gpu), -EBUSY);
	igt_assert_eq(__drm_close_driver(fd), 0);
	igt_device_set_master(gpu);
}

void helpers_device(void)
{
	igt_fixture()
		gpu = drm_open_driver(DRIVER_VIRTIO);

	igt_describe("igt_sysfs_open() and its relatives lead to the device");
	igt_subtest("sysfs-has-the-device")
		sysfs_has_the_device();

	igt_describe("igt_debugfs_dir() and its relatives lead to the device, by either node");
	igt_subtest("debugfs-has-the-device")
		debugfs_has_the_device();

	igt_describe("igt_dir_process_files_simple() comes to an end");
	igt_subtest("every-file-can-be-read")
		every_file_can_be_read();

	igt_describe("igt_params_open() leads to the parameters of the driver");
	igt_subtest("parameters-are-read")
		parameters_are_read();

	igt_describe("igt_parse_drm_fdinfo() tells the size of a BO");
	igt_subtest("fdinfo-tells-memory")
		fdinfo_tells_memory();

	igt_describe("igt_device_set_master() and igt_device_drop_master()");
	igt_subtest("master-comes-and-goes")
		master_comes_and_goes();

	igt_describe("__get_drm_device_name() and its relatives");
	igt_subtest("driver-has-a-name")
		driver_has_a_name();

	igt_describe("__drm_open_driver() and its relatives open the node that is asked for");
	igt_subtest("drivers-are-opened")
		drivers_are_opened();

	igt_describe("drm_open_driver_master() makes it master");
	igt_subtest("master-is-opened")
		master_is_opened();

	igt_describe("__kms_addfb() makes a framebuffer, or tells why not");
	igt_subtest("framebuffer-is-made")
		framebuffer_is_made();

	igt_describe("kmstest_set_vt_graphics_mode() and kmstest_restore_vt_mode()");
	igt_subtest("console-leaves-the-screen")
		console_leaves_the_screen();

	igt_fixture()
		drm_close_driver(gpu);
}

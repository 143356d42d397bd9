/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_device_filter.h"
#include "igt_wire.h"
#include "run_tester.h"

static void parses_both_forms(void **state)
{
	struct igt_device_filter filter;
	const char *why = NULL;

	assert_int_equal(igt_device_filter_parse("drm:/dev/dri/card0", &filter, &why), 0);
	assert_int_equal(filter.kind, IGT_FILTER_DRM);
	assert_string_equal(filter.path, "/dev/dri/card0");
	assert_int_equal(igt_device_filter_parse("sys:/sys/devices/x", &filter, &why), 0);
	assert_int_equal(filter.kind, IGT_FILTER_SYS);
	assert_string_equal(filter.path, "/sys/devices/x");
	assert_null(why);
}

static void refuses_other_forms(void **state)
{
	static const char *const refused[] = {
		"pci:vendor=8086", "sriov:", "device:driver=x", "drm:", "drm:card0", "card0", "",
	};

	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct igt_device_filter filter = {.path = "untouched"};
		const char *why = NULL;

		assert_int_equal(igt_device_filter_parse(refused[i], &filter, &why), -EINVAL);
		assert_non_null(why);
		assert_string_equal(filter.path, "untouched");
	}
}

static void keeps_a_list(void **state)
{
	const char *why = NULL;

	assert_null(igt_device_filter_get(0));
	assert_int_equal(igt_device_filter_add("drm:/a;bad", &why), -EINVAL);
	assert_null(igt_device_filter_get(0));
	assert_int_equal(igt_device_filter_add("drm:/a;sys:/b", &why), 0);
	assert_int_equal(igt_device_filter_add("drm:/c", &why), 0);
	assert_string_equal(igt_device_filter_get(0)->path, "/a");
	assert_string_equal(igt_device_filter_get(1)->path, "/b");
	assert_string_equal(igt_device_filter_get(2)->path, "/c");
	assert_null(igt_device_filter_get(3));
	assert_int_equal(igt_device_filter_add("", &why), -EINVAL);
}

/* Make a sysfs with two GPUs, as a tree of directories and links below a new directory. */
static char *fake_sysfs(void)
{
	char *root = strdup("/tmp/igt-sysfs-XXXXXX"), command[1024];

	assert_non_null(mkdtemp(root));
	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p class/drm devices/pci0/virtio0/drm/card1/card1-VGA-1 "
		 "devices/pci0/virtio0/drm/renderD128 devices/pci00/drm/card0 && cd class/drm && "
		 "ln -s ../../devices/pci0/virtio0/drm/* ../../devices/pci00/drm/* "
		 "../../devices/pci0/virtio0/drm/card1/card1-VGA-1 .",
		 root);
	assert_int_equal(system(command), 0);
	return root;
}

static void finds_nodes_in_sysfs(void **state)
{
	char *root = fake_sysfs(), path[256], command[64], *node = NULL;
	struct igt_device_filter filter = {.kind = IGT_FILTER_SYS, .path = path};

	snprintf(path, sizeof(path), "%s/devices/pci0", root);
	assert_int_equal(igt_device_filter_find(root, &filter, true, &node), 0);
	assert_string_equal(node, "/dev/dri/renderD128");
	free(node);
	assert_int_equal(igt_device_filter_find(root, &filter, false, &node), 0);
	assert_string_equal(node, "/dev/dri/card1");
	free(node);

	/* A node itself selects its device; the other GPU has no render node. */
	snprintf(path, sizeof(path), "%s/class/drm/card1", root);
	assert_int_equal(igt_device_filter_find(root, &filter, true, &node), 0);
	assert_string_equal(node, "/dev/dri/renderD128");
	free(node);
	snprintf(path, sizeof(path), "%s/devices/pci00", root);
	assert_int_equal(igt_device_filter_find(root, &filter, true, &node), -ENODEV);
	snprintf(path, sizeof(path), "%s/devices/none", root);
	assert_int_equal(igt_device_filter_find(root, &filter, false, &node), -ENODEV);

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
	free(root);
}

static void missing_device_is_a_skip(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "device", "--device", "drm:/dev/dri/none", NULL);

	assert_int_equal(run.code, IGT_EXIT_SKIP);
	assert_contains(run.out, "No primary node for device filter /dev/dri/none\n");
	assert_contains(run.out, "No known gpu found for chipset flags 0x6 (several)\n"
				 "Subtest needs-device: SKIP (0.000s)\n");
}

static void bad_filter_is_refused(void **state)
{
	_cleanup_run_ struct run option =
		run_tester(NULL, "device", "--device", "pci:card=0", NULL);
	_cleanup_run_ struct run environment = run_tester("IGT_DEVICE=pci:card=0", "device", NULL);
	_cleanup_run_ struct run list =
		run_tester("IGT_DEVICE=pci:card=0", "device", "--list-subtests", NULL);

	assert_int_equal(option.code, IGT_EXIT_INVALID);
	assert_contains(option.err, "this form is not supported");
	assert_int_equal(environment.code, IGT_EXIT_INVALID);
	assert_contains(environment.err, "this form is not supported");
	assert_int_equal(list.code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_both_forms),
		cmocka_unit_test(refuses_other_forms),
		cmocka_unit_test(keeps_a_list),
		cmocka_unit_test(finds_nodes_in_sysfs),
		cmocka_unit_test(missing_device_is_a_skip),
		cmocka_unit_test(bad_filter_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

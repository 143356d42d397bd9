/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
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

static struct igt_device_filter parsed(const char *text)
{
	struct igt_device_filter filter;
	const char *why = NULL;

	if (igt_device_filter_parse(text, &filter, &why) != 0)
		fail_msg("%s: %s", text, why);
	return filter;
}

static void parses_keys(void **state)
{
	struct igt_device_filter filter = parsed("pci:vendor=1AF4,device=0x1050,card=1");

	assert_int_equal(filter.kind, IGT_FILTER_PCI);
	assert_int_equal(filter.pci_vendor, 0x1af4);
	assert_int_equal(filter.pci_device, 0x1050);
	assert_int_equal(filter.card, 1);
	assert_int_equal(parsed("pci:vendor=Intel").pci_vendor, 0x8086);
	assert_string_equal(parsed("pci:slot=0000:00:02.0").slot, "0000:00:02.0");
	assert_int_equal(parsed("pci:").pci_vendor, 0);
	assert_int_equal(parsed("pci:card=all").card, IGT_FILTER_ALL);
	filter = parsed("sriov:vendor=8086,pf=2,vf=3");
	assert_int_equal(filter.kind, IGT_FILTER_SRIOV);
	assert_int_equal(filter.card, 2);
	assert_int_equal(filter.vf, 3);
	assert_int_equal(parsed("sriov:").vf, -1);
	filter = parsed("device:driver=panfrost,subsystem=platform,device=fde60000.gpu");
	assert_int_equal(filter.kind, IGT_FILTER_DEVICE);
	assert_string_equal(filter.driver, "panfrost");
	assert_string_equal(filter.subsystem, "platform");
	assert_string_equal(filter.name, "fde60000.gpu");
}

static void refuses_other_forms(void **state)
{
	static const char *const refused[] = {
		"drm:",
		"drm:card0",
		"card0",
		"",
		"sys:devices",
		"pci:8086",
		"pci:vendor=",
		"pci:vendor=10000",
		"pci:vendor=-1",
		"pci:vendor=ati",
		"pci:device=skl",
		"pci:card=-1",
		"pci:card=some",
		"pci:card=99999",
		"pci:slot=x",
		"pci:slot=0000:00:02.0.and.more",
		"pci:driver=x",
		"pci:pf=0",
		"sriov:slot=0000:00:02.0",
		"sriov:vf=x",
		"device:vendor=1",
		"device:driver=",
		"device:card",
		"device:subsystem=longer-than-any-subsystem-is-in-linux",
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

/*
 * A machine with a virtio-gpu and another PCI GPU with a virtual function, and an SoC's GPU; the
 * nodes were given out in yet another order.
 */
static const char make_machine[] =
	"mkdir -p class/drm bus/pci bus/platform bus/virtio drivers/virtio_gpu drivers/panfrost\n"
	"gpu() { # DEVICE SUBSYSTEM NODE...\n"
	"  mkdir -p $1; ln -sfn $PWD/bus/$2 $1/subsystem; d=$1; shift 2\n"
	"  for n; do mkdir -p $d/drm/$n; ln -s $PWD/$d/drm/$n class/drm/$n; done\n"
	"}\n"
	"pci() { echo $2 >$1/vendor; echo $3 >$1/device; }\n"
	"gpu devices/pci0/0000:00:02.0 pci; pci devices/pci0/0000:00:02.0 0x1af4 0x1050\n"
	"gpu devices/pci0/0000:00:02.0/virtio0 virtio card1 renderD128\n"
	"mkdir devices/pci0/0000:00:02.0/virtio0/drm/card1/card1-VGA-1\n"
	"ln -s $PWD/devices/pci0/0000:00:02.0/virtio0/drm/card1/card1-VGA-1 class/drm\n"
	"ln -s $PWD/drivers/virtio_gpu devices/pci0/0000:00:02.0/virtio0/driver\n"
	"gpu devices/pci0/0000:00:03.0 pci card10; pci devices/pci0/0000:00:03.0 0x8086 0x56a0\n"
	"gpu devices/pci0/0000:00:03.1 pci card0; pci devices/pci0/0000:00:03.1 0x8086 0x56a1\n"
	"echo 1 >devices/pci0/0000:00:03.0/sriov_numvfs\n"
	"ln -s ../0000:00:03.1 devices/pci0/0000:00:03.0/virtfn0\n"
	"gpu devices/fde60000.gpu platform card2 renderD129\n"
	"ln -s $PWD/drivers/panfrost devices/fde60000.gpu/driver\n"
	"gpu devices/headless platform renderD130\n";

/* Make it in a new directory. */
static char *fake_sysfs(void)
{
	char *root = strdup("/tmp/igt-sysfs-XXXXXX"), command[4096];

	assert_non_null(mkdtemp(root));
	snprintf(command, sizeof(command), "cd %s && set -e\n%s", root, make_machine);
	assert_int_equal(system(command), 0);
	return root;
}

static void remove_sysfs(char *root)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
	free(root);
}

/* What filters select there; "PATH" stands for the machine's sysfs. NULL: nothing. */
static const struct {
	const char *filter;
	const char *card;
	const char *render;
} selections[] = {
	{"sys:PATH/devices/pci0", "card0", "renderD128"},
	{"sys:PATH/devices/pci0/0000:00:02.0", "card1", "renderD128"},
	/* A node itself selects its device; not every device has both nodes. */
	{"sys:PATH/class/drm/card1", "card1", "renderD128"},
	{"sys:PATH/class/drm/renderD130", NULL, "renderD130"},
	{"sys:PATH/devices/pci0/0000:00:03.0", "card10", NULL},
	{"sys:PATH/devices/none", NULL, NULL},
	{"pci:", "card0", NULL},
	{"pci:card=1", "card1", "renderD128"},
	{"pci:card=2", "card10", NULL},
	{"pci:card=3", NULL, NULL},
	{"pci:vendor=virtio", "card1", "renderD128"},
	{"pci:vendor=8086", "card0", NULL},
	{"pci:vendor=8086,card=1", "card10", NULL},
	{"pci:vendor=8086,device=56a0", "card10", NULL},
	{"pci:vendor=1af4,device=56a0", NULL, NULL},
	{"pci:slot=0000:00:02.0", "card1", "renderD128"},
	{"pci:slot=0000:00:02.1", NULL, NULL},
	{"sriov:", "card10", NULL},
	{"sriov:vf=0", "card0", NULL},
	{"sriov:vf=1", NULL, NULL},
	{"sriov:pf=1", NULL, NULL},
	{"sriov:vendor=1af4", NULL, NULL},
	{"device:driver=panfrost", "card2", "renderD129"},
	{"device:driver=virtio_gpu", "card1", "renderD128"},
	{"device:subsystem=virtio", "card1", "renderD128"},
	{"device:subsystem=platform", "card2", "renderD129"},
	{"device:subsystem=platform,card=1", NULL, "renderD130"},
	{"device:subsystem=platform,driver=virtio_gpu", NULL, NULL},
	{"device:device=fde60000.gpu", "card2", "renderD129"},
	{"device:driver=pan", NULL, NULL},
	/* The tenth is behind the second. */
	{"device:card=2", "card2", "renderD129"},
	{"device:card=3", "card10", NULL},
};

static void check_node(const char *root, unsigned int i, const char *text, bool render,
		       const char *expected)
{
	struct igt_device_filter filter = parsed(text);
	char *node = NULL, path[64] = "nothing";
	int r = igt_device_filter_find(root, &filter, 0, render, &node);

	if (expected)
		snprintf(path, sizeof(path), "/dev/dri/%s", expected);
	if (r != (expected ? 0 : -ENODEV) || strcmp(node ?: "nothing", path) != 0)
		fail_msg("%s: %s node is %s (%d), expected %s", selections[i].filter,
			 render ? "render" : "primary", node ?: "nothing", r, path);
	free(node);
}

static void finds_nodes_in_sysfs(void **state)
{
	char *root = fake_sysfs();

	for (unsigned int i = 0; i < ARRAY_SIZE(selections); i++) {
		const char *filter = selections[i].filter, *place = strstr(filter, "PATH");
		char text[256];

		if (place)
			snprintf(text, sizeof(text), "%.*s%s%s", (int)(place - filter), filter,
				 root, place + 4);
		else
			snprintf(text, sizeof(text), "%s", filter);
		check_node(root, i, text, false, selections[i].card);
		check_node(root, i, text, true, selections[i].render);
	}
	remove_sysfs(root);
}

static void all_is_one_after_the_other(void **state)
{
	static const char *const nodes[] = {"card2", "card0", "card1", "card10", "card1"};
	char *root = fake_sysfs(), *node = NULL;
	const char *why = NULL;
	unsigned int before = 0; /* filters of the other test */

	while (igt_device_filter_get(before))
		before++;
	assert_int_equal(igt_device_filter_add("device:driver=panfrost;pci:card=all;pci:card=1",
					       &why),
			 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++) {
		assert_int_equal(igt_device_filter_find_index(root, before + i, false, &node), 0);
		assert_string_equal(node + strlen("/dev/dri/"), nodes[i]);
		free(node);
	}
	assert_int_equal(igt_device_filter_find_index(root, before + ARRAY_SIZE(nodes), false,
						      &node),
			 -ENODEV);
	remove_sysfs(root);
}

static void missing_device_is_a_skip(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "device", "--device", "drm:/dev/dri/none", NULL);

	assert_int_equal(run.code, IGT_EXIT_SKIP);
	assert_contains(run.out, "No primary node for device 0 of the device filters\n");
	assert_contains(run.out, "No known gpu found for chipset flags 0x6 (several)\n"
				 "Subtest needs-device: SKIP (0.000s)\n");
}

static void bad_filter_is_refused(void **state)
{
	_cleanup_run_ struct run option =
		run_tester(NULL, "device", "--device", "pci:card=x", NULL);
	_cleanup_run_ struct run environment = run_tester("IGT_DEVICE=pci:card=x", "device", NULL);
	_cleanup_run_ struct run list =
		run_tester("IGT_DEVICE=pci:card=x", "device", "--list-subtests", NULL);

	assert_int_equal(option.code, IGT_EXIT_INVALID);
	assert_contains(option.err, "card= takes a number from 0, or all");
	assert_int_equal(environment.code, IGT_EXIT_INVALID);
	assert_contains(environment.err, "card= takes a number from 0, or all");
	assert_int_equal(list.code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_both_forms),
		cmocka_unit_test(parses_keys),
		cmocka_unit_test(refuses_other_forms),
		cmocka_unit_test(keeps_a_list),
		cmocka_unit_test(finds_nodes_in_sysfs),
		cmocka_unit_test(all_is_one_after_the_other),
		cmocka_unit_test(missing_device_is_a_skip),
		cmocka_unit_test(bad_filter_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

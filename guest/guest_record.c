// SPDX-License-Identifier: MIT
#include "guest_results.h"

#include "guest_arch.h"
#include "guest_gpu.h"
#include "guest_util.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

static void add_string(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, value ? json_object_new_string(value) : NULL);
}

/* Times and counts; what did not happen is null. */
static void add_number(struct json_object *to, const char *key, int64_t value)
{
	json_object_object_add(to, key, value < 0 ? NULL : json_object_new_int64(value));
}

static void add_list(struct json_object *to, const char *key, const char *const *values)
{
	struct json_object *list = json_object_new_array();

	for (; values && *values; values++)
		json_object_array_add(list, json_object_new_string(*values));
	json_object_object_add(to, key, list);
}

static struct json_object *devices_json(const GPtrArray *devices)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; devices && i < devices->len; i++)
		json_object_array_add(array, json_object_new_string(devices->pdata[i]));
	return array;
}

static struct json_object *record_json(const struct guest_record *record)
{
	const struct guest_story *story = record->story;
	const struct guest_gpu *gpu = record->machine->gpu;
	bool uml = record->machine->kind == GUEST_MACHINE_UML;
	struct json_object *root = json_object_new_object(), *times = json_object_new_object();

	add_string(root, "outcome", guest_outcome_name(story->outcome));
	add_string(root, "detail", story->detail);
	add_number(root, "exit_code", record->exit_code);
	add_string(root, "machine", uml ? "uml" : "qemu");
	add_string(root, "arch", record->machine->arch->name);
	add_string(root, "accel", uml ? NULL : record->machine->kvm ? "kvm" : "tcg");
	add_string(root, "gpu", uml ? NULL : guest_gpu_name(gpu->kind));
	add_string(root, "gpu_device", gpu->device);
	add_string(root, "display", gpu->display);
	add_string(root, "iommu", gpu->iommu);
	add_list(root, "expect", record->expect);
	add_string(root, "mali", record->mali);
	json_object_object_add(root, "drm_devices", devices_json(story->devices));
	add_string(root, "kernel_release", story->release);
	add_string(root, "kernel_image", record->machine->kernel);
	add_string(root, "qemu_version", story->qemu_version);
	add_number(root, "mem_bytes", (int64_t)record->machine->mem_bytes);
	add_number(root, "cpus", record->machine->cpus);
	add_number(root, "subtests", record->expected);
	add_number(root, "verdicts", record->verdicts);
	add_number(root, "runner_exit", story->runner_exit);
	add_number(root, "initramfs_bytes", record->initramfs_bytes);

	add_number(times, "initramfs", record->initramfs_ms);
	add_number(times, "boot", story->boot_ms);
	add_number(times, "first_verdict", story->first_verdict_ms);
	add_number(times, "total", record->total_ms);
	json_object_object_add(root, "times_ms", times);
	return root;
}

int guest_results_write_record(const char *dir, const struct guest_record *record)
{
	g_autofree char *path = g_build_filename(dir, GUEST_RESULTS_JSON, NULL);
	struct json_object *root = record_json(record);
	int r = json_object_to_file_ext(path, root,
					JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);

	json_object_put(root);
	return r < 0 ? -EIO : 0;
}

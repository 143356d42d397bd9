/* SPDX-License-Identifier: MIT */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

/* Drivers of GPUs, whose modules come and go. */
static const char *const modules[] = {
	"amdgpu",  "etnaviv", "i915", "lima", "mali_model", "msm",	  "nouveau", "panfrost",
	"panthor", "radeon",  "v3d",  "vc4",  "vgem",	    "virtio_gpu", "vkms",    "xe",
};

/* By bit; Documentation/admin-guide/tainted-kernels.rst. */
static const char *const taints[] = {
	"proprietary_module",
	"forced_module",
	"cpu_out_of_spec",
	"forced_rmmod",
	"machine_check",
	"bad_page",
	"user",
	"die",
	"overridden_acpi",
	"warn",
	"crap",
	"firmware_workaround",
	"oot_module",
	"unsigned_module",
	"soft_lockup",
	"livepatch",
	"aux",
	"randstruct",
	"test",
	"fwctl",
};

static void add(GHashTable *facts, const char *group, const char *name, const char *value)
{
	g_hash_table_insert(facts, g_strconcat(group, name, NULL), g_strdup(value));
}

/* The text of a small file without its newline, or NULL. */
static char *read_word(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	return g_strstrip(text);
}

/* Names in a directory; empty if there is none. */
static GPtrArray *names_in(const char *path)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	return names;
}

static void add_modules(const char *root, GHashTable *facts)
{
	for (size_t i = 0; i < G_N_ELEMENTS(modules); i++) {
		g_autofree char *path = g_strconcat(root, "/sys/module/", modules[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			add(facts, "kernel.kmod_is_loaded.", modules[i], "true");
	}
}

static void add_taints(const char *root, GHashTable *facts)
{
	g_autofree char *dir = g_strconcat(root, "/proc/sys/kernel", NULL);
	g_autofree char *text = read_word(dir, "tainted");
	unsigned long long taint = text ? strtoull(text, NULL, 10) : 0;

	for (size_t i = 0; i < G_N_ELEMENTS(taints); i++)
		if (taint & 1ULL << i)
			add(facts, "kernel.is_tainted.taint_", taints[i], "true");
}

static void add_pci_gpus(const char *root, GHashTable *facts)
{
	g_autofree char *bus = g_strconcat(root, "/sys/bus/pci/devices", NULL);
	g_autoptr(GPtrArray) addresses = names_in(bus);

	for (unsigned i = 0; i < addresses->len; i++) {
		const char *address = g_ptr_array_index(addresses, i);
		g_autofree char *dir = g_build_filename(bus, address, NULL);
		g_autofree char *class = read_word(dir, "class");
		g_autofree char *vendor = read_word(dir, "vendor");
		g_autofree char *device = read_word(dir, "device");
		g_autofree char *id = NULL;

		/* A display controller of any kind. */
		if (!class || !g_str_has_prefix(class, "0x03") || !vendor || !device)
			continue;
		id = g_strdup_printf("%s:%s", vendor, device);
		add(facts, "hardware.pci.gpu_at_addr.", address, id);
	}
}

/* The last part of what a link points to, or NULL. */
static char *link_name(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *target = g_file_read_link(path, NULL);

	return target ? g_path_get_basename(target) : NULL;
}

/* GPUs that are on no bus with addresses have cards, too. */
static void add_cards(const char *root, GHashTable *facts)
{
	g_autofree char *class = g_strconcat(root, "/sys/class/drm", NULL);
	g_autoptr(GPtrArray) names = names_in(class);

	for (unsigned i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *card = g_build_filename(class, name, NULL);
		g_autofree char *device = g_build_filename(card, "device", NULL);
		g_autofree char *driver = link_name(device, "driver");
		g_autofree char *bus = link_name(device, "subsystem");
		g_autofree char *address = link_name(card, "device");

		/* Not its connectors, `card0-...`. */
		if (!g_str_has_prefix(name, "card") || strchr(name, '-') || !driver)
			continue;
		add(facts, "hardware.drm.driver_of.", name, driver);
		if (address && g_strcmp0(bus, "pci") == 0)
			add(facts, "hardware.pci.drm_card_at_addr.", address, name);
	}
}

GHashTable *facts_read(const char *root)
{
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	add_modules(root, facts);
	add_taints(root, facts);
	add_pci_gpus(root, facts);
	add_cards(root, facts);
	return facts;
}

static int compare_lines(const void *a, const void *b)
{
	/* Behind the word that says what happened. */
	return strcmp(strchr(*(char *const *)a, ' '), strchr(*(char *const *)b, ' '));
}

GPtrArray *facts_compare(GHashTable *before, GHashTable *after)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	void *name, *value;

	g_hash_table_iter_init(&iter, after);
	while (g_hash_table_iter_next(&iter, &name, &value)) {
		const char *old = g_hash_table_lookup(before, name);

		if (!old)
			g_ptr_array_add(
				lines, g_strdup_printf("new: %s: %s", (char *)name, (char *)value));
		else if (strcmp(old, value) != 0)
			g_ptr_array_add(lines, g_strdup_printf("changed: %s: %s -> %s",
							       (char *)name, old, (char *)value));
	}
	g_hash_table_iter_init(&iter, before);
	while (g_hash_table_iter_next(&iter, &name, &value))
		if (!g_hash_table_contains(after, name))
			g_ptr_array_add(lines, g_strdup_printf("deleted: %s: %s", (char *)name,
							       (char *)value));
	g_ptr_array_sort(lines, compare_lines);
	return lines;
}

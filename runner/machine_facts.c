/* SPDX-License-Identifier: MIT */
#include "machine_facts.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "fileio.h"
#include "utf8.h"

/* A file of /proc or /sys: never long, and some hold NULs. NULL if there is none. */
static char *read_small(const char *path, size_t *ret_len)
{
	char *text;
	gsize len;

	if (!g_file_get_contents(path, &text, &len, /* error= */ NULL))
		return NULL;
	*ret_len = len;
	return text;
}

/* One line, whatever @value holds; strings that end in NULs, as device trees have them, are a list.
 */
static void add_bytes(GString *text, const char *label, const char *value, size_t len)
{
	g_autofree char *clean = NULL;

	while (len > 0 && (value[len - 1] == '\0' || g_ascii_isspace(value[len - 1])))
		len--;
	if (len == 0)
		return;
	g_string_append_printf(text, "%s: ", label);
	for (const char *p = value; p < value + len;) {
		const char *nul = memchr(p, '\0', value + len - p);
		const char *end = nul ? nul : value + len;

		clean = utf8_from_bytes(p, end - p);
		g_string_append(text, g_strdelimit(clean, "\r\n\t", ' '));
		g_clear_pointer(&clean, g_free);
		if (nul)
			g_string_append(text, ", ");
		p = end + 1;
	}
	g_string_append_c(text, '\n');
}

static bool add_file(GString *text, const char *label, const char *path)
{
	size_t len;
	g_autofree char *value = read_small(path, &len);

	if (value)
		add_bytes(text, label, value, len);
	return value != NULL;
}

/* The rest of the first line of @path that begins with @key and a colon. */
static void add_key(GString *text, const char *label, const char *path, const char *key)
{
	size_t len;
	g_autofree char *content = read_small(path, &len);
	g_auto(GStrv) lines = g_strsplit(content ? content : "", "\n", /* max_tokens= */ -1);

	for (char **line = lines; *line; line++) {
		char *colon = strchr(*line, ':');

		if (!colon || !g_str_has_prefix(*line, key))
			continue;
		g_strstrip(colon + 1);
		add_bytes(text, label, colon + 1, strlen(colon + 1));
		return;
	}
}

/* `renderD129: panfrost, arm,mali-t860`: the driver, and what the device says it is. */
static void add_device(GString *text, const char *node)
{
	g_autofree char *driver_path = g_strdup_printf("/sys/class/drm/%s/device/driver", node);
	g_autofree char *driver = g_file_read_link(driver_path, /* error= */ NULL);
	g_autofree char *of_path =
		g_strdup_printf("/sys/class/drm/%s/device/of_node/compatible", node);
	g_autofree char *modalias_path = g_strdup_printf("/sys/class/drm/%s/device/modalias", node);
	size_t len = 0;
	g_autofree char *what = read_small(of_path, &len);
	g_autoptr(GString) value = g_string_new(NULL);

	if (driver)
		g_string_append(value, strrchr(driver, '/') ? strrchr(driver, '/') + 1 : driver);
	if (!what)
		what = read_small(modalias_path, &len);
	if (what && len > 0) {
		g_string_append(value, value->len > 0 ? ", " : "");
		g_string_append_len(value, what, len);
	}
	add_bytes(text, node, value->str, value->len);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_devices(GString *text)
{
	g_autoptr(GDir) dir = g_dir_open("/sys/class/drm", /* flags= */ 0, /* error= */ NULL);
	g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (g_str_has_prefix(name, "renderD"))
			g_ptr_array_add(nodes, g_strdup(name));
	g_ptr_array_sort(nodes, compare_names);
	for (unsigned i = 0; i < nodes->len; i++)
		add_device(text, g_ptr_array_index(nodes, i));
}

/* Two kernels of one release differ by it. */
static void add_config(GString *text)
{
	size_t len;
	g_autofree char *config = read_small("/proc/config.gz", &len);
	g_autofree char *sum = NULL;

	if (!config)
		return;
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)config, len);
	g_string_append_printf(text, "Kernel configuration: sha256 of /proc/config.gz %.16s\n",
			       sum);
}

char *machine_facts_text(void)
{
	GString *text = g_string_new(NULL);

	if (!add_file(text, "Model", "/proc/device-tree/model"))
		add_file(text, "Model", "/sys/class/dmi/id/product_name");
	add_file(text, MACHINE_FACT_COMPATIBLE, "/proc/device-tree/compatible");
	add_key(text, "Processor", "/proc/cpuinfo", "model name");
	g_string_append_printf(text, "Processors: %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
	g_string_append_printf(text, "Page size: %ld B\n", sysconf(_SC_PAGESIZE));
	add_key(text, "Memory", "/proc/meminfo", "MemTotal:");
	add_key(text, "Swap", "/proc/meminfo", "SwapTotal:");
	add_file(text, "Kernel command line", "/proc/cmdline");
	add_config(text);
	add_devices(text);
	return g_string_free(text, /* free_segment= */ FALSE);
}

int machine_facts_write(int results_fd, bool sync)
{
	g_autofree char *text = machine_facts_text();

	return file_write_at(results_fd, MACHINE_FACTS_FILE, text, FILE_TRUNCATE, sync);
}

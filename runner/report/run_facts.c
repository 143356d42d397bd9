/* SPDX-License-Identifier: MIT */
#include "report/run_facts.h"

#include <json-c/json.h>
#include <string.h>

#include "machine_facts.h"
#include "utf8.h"

static void fact_free(void *element)
{
	struct fact *fact = element;

	g_free(fact->label);
	g_free(fact->value);
	g_free(fact);
}

/* Takes over @value; nothing is added for NULL and "". */
static void add(GPtrArray *facts, const char *label, char *value)
{
	struct fact *fact;

	if (!value || *value == '\0') {
		g_free(value);
		return;
	}
	fact = g_new0(struct fact, 1);
	fact->label = g_strdup(label);
	fact->value = value;
	g_ptr_array_add(facts, fact);
}

const char *run_facts_find(const GPtrArray *facts, const char *label)
{
	for (unsigned i = 0; i < facts->len; i++) {
		const struct fact *fact = g_ptr_array_index(facts, i);

		if (strcmp(fact->label, label) == 0)
			return fact->value;
	}
	return NULL;
}

static double stamp(const struct report *report, const char *key)
{
	struct json_object *elapsed, *value;

	if (!json_object_object_get_ex(report->root, "time_elapsed", &elapsed) ||
	    !json_object_object_get_ex(elapsed, key, &value))
		return 0.0;
	return json_object_get_double(value);
}

static char *format_time(double seconds, const char *format)
{
	g_autoptr(GDateTime) time = seconds > 0.0 && seconds < 1e11
					    ? g_date_time_new_from_unix_utc((gint64)seconds)
					    : NULL;

	return time ? g_date_time_format(time, format) : NULL;
}

char *run_facts_start_time(const struct report *report)
{
	return format_time(stamp(report, "start"), "%Y-%m-%dT%H:%M:%SZ");
}

static char *duration(const struct report *report)
{
	double seconds = stamp(report, "end") - stamp(report, "start");
	unsigned whole;

	if (stamp(report, "start") <= 0.0 || !(seconds >= 0.0 && seconds < 1e8))
		return NULL;
	if (seconds < 60.0)
		return g_strdup_printf("%.1f s", seconds);
	whole = (unsigned)(seconds + 0.5);
	if (whole < 3600)
		return g_strdup_printf("%u min %u s", whole / 60, whole % 60);
	return g_strdup_printf("%u h %u min", whole / 3600, whole % 3600 / 60);
}

static char *suite_version(const struct report *report)
{
	for (unsigned i = 0; i < report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(report->entries, i);
		const char *version = entry->igt_version;

		if (version && strchr(version, ' ')) {
			version = strchr(version, ' ') + 1;
			return g_strndup(version, strcspn(version, " "));
		}
	}
	return NULL;
}

static char *command_line(const struct report *report)
{
	struct json_object *words;
	g_autoptr(GString) line = g_string_new(NULL);

	if (!json_object_object_get_ex(report->root, "cmdline", &words) ||
	    !json_object_is_type(words, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(words); i++) {
		const char *word = json_object_get_string(json_object_array_get_idx(words, i));
		g_autofree char *quoted = NULL;

		if (!word)
			continue;
		quoted = *word && word[strcspn(word, " \t\"'$\\|&;()<>*?[]`")] == '\0'
				 ? g_strdup(word)
				 : g_shell_quote(word);
		g_string_append_printf(line, "%s%s", line->len > 0 ? " " : "", quoted);
	}
	return g_strdup(line->str);
}

static void add_run(GPtrArray *facts, const struct report *report)
{
	add(facts, FACT_KERNEL, g_strdup(json_get_text(report->root, "uname")));
	add(facts, "Suite", suite_version(report));
	add(facts, FACT_STARTED, format_time(stamp(report, "start"), "%Y-%m-%d %H:%M:%S UTC"));
	add(facts, FACT_TOOK, duration(report));
}

static char *join_strings(struct json_object *array, const char *separator)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (size_t i = 0; i < json_object_array_length(array); i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(array, i));

		g_string_append_printf(line, "%s%s", line->len > 0 ? separator : "",
				       text ? text : "");
	}
	return g_strdup(line->str);
}

static void add_guest_text(GPtrArray *facts, const char *label, struct json_object *guest,
			   const char *key)
{
	add(facts, label, g_strdup(json_get_text(guest, key)));
}

static void add_guest(GPtrArray *facts, struct json_object *guest)
{
	const char *machine = json_get_text(guest, "machine");
	const char *accel = json_get_text(guest, "accel");
	const char *outcome = json_get_text(guest, "outcome");
	const char *detail = json_get_text(guest, "detail");
	struct json_object *value;

	if (machine)
		add(facts, "Guest",
		    g_strdup_printf("%s%s%s", machine, accel ? ", " : "", accel ? accel : ""));
	if (outcome && strcmp(outcome, "finished") != 0)
		add(facts, "Guest ended",
		    g_strdup_printf("%s%s%s", outcome, detail ? ": " : "", detail ? detail : ""));
	add_guest_text(facts, FACT_MALI, guest, "mali");
	add_guest_text(facts, "virtio-gpu", guest, "gpu");
	add_guest_text(facts, "QEMU", guest, "qemu_version");
	add_guest_text(facts, "Kernel image", guest, "kernel_image");
	if (json_object_object_get_ex(guest, "cpus", &value))
		add(facts, "Processors", g_strdup(json_object_get_string(value)));
	if (json_object_object_get_ex(guest, "mem_bytes", &value))
		add(facts, "Memory of the guest",
		    g_strdup_printf("%" G_GINT64_FORMAT " MiB",
				    (gint64)json_object_get_int64(value) >> 20));
	if (json_object_object_get_ex(guest, "drm_devices", &value) &&
	    json_object_is_type(value, json_type_array))
		add(facts, "DRM devices", join_strings(value, "; "));
	if (json_object_object_get_ex(guest, "expect", &value) &&
	    json_object_is_type(value, json_type_array))
		add(facts, "Expectations", join_strings(value, " "));
}

/* A file of the run as valid UTF-8, or NULL. Caller frees. */
static char *read_text(const struct folder *folder, const char *name)
{
	size_t len;
	g_autofree char *bytes = folder_read(folder, -1, name, &len);

	return bytes ? utf8_from_bytes(bytes, len) : NULL;
}

static void add_guest_file(GPtrArray *facts, const struct folder *folder)
{
	g_autofree char *text = read_text(folder, "guest.json");
	struct json_object *guest = text ? json_tokener_parse(text) : NULL;

	if (guest && json_object_is_type(guest, json_type_object))
		add_guest(facts, guest);
	json_object_put(guest);
}

static void add_machine_file(GPtrArray *facts, const struct folder *folder)
{
	g_autofree char *text = read_text(folder, MACHINE_FACTS_FILE);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", /* max_tokens= */ -1);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) pair = g_strsplit(*line, ": ", 2);

		if (pair[0] && pair[1] && !run_facts_find(facts, pair[0]))
			add(facts, pair[0], g_strdup(pair[1]));
	}
}

GPtrArray *run_facts_read(const struct report *report, const struct folder *folder)
{
	GPtrArray *facts = g_ptr_array_new_with_free_func(fact_free);

	add_run(facts, report);
	add_guest_file(facts, folder);
	add_machine_file(facts, folder);
	add(facts, "Command", command_line(report));
	return facts;
}

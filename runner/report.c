/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#include "fileio.h"
#include "log.h"

void report_free(struct report *report)
{
	if (!report)
		return;
	g_ptr_array_unref(report->entries);
	json_object_put(report->root);
	g_free(report);
}

bool report_has_run(const struct report *report, const char *name)
{
	for (unsigned i = 0; i < report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(report->entries, i);
		const char *own = entry->name;

		if (g_str_has_prefix(own, "igt@"))
			own += strlen("igt@");
		if (entry->verdict != VERDICT_SKIP && g_ascii_strcasecmp(own, name) == 0)
			return true;
	}
	return false;
}

static struct json_object *parse(const char *text, size_t len, const char **ret_error)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root = NULL;

	if (len > INT_MAX)
		*ret_error = "larger than 2 GiB";
	else
		root = json_tokener_parse_ex(tokener, text, (int)len);
	if (!root && len <= INT_MAX)
		*ret_error = json_tokener_get_error(tokener) == json_tokener_continue
				     ? "the file ends too early"
				     : json_tokener_error_desc(json_tokener_get_error(tokener));
	json_tokener_free(tokener);
	return root;
}

/* NULL unless the member is there and a string. */
static const char *get_string(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static double get_seconds(struct json_object *object)
{
	struct json_object *time, *end;

	if (!json_object_object_get_ex(object, "time", &time) ||
	    !json_object_object_get_ex(time, "end", &end))
		return 0.0;
	return json_object_get_double(end);
}

/* Entries without a result exist: files that hooks attached to a binary. */
static int add_entry(struct report *report, const char *name, struct json_object *object)
{
	const char *result = get_string(object, "result");
	enum verdict verdict = result ? verdict_from_name(result) : _VERDICT_INVALID;
	struct report_entry *entry;

	if (!result)
		return 0;
	if (verdict < 0) {
		log_error("results.json: test %s has the unknown result \"%s\"", name, result);
		return -EBADMSG;
	}
	entry = g_new0(struct report_entry, 1);
	entry->name = name;
	entry->verdict = verdict;
	entry->seconds = get_seconds(object);
	entry->texts.out = get_string(object, "out");
	entry->texts.err = get_string(object, "err");
	entry->texts.dmesg = get_string(object, "dmesg");
	entry->texts.warnings = get_string(object, "dmesg-warnings");
	g_ptr_array_add(report->entries, entry);
	report->counts[verdict]++;
	return 0;
}

static void count_hidden(struct report *report)
{
	struct json_object *totals, *all, *count;

	if (!json_object_object_get_ex(report->root, "totals", &totals) ||
	    !json_object_object_get_ex(totals, "", &all))
		return;
	for (int v = 0; v < _VERDICT_MAX; v++) {
		int64_t n;

		if (!json_object_object_get_ex(all, verdict_name(v), &count))
			continue;
		n = json_object_get_int64(count);
		if (n > report->counts[v] && n < UINT_MAX)
			report->hidden[v] = n - report->counts[v];
	}
}

static int add_entries(struct report *report, const char *path)
{
	struct json_object *tests;

	if (!json_object_object_get_ex(report->root, "tests", &tests) ||
	    !json_object_is_type(tests, json_type_object)) {
		log_error("%s/results.json has no \"tests\"; is it a results.json of a run?", path);
		return -EBADMSG;
	}
	json_object_object_foreach(tests, name, object)
	{
		int r = add_entry(report, name, object);

		if (r < 0)
			return r;
	}
	count_hidden(report);
	return 0;
}

int report_read(const char *path, struct report **ret)
{
	_cleanup_(report_freep) struct report *report = NULL;
	g_autofree char *file = g_build_filename(path, "results.json", NULL);
	g_autofree char *text = NULL;
	const char *error = NULL;
	size_t len;
	int r = file_read_at(AT_FDCWD, file, &text, &len);

	if (r < 0) {
		log_error("cannot read %s: %s; igt_results makes it from the records of a run",
			  file, g_strerror(-r));
		return r;
	}
	report = g_new0(struct report, 1);
	report->entries = g_ptr_array_new_with_free_func(g_free);
	report->root = parse(text, len, &error);
	if (!report->root) {
		log_error("%s is not readable JSON: %s; make it anew with igt_results", file,
			  error);
		return -EBADMSG;
	}
	r = add_entries(report, path);
	if (r < 0)
		return r;
	*ret = g_steal_pointer(&report);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#include "fileio.h"
#include "log.h"

#define PIGLIT_PREFIX "igt@"

void report_free(struct report *report)
{
	if (!report)
		return;
	g_ptr_array_unref(report->entries);
	json_object_put(report->root);
	g_free(report);
}

const char *plain_name(const char *name)
{
	return g_str_has_prefix(name, PIGLIT_PREFIX) ? name + strlen(PIGLIT_PREFIX) : name;
}

struct test_name test_name_split(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(plain_name(name), "@", 3);
	struct test_name split = {g_strdup(parts[0] ? parts[0] : ""), NULL, NULL};

	if (!parts[0] || !parts[1])
		return split;
	split.subtest = g_strdup(parts[1]);
	split.dynamic = g_strdup(parts[2]);
	return split;
}

void test_name_clear(struct test_name *name)
{
	g_free(name->binary);
	g_free(name->subtest);
	g_free(name->dynamic);
}

bool report_has_run(const struct report *report, const char *name)
{
	for (unsigned i = 0; i < report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(report->entries, i);

		if (entry->verdict != VERDICT_SKIP &&
		    g_ascii_strcasecmp(plain_name(entry->name), name) == 0)
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

const char *json_get_text(struct json_object *object, const char *key)
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
	const char *result = json_get_text(object, "result");
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
	entry->texts.out = json_get_text(object, "out");
	entry->texts.err = json_get_text(object, "err");
	entry->texts.dmesg = json_get_text(object, "dmesg");
	entry->texts.warnings = json_get_text(object, "dmesg-warnings");
	entry->igt_version = json_get_text(object, "igt-version");
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

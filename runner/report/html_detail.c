/* SPDX-License-Identifier: MIT */
#include "report/html_detail.h"

#include <json-c/json.h>
#include <string.h>

#include "report/kernel_log.h"
#include "report/machine_changes.h"

/* Of each log; both ends matter, the first fault and the last words. */
#define LOG_HEAD_BYTES (64 * 1024)
#define LOG_TAIL_BYTES (64 * 1024)
#define MARKS_MAX 200
/* Around a subtest in a job of several, to see what it began and ended with. */
#define MARGIN_S 0.25

void detail_reader_clear(struct detail_reader *reader)
{
	g_clear_pointer(&reader->timeline, timeline_free);
	g_clear_pointer(&reader->machine, g_hash_table_unref);
	reader->job = 0;
}

static void read_job(struct detail_reader *reader, int job)
{
	g_autofree char *text = NULL;
	g_autofree char *machine = NULL;
	size_t len;

	if (reader->job == job + 1)
		return;
	detail_reader_clear(reader);
	reader->job = job + 1;
	if (job < 0)
		return;
	text = folder_read(reader->folder, job, TIMELINE_FILE, &len);
	if (text)
		reader->timeline = timeline_parse(text, len);
	machine = folder_read(reader->folder, job, MACHINE_CHANGES_FILE, &len);
	if (machine)
		reader->machine = machine_changes_parse(machine, len);
}

/* Head and tail, whole lines if there are any, with a line about what is missing. */
static char *shorten(const char *text, size_t len)
{
	const char *head_end = memrchr(text, '\n', LOG_HEAD_BYTES);
	const char *tail = memchr(text + len - LOG_TAIL_BYTES, '\n', LOG_TAIL_BYTES - 1);

	/* Not inside a character. */
	if (!head_end)
		head_end = g_utf8_find_prev_char(text, text + LOG_HEAD_BYTES + 1);
	tail = tail ? tail + 1
		    : g_utf8_find_next_char(text + len - LOG_TAIL_BYTES, /* end= */ NULL);
	return g_strdup_printf("%.*s\n" HTML_CUT_MARK "%zu KiB are left out here; the results "
			       "folder has them ...]\n%s",
			       (int)(head_end - text), text, (size_t)(tail - head_end) / 1024,
			       tail);
}

static void add_log(struct json_object *object, const char *key, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	g_autofree char *shortened = NULL;

	if (len == 0)
		return;
	if (len > LOG_HEAD_BYTES + LOG_TAIL_BYTES)
		shortened = shorten(text, len);
	json_object_object_add(object, key, json_object_new_string(shortened ? shortened : text));
}

/* Milliseconds are as fine as a picture shows. */
static struct json_object *json_seconds(double seconds)
{
	char text[32];

	g_snprintf(text, sizeof(text), "%.3f", seconds);
	return json_object_new_double_s(seconds, text);
}

static const struct log_mark *find_mark(const GPtrArray *marks, enum log_mark_kind kind)
{
	for (unsigned i = 0; i < marks->len; i++) {
		const struct log_mark *mark = g_ptr_array_index(marks, i);

		if (mark->kind == kind)
			return mark;
	}
	return NULL;
}

static struct json_object *marks_json(const GPtrArray *marks, double start)
{
	static const char *const kinds[] = {
		[LOG_MARK_START] = "start",
		[LOG_MARK_VERDICT] = "verdict",
		[LOG_MARK_RECLAIM] = "reclaim",
		[LOG_MARK_WARNING] = "warning",
	};
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < marks->len; i++) {
		const struct log_mark *mark = g_ptr_array_index(marks, i);
		struct json_object *triple = json_object_new_array();

		json_object_array_add(triple, json_object_new_string(kinds[mark->kind]));
		json_object_array_add(triple, json_seconds(mark->time - start));
		json_object_array_add(triple, json_object_new_string(mark->text));
		json_object_array_add(array, triple);
	}
	return array;
}

/* Rows @first up to @end, a list for each column: neighbours are alike, and pack well. */
static struct json_object *timeline_json(const struct timeline *timeline, unsigned first,
					 unsigned end, double start)
{
	struct json_object *object = json_object_new_object();
	struct json_object *columns = json_object_new_array();
	struct json_object *times = json_object_new_array();
	struct json_object *values = json_object_new_array();

	for (unsigned row = first; row < end; row++)
		json_object_array_add(times, json_seconds(timeline_time(timeline, row) - start));
	for (unsigned column = 0; column < timeline->columns->len; column++) {
		struct json_object *list = json_object_new_array();

		for (unsigned row = first; row < end; row++)
			json_object_array_add(
				list, json_object_new_int64(timeline_value(timeline, row, column)));
		json_object_array_add(columns, json_object_new_string(g_ptr_array_index(
						       timeline->columns, column)));
		json_object_array_add(values, list);
	}
	json_object_object_add(object, "columns", columns);
	json_object_object_add(object, "times", times);
	json_object_object_add(object, "values", values);
	return object;
}

static void add_timeline(struct json_object *object, const struct timeline *timeline,
			 const GPtrArray *marks, bool alone, double start)
{
	const struct log_mark *begin = find_mark(marks, LOG_MARK_START);
	const struct log_mark *verdict = find_mark(marks, LOG_MARK_VERDICT);
	unsigned first = 0, end = timeline->times->len;

	if (!alone && begin) {
		first = timeline_find(timeline, begin->time - MARGIN_S);
		if (verdict)
			end = timeline_find(timeline, verdict->time + MARGIN_S);
	}
	if (first < end)
		json_object_object_add(object, "timeline",
				       timeline_json(timeline, first, end, start));
}

static void add_health(struct json_object *object, const struct detail_reader *reader,
		       const struct report_entry *entry)
{
	const char *at = strchr(plain_name(entry->name), '@');
	g_autoptr(GPtrArray) changes = machine_changes_of(reader->machine, at ? at + 1 : NULL);
	struct json_object *array;

	if (changes->len == 0)
		return;
	array = json_object_new_array();
	for (unsigned i = 0; i < changes->len; i++)
		json_object_array_add(array, json_object_new_string(g_ptr_array_index(changes, i)));
	json_object_object_add(object, "health", array);
}

static double start_of(const GPtrArray *marks, const struct timeline *timeline)
{
	const struct log_mark *begin = find_mark(marks, LOG_MARK_START);

	if (begin)
		return begin->time;
	if (timeline && timeline->times->len > 0)
		return timeline_time(timeline, 0);
	return marks->len > 0 ? ((const struct log_mark *)marks->pdata[0])->time : 0.0;
}

struct json_object *detail_json(struct detail_reader *reader, const struct report_entry *entry,
				int job, bool alone)
{
	g_autoptr(GPtrArray) marks =
		log_marks(entry->texts.dmesg, entry->texts.warnings, MARKS_MAX);
	struct json_object *object = json_object_new_object();
	double start;

	read_job(reader, job);
	start = start_of(marks, reader->timeline);
	add_log(object, "out", entry->texts.out);
	add_log(object, "err", entry->texts.err);
	add_log(object, "dmesg", entry->texts.dmesg);
	add_log(object, "warnings", entry->texts.warnings);
	if (marks->len > 0)
		json_object_object_add(object, "marks", marks_json(marks, start));
	if (reader->timeline)
		add_timeline(object, reader->timeline, marks, alone, start);
	if (reader->machine)
		add_health(object, reader, entry);
	return object;
}

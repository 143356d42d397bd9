/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>

#include "attachments.h"
#include "fileio.h"
#include "job_results.h"
#include "json_file.h"
#include "log.h"
#include "results_dir.h"
#include "tally.h"
#include "test_result.h"
#include "utf8.h"

#define RESULTS_VERSION 10

/* Everything that grows while the jobs are read. */
struct run {
	int dirfd;
	const char *path;
	struct settings *settings;
	GPtrArray *jobs;
	struct dmesg_rules *rules;
	struct json_file *file;
	struct json_object *runtimes;
	/* Name -> attachments that are no result's. */
	struct json_object *attached;
	struct tally *tally;
};

static void run_clear(struct run *run)
{
	settings_free(run->settings);
	g_clear_pointer(&run->jobs, g_ptr_array_unref);
	dmesg_rules_free(run->rules);
	json_file_free(run->file);
	json_object_put(run->runtimes);
	json_object_put(run->attached);
	tally_free(run->tally);
	fd_closep(&run->dirfd);
}

static struct json_object *json_text(const char *bytes, size_t len)
{
	g_autofree char *text = utf8_from_bytes(bytes, len);

	return json_object_new_string(text);
}

/* With the digits of the file, not those of the nearest binary fraction. */
static struct json_object *json_seconds(double seconds, int digits)
{
	char text[64];

	g_snprintf(text, sizeof(text), "%.*f", digits, seconds);
	return json_object_new_double_s(seconds, text);
}

static struct json_object *json_time(double seconds)
{
	struct json_object *time = json_object_new_object();

	json_object_object_add(time, "__type__", json_object_new_string("TimeAttribute"));
	json_object_object_add(time, "start", json_seconds(0.0, 1));
	json_object_object_add(time, "end", json_seconds(seconds, 3));
	return time;
}

/* @files may be NULL. They are where the record is now. */
static void add_attachments(const struct run *run, struct json_object *object,
			    const GPtrArray *files)
{
	struct json_object *array, *dir;

	if (!files)
		return;
	if (!json_object_object_get_ex(object, "attachments", &array)) {
		array = json_object_new_array();
		dir = json_text(run->path, strlen(run->path));
		json_object_object_add(object, "attachments", array);
		json_object_object_add(object, "attachments-dir", dir);
	}
	for (unsigned i = 0; i < files->len; i++)
		json_object_array_add(array, json_object_new_string(g_ptr_array_index(files, i)));
}

static struct json_object *json_test(const struct test_result *test)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "out", json_object_new_string(test->out));
	json_object_object_add(object, "err", json_object_new_string(test->err));
	json_object_object_add(object, "dmesg", json_object_new_string(test->dmesg->str));
	if (test->igt_version)
		json_object_object_add(object, "igt-version",
				       json_object_new_string(test->igt_version));
	json_object_object_add(object, "result",
			       json_object_new_string(verdict_name(test->verdict)));
	if (test->timed)
		json_object_object_add(object, "time", json_time(test->seconds));
	if (test->warnings->len > 0)
		json_object_object_add(object, "dmesg-warnings",
				       json_object_new_string(test->warnings->str));
	return object;
}

static bool is_requested(const struct test_result *test, const struct job *job)
{
	g_autofree char *full = NULL;

	if (job->subtests->len == 0 || !test->subtest)
		return true;
	full = g_strconcat(test->subtest, test->dynamic ? "@" : NULL, test->dynamic, NULL);
	for (unsigned i = 0; i < job->subtests->len; i++)
		if (strcmp(full, g_ptr_array_index(job->subtests, i)) == 0)
			return true;
	return false;
}

static bool is_failure(enum verdict verdict)
{
	return verdict_is_bad(verdict) && verdict != VERDICT_NOTRUN && verdict != VERDICT_WARN &&
	       verdict != VERDICT_DMESG_WARN;
}

/* A container that failed by itself, outside its dynamic subtests, is not told by them. */
static bool failure_is_only_here(const GPtrArray *tests, unsigned container)
{
	const struct test_result *test = g_ptr_array_index(tests, container);

	if (!is_failure(test->verdict))
		return false;
	for (unsigned i = container + 1; i < tests->len; i++) {
		test = g_ptr_array_index(tests, i);
		if (!test->dynamic)
			break;
		if (is_failure(test->verdict))
			return false;
	}
	return true;
}

static bool is_kept(const struct run *run, const struct job *job, const GPtrArray *tests,
		    unsigned index)
{
	const struct test_result *test = g_ptr_array_index(tests, index);

	switch (run->settings->prune_mode) {
	case PRUNE_KEEP_DYNAMIC:
		return !test->is_container || failure_is_only_here(tests, index);
	case PRUNE_KEEP_SUBTESTS:
		return !test->dynamic;
	case PRUNE_KEEP_REQUESTED:
		return is_requested(test, job);
	case PRUNE_KEEP_ALL:
		break;
	}
	return true;
}

static void add_runtime(struct run *run, const char *binary, const struct job_results *results)
{
	struct json_object *entry, *time, *end;
	double seconds = 0.0;

	if (!json_object_object_get_ex(run->runtimes, binary, &entry)) {
		entry = json_object_new_object();
		json_object_object_add(run->runtimes, binary, entry);
	}
	if (!results->ended)
		return;
	if (json_object_object_get_ex(entry, "time", &time) &&
	    json_object_object_get_ex(time, "end", &end))
		seconds = json_object_get_double(end);
	json_object_object_add(entry, "time", json_time(seconds + results->seconds));
}

static void add_test(struct run *run, const char *binary, const struct test_result *test,
		     GHashTable *attachments)
{
	struct json_object *object = json_test(test);

	if (attachments) {
		add_attachments(run, object, g_hash_table_lookup(attachments, test->name));
		g_hash_table_remove(attachments, test->name);
	}
	json_file_add(run->file, test->name, object);
	tally_count(run->tally, binary, test->verdict);
}

/* What hooks around a whole test left: it belongs to no result, and to all jobs of the test. */
static void keep_attachments(struct run *run, GHashTable *attachments)
{
	GHashTableIter iter;
	gpointer name, files;

	g_hash_table_iter_init(&iter, attachments);
	while (g_hash_table_iter_next(&iter, &name, &files)) {
		struct json_object *object;

		if (!json_object_object_get_ex(run->attached, name, &object)) {
			object = json_object_new_object();
			json_object_object_add(run->attached, name, object);
		}
		add_attachments(run, object, files);
	}
}

static void add_kept_attachments(const struct run *run)
{
	json_object_object_foreach(run->attached, name, object) if (!json_file_has(run->file, name))
		json_file_add(run->file, name, json_object_get(object));
}

static int add_job(struct run *run, unsigned index)
{
	_cleanup_(job_results_freep) struct job_results *results = NULL;
	g_autoptr(GHashTable) attachments = attachments_list(run->path, index);
	const struct job *job = g_ptr_array_index(run->jobs, index);
	g_autofree char *name = piglit_name(job->binary, NULL, NULL);
	g_autofree char *binary = utf8_from_bytes(name, strlen(name));
	int r = job_results_load(run->dirfd, index, job, run->settings, run->rules, &results);

	if (r < 0)
		return r;
	for (unsigned i = 0; i < results->tests->len; i++) {
		const struct test_result *test = g_ptr_array_index(results->tests, i);

		if (is_kept(run, job, results->tests, i))
			add_test(run, binary, test, attachments);
	}
	if (attachments)
		keep_attachments(run, attachments);
	if (results->tests->len == 0 || !((struct test_result *)results->tests->pdata[0])->recorded)
		return 0;
	add_runtime(run, binary, results);
	return 0;
}

/* Why the run as a whole was given up, as a test of its own. */
static void add_abort(struct run *run)
{
	g_autofree char *text = NULL;
	struct json_object *object;
	size_t len;

	if (file_read_at(run->dirfd, "aborted.txt", &text, &len) < 0)
		return;
	object = json_object_new_object();
	json_object_object_add(object, "out", json_text(text, len));
	json_object_object_add(object, "err", json_object_new_string(""));
	json_object_object_add(object, "dmesg", json_object_new_string(""));
	json_object_object_add(object, "result",
			       json_object_new_string(verdict_name(VERDICT_FAIL)));
	json_file_add(run->file, "igt@runner@aborted", object);
	tally_count(run->tally, "igt@runner", VERDICT_FAIL);
}

static int run_open(const char *path, struct run *run)
{
	int r;

	run->dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->dirfd < 0) {
		r = -errno;
		log_error("cannot open results directory %s: %s", path, g_strerror(errno));
		return r;
	}
	r = settings_read_metadata(run->dirfd, path, &run->settings);
	if (r < 0)
		return r;
	r = results_dir_read_jobs(run->dirfd, run->path, &run->jobs);
	if (r < 0)
		return r;
	run->rules = dmesg_rules_new(run->settings);
	run->runtimes = json_object_new_object();
	run->attached = json_object_new_object();
	run->tally = tally_new();
	return 0;
}

/* Of a run that never began there is none. */
static void add_uname(const struct run *run)
{
	g_autofree char *text = NULL;
	size_t len;

	if (file_read_at(run->dirfd, "uname.txt", &text, &len) < 0)
		return;
	while (len > 0 && g_ascii_isspace(text[len - 1]))
		len--;
	json_file_add(run->file, "uname", json_text(text, len));
}

static void add_stamp(const struct run *run, struct json_object *object, const char *key,
		      const char *name)
{
	g_autofree char *text = NULL;
	size_t len;
	double seconds;
	char *end;

	if (file_read_at(run->dirfd, name, &text, &len) < 0)
		return;
	seconds = g_ascii_strtod(text, &end);
	/* Also refuses nan and inf, which JSON has no words for. */
	if (end != text && seconds >= 0.0 && seconds < 1e18)
		json_object_object_add(object, key, json_seconds(seconds, 6));
}

static struct json_object *json_cmdline(const struct settings *settings)
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < settings->cmdline->len; i++) {
		const char *word = g_ptr_array_index(settings->cmdline, i);

		json_object_array_add(array, json_text(word, strlen(word)));
	}
	return array;
}

static struct json_object *json_elapsed(const struct run *run)
{
	struct json_object *elapsed = json_object_new_object();

	json_object_object_add(elapsed, "__type__", json_object_new_string("TimeAttribute"));
	add_stamp(run, elapsed, "start", "starttime.txt");
	add_stamp(run, elapsed, "end", "endtime.txt");
	return elapsed;
}

static void add_head(const struct run *run)
{
	const char *name = run->settings->name;

	json_file_add(run->file, "__type__", json_object_new_string("TestrunResult"));
	json_file_add(run->file, "results_version", json_object_new_int(RESULTS_VERSION));
	json_file_add(run->file, "name", json_text(name, strlen(name)));
	add_uname(run);
	json_file_add(run->file, "cmdline", json_cmdline(run->settings));
	json_file_add(run->file, "time_elapsed", json_elapsed(run));
}

/* One job at a time: a night of them would not fit into a board's memory. */
static int add_jobs(struct run *run)
{
	int r = 0;

	json_file_begin(run->file, "tests");
	for (unsigned i = 0; r >= 0 && i < run->jobs->len; i++)
		r = add_job(run, i);
	add_abort(run);
	add_kept_attachments(run);
	json_file_end(run->file);
	return r;
}

int results_generate(const char *path)
{
	g_autofree char *absolute = g_canonicalize_filename(path, /* relative_to= */ NULL);
	_cleanup_(run_clear) struct run run = {.dirfd = -1, .path = absolute};
	int r = run_open(path, &run);

	if (r < 0)
		return r;
	run.file = json_file_new(run.dirfd, "results.json");
	add_head(&run);
	r = add_jobs(&run);
	if (r < 0)
		return r;
	json_file_add(run.file, "totals", tally_to_json(run.tally));
	json_file_add(run.file, "runtimes", json_object_get(run.runtimes));
	r = json_file_commit(run.file);
	if (r < 0)
		log_error("cannot write %s/results.json: %s", path, g_strerror(-r));
	return r;
}

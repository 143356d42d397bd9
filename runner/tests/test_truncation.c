/* SPDX-License-Identifier: MIT */
/**
 * A machine that dies leaves files that end anywhere, or end in zeros. Whatever
 * is cut off a real record: nothing crashes, and no failure becomes a pass.
 */
#include "helpers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results.h"

/* Of a long file: enough places to hit every line of it in the middle. */
#define CUTS_PER_FILE (60 / SLOWNESS)

/* metadata.txt and joblist.txt of the run below, and four files of each job. */
#define JOBS 6

struct place {
	char *dir, *root, *results;
	/* Name -> verdict of the whole record. */
	GHashTable *verdicts;
};

static void take_verdicts(struct place *place)
{
	struct json_object *results = make_results(place->results);
	struct json_object *tests, *result;

	assert_true(json_object_object_get_ex(results, "tests", &tests));
	json_object_object_foreach(tests, name, test)
	{
		assert_true(json_object_object_get_ex(test, "result", &result));
		g_hash_table_insert(place->verdicts, g_strdup(name),
				    g_strdup(json_object_get_string(result)));
	}
	json_object_put(results);
}

/* A real run, so that the record is what records are. */
static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);
	struct tool_run run;

	place->dir = scratch_new();
	place->root = make_test_root(place->dir, "tester\nplain_fail\n");
	place->results = g_build_filename(place->dir, "results", NULL);
	place->verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	run = run_tool("igt_runner", "--allow-non-root", "--per-test-timeout", "1", "-t",
		       "@(pass|fail-assert|crash|hang|dynamic)$|plain_fail", place->root,
		       place->results, NULL);
	assert_int_equal(run.status, 0);
	tool_run_clear(&run);
	take_verdicts(place);
	assert_string_equal(g_hash_table_lookup(place->verdicts, "igt@tester@hang"), "timeout");
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	g_hash_table_unref(place->verdicts);
	g_free(place->root);
	g_free(place->results);
	scratch_remove(place->dir);
	g_free(place);
	return 0;
}

static bool was_pass(const struct place *place, const char *name)
{
	const char *verdict = g_hash_table_lookup(place->verdicts, name);

	return verdict && strcmp(verdict, "pass") == 0;
}

/* What is lost of the kernel log is lost: then a dmesg-warn is the pass it would have been. */
static bool was_dmesg_warn(const struct place *place, const char *name)
{
	const char *verdict = g_hash_table_lookup(place->verdicts, name);

	return verdict && strcmp(verdict, "dmesg-warn") == 0;
}

static void check(const struct place *place, const char *file, size_t cut)
{
	g_autofree char *json = g_build_filename(place->results, "results.json", NULL);
	bool in_dmesg = g_str_has_suffix(file, "dmesg.txt");
	struct json_object *results, *tests, *result;

	unlink(json);
	/* A refusal is fine: then there is no verdict at all. */
	if (results_generate(place->results) < 0)
		return;
	results = read_results(place->results);
	assert_true(json_object_object_get_ex(results, "tests", &tests));
	json_object_object_foreach(tests, name, test)
	{
		assert_true(json_object_object_get_ex(test, "result", &result));
		if (strcmp(json_object_get_string(result), "pass") == 0 && !was_pass(place, name) &&
		    !(in_dmesg && was_dmesg_warn(place, name)))
			fail_msg("%s cut at %zu: %s became a pass", file, cut, name);
	}
	json_object_put(results);
}

/* Short, or its old length with zeros from the cut on. */
static void cut_file(const struct place *place, const char *file)
{
	g_autofree char *path = g_build_filename(place->results, file, NULL);
	g_autofree char *whole = NULL;
	size_t len, step;

	assert_true(g_file_get_contents(path, &whole, &len, NULL));
	step = len / CUTS_PER_FILE + 1;
	for (size_t cut = 0; cut < len; cut += step) {
		g_autofree char *zeroed = g_memdup2(whole, len);

		put_bytes(place->results, file, whole, cut);
		check(place, file, cut);
		memset(zeroed + cut, 0, len - cut);
		put_bytes(place->results, file, zeroed, len);
		check(place, file, cut);
	}
	put_bytes(place->results, file, whole, len);
}

/* Thousands of complaints about the files would hide those of this test. */
static int silence_stderr(void)
{
	int saved = dup(STDERR_FILENO);
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	close(null);
	return saved;
}

static void no_cut_makes_a_pass(void **state)
{
	static const char *const run_files[] = {"metadata.txt", "joblist.txt", "uname.txt",
						"starttime.txt", "endtime.txt"};
	static const char *const job_files[] = {"out.txt",     "err.txt", "dmesg.txt",
						"journal.txt", "comms",	  "seal.txt"};
	const struct place *place = *state;
	int saved = silence_stderr();

	for (size_t i = 0; i < G_N_ELEMENTS(run_files); i++)
		cut_file(place, run_files[i]);
	for (unsigned job = 0; job < JOBS; job++)
		for (size_t i = 0; i < G_N_ELEMENTS(job_files); i++) {
			g_autofree char *name = g_strdup_printf("%u/%s", job, job_files[i]);

			cut_file(place, name);
		}
	dup2(saved, STDERR_FILENO);
	close(saved);
}

static void no_missing_file_makes_a_pass(void **state)
{
	static const char *const names[] = {"out.txt",	   "err.txt", "dmesg.txt",
					    "journal.txt", "comms",   "seal.txt"};
	const struct place *place = *state;

	for (unsigned job = 0; job < JOBS; job++)
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
			g_autofree char *name = g_strdup_printf("%u/%s", job, names[i]);
			g_autofree char *path = g_build_filename(place->results, name, NULL);
			g_autofree char *whole = NULL;
			size_t len;

			assert_true(g_file_get_contents(path, &whole, &len, NULL));
			unlink(path);
			check(place, name, 0);
			put_bytes(place->results, name, whole, len);
		}
}

static void a_cut_results_json_is_refused(void **state)
{
	const struct place *place = *state;
	g_autofree char *whole = NULL;
	size_t len;

	assert_int_equal(results_generate(place->results), 0);
	whole = get_file(place->results, "results.json");
	len = strlen(whole);
	for (size_t cut = 0; cut < len; cut += len / 20 + 1) {
		struct tool_run run;

		put_bytes(place->results, "results.json", whole, cut);
		run = run_tool("igt_report", "summary", place->results, NULL);
		assert_int_equal(run.status, 2);
		tool_run_clear(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_cut_makes_a_pass),
		cmocka_unit_test(no_missing_file_makes_a_pass),
		cmocka_unit_test(a_cut_results_json_is_refused),
	};

	use_memory_for_scratch();
	if (!runs_can_start())
		return skip_all(NO_RUNS);
	return cmocka_run_group_tests(tests, setup, teardown);
}

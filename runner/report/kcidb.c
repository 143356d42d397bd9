/* SPDX-License-Identifier: MIT */
#include "report/kcidb.h"

#include <json-c/json.h>
#include <string.h>

#include "machine_facts.h"
#include "report/run_facts.h"
#include "report/outcome.h"

#define SCHEMA_MAJOR 5
#define SCHEMA_MINOR 3
/* Roots the suite among the others in the database. */
#define PATH_ROOT "reclaim"
#define EXCERPT_MAX_BYTES 16384
#define COMMIT_DIGITS 40
/* Of a checksum that tells runs apart. */
#define RUN_DIGITS 16

/* What all objects of a submission need. */
struct submission {
	const struct report *report;
	const struct expectations *expectations;
	const struct kcidb_ids *ids;
	const GPtrArray *facts;
	char *run, *build, *start;
};

char *kcidb_check_ids(const struct kcidb_ids *ids)
{
	if (!ids->origin)
		return g_strdup("kcidb needs --origin NAME, by which the database knows you");
	if (*ids->origin == '\0' ||
	    ids->origin[strspn(ids->origin, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
		return g_strdup_printf("--origin \"%s\": only a-z, 0-9 and _ are allowed",
				       ids->origin);
	if (ids->build && (!strchr(ids->build, ':') || *ids->build == ':'))
		return g_strdup_printf("--build \"%s\" is no id of a build; it is ORIGIN:REST",
				       ids->build);
	if (ids->commit && (strlen(ids->commit) != COMMIT_DIGITS ||
			    ids->commit[strspn(ids->commit, "0123456789abcdef")] != '\0'))
		return g_strdup_printf("--commit \"%s\" is no commit; it has %d hexadecimal digits",
				       ids->commit, COMMIT_DIGITS);
	return NULL;
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	if (text && *text != '\0')
		json_object_object_add(object, key, json_object_new_string(text));
}

/* The same for the same results, another for each other run. */
static char *run_id(const struct report *report)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct json_object *elapsed;
	const char *texts[3] = {json_get_text(report->root, "name"),
				json_get_text(report->root, "uname"), NULL};
	char *id;

	if (json_object_object_get_ex(report->root, "time_elapsed", &elapsed))
		texts[2] = json_object_to_json_string_ext(elapsed, JSON_C_TO_STRING_PLAIN);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (texts[i])
			g_checksum_update(sum, (const guchar *)texts[i],
					  (gssize)strlen(texts[i]) + 1);
	id = g_strndup(g_checksum_get_string(sum), RUN_DIGITS);
	g_checksum_free(sum);
	return id;
}

/* The last word of uname, in letters that the schema has. */
static char *architecture(const struct report *report)
{
	const char *uname = json_get_text(report->root, "uname");
	const char *blank = uname ? strrchr(uname, ' ') : NULL;
	char *word = g_ascii_strdown(blank ? blank + 1 : "", -1);

	return g_strcanon(word, "abcdefghijklmnopqrstuvwxyz0123456789_", '_');
}

static struct json_object *new_object(const struct submission *submission, const char *id)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "id", id);
	add_text(object, "origin", submission->ids->origin);
	return object;
}

/* A build and its checkout for who has neither in the database. */
static void add_build(const struct submission *submission, struct json_object *root)
{
	g_autofree char *checkout_id =
		g_strdup_printf("%s:checkout-%s", submission->ids->origin, submission->run);
	g_autofree char *arch = architecture(submission->report);
	struct json_object *checkouts = json_object_new_array();
	struct json_object *builds = json_object_new_array();
	struct json_object *checkout = new_object(submission, checkout_id);
	struct json_object *build = new_object(submission, submission->build);

	add_text(checkout, "git_commit_hash", submission->ids->commit);
	json_object_array_add(checkouts, checkout);
	json_object_object_add(root, "checkouts", checkouts);
	add_text(build, "checkout_id", checkout_id);
	add_text(build, "architecture", arch);
	add_text(build, "comment", json_get_text(submission->report->root, "uname"));
	json_object_array_add(builds, build);
	json_object_object_add(root, "builds", builds);
}

static void append_part(GString *path, const char *part)
{
	g_autofree char *copy = g_strdup(part);

	if (part)
		g_string_append_printf(
			path, ".%s",
			g_strcanon(copy, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-", '_'));
}

static char *path_of(const struct report_entry *entry)
{
	struct test_name name = test_name_split(entry->name);
	GString *path = g_string_new(PATH_ROOT);

	append_part(path, name.binary);
	append_part(path, name.subtest);
	append_part(path, name.dynamic);
	test_name_clear(&name);
	return g_string_free(path, /* free_segment= */ FALSE);
}

/* Not more than the schema takes, and not ending inside a character. */
static void append_excerpt(GString *excerpt, const char *title, const char *text)
{
	size_t room = EXCERPT_MAX_BYTES - excerpt->len, len;

	if (!text || *text == '\0' || room < strlen(title) + 2)
		return;
	g_string_append_printf(excerpt, "%s\n", title);
	room -= strlen(title) + 1;
	len = strlen(text);
	if (len > room) {
		const char *end = g_utf8_find_prev_char(text, text + room + 1);

		len = end ? (size_t)(end - text) : 0;
	}
	g_string_append_len(excerpt, text, (gssize)len);
}

static void add_excerpt(struct json_object *test, const struct report_entry *entry)
{
	g_autoptr(GString) excerpt = g_string_new(NULL);

	append_excerpt(excerpt, "kernel:", entry->texts.warnings);
	append_excerpt(excerpt, "stderr:", entry->texts.err);
	append_excerpt(excerpt, "stdout:", entry->texts.out);
	add_text(test, "log_excerpt", excerpt->str);
}

static struct json_object *environment(const struct submission *submission)
{
	const char *compatible = run_facts_find(submission->facts, MACHINE_FACT_COMPATIBLE);
	struct json_object *object = json_object_new_object();
	struct json_object *misc = json_object_new_object();

	add_text(object, "comment", run_facts_find(submission->facts, FACT_MODEL));
	if (compatible) {
		g_auto(GStrv) names = g_strsplit(compatible, ", ", /* max_tokens= */ -1);
		struct json_object *array = json_object_new_array();

		for (char **name = names; *name; name++)
			json_object_array_add(array, json_object_new_string(*name));
		json_object_object_add(object, "compatible", array);
	}
	for (unsigned i = 0; i < submission->facts->len; i++) {
		const struct fact *fact = g_ptr_array_index(submission->facts, i);

		add_text(misc, fact->label, fact->value);
	}
	json_object_object_add(object, "misc", misc);
	return object;
}

static struct json_object *test_json(const struct submission *submission, unsigned number,
				     struct json_object *env)
{
	const struct report_entry *entry = g_ptr_array_index(submission->report->entries, number);
	struct outcome outcome = outcome_of(entry, submission->expectations);
	g_autofree char *id =
		g_strdup_printf("%s:%s-%u", submission->ids->origin, submission->run, number + 1);
	g_autofree char *path = path_of(entry);
	struct json_object *test = new_object(submission, id);
	struct json_object *misc = json_object_new_object();
	char duration[32];

	add_text(test, "build_id", submission->build);
	add_text(test, "path", path);
	add_text(test, "status", outcome.kcidb);
	add_text(test, "comment", outcome.reason);
	add_text(test, "start_time", submission->start);
	g_snprintf(duration, sizeof(duration), "%.3f", entry->seconds);
	json_object_object_add(test, "duration",
			       json_object_new_double_s(entry->seconds, duration));
	json_object_object_add(test, "environment", json_object_get(env));
	if (!outcome_is_fine(&outcome))
		add_excerpt(test, entry);
	add_text(misc, "result", verdict_name(entry->verdict));
	json_object_object_add(misc, "expected",
			       json_object_new_boolean(outcome_is_fine(&outcome)));
	json_object_object_add(test, "misc", misc);
	outcome_clear(&outcome);
	return test;
}

static struct json_object *submission_json(const struct submission *submission)
{
	struct json_object *root = json_object_new_object();
	struct json_object *version = json_object_new_object();
	struct json_object *tests = json_object_new_array();
	struct json_object *env = environment(submission);

	json_object_object_add(version, "major", json_object_new_int(SCHEMA_MAJOR));
	json_object_object_add(version, "minor", json_object_new_int(SCHEMA_MINOR));
	json_object_object_add(root, "version", version);
	if (!submission->ids->build)
		add_build(submission, root);
	for (unsigned i = 0; i < submission->report->entries->len; i++)
		json_object_array_add(tests, test_json(submission, i, env));
	json_object_object_add(root, "tests", tests);
	json_object_put(env);
	return root;
}

void kcidb_print(const struct report *report, const struct folder *folder,
		 const struct expectations *expectations, const struct kcidb_ids *ids, FILE *stream)
{
	g_autoptr(GPtrArray) facts = run_facts_read(report, folder);
	g_autofree char *run = run_id(report);
	g_autofree char *build = ids->build ? g_strdup(ids->build)
					    : g_strdup_printf("%s:build-%s", ids->origin, run);
	g_autofree char *start = run_facts_start_time(report);
	struct submission submission = {
		.report = report,
		.expectations = expectations,
		.ids = ids,
		.facts = facts,
		.run = run,
		.build = build,
		.start = start,
	};
	struct json_object *root = submission_json(&submission);

	fprintf(stream, "%s\n",
		json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

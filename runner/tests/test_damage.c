/* SPDX-License-Identifier: MIT */
/**
 * What disks, power cuts and people do to a record: whatever it is, nothing crashes, no failure
 * becomes a pass, no failure vanishes, and what was complete before a cut keeps its verdict.
 *
 * Places and bytes are random; the seed is printed, and RUNNER_TEST_SEED repeats one.
 */
#include "helpers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job_files.h"
#include "packets.h"
#include "results.h"

#define CUTS_PER_FILE (24 / SLOWNESS)
#define DAMAGES_PER_FILE (40 / SLOWNESS)

/* The jobs of the record; the last two have no subtests. */
#define JOB_TEXT 0
#define JOB_PACKETS 1
#define JOB_TIMEOUT 2
#define JOB_PLAIN_FAIL 3
#define JOB_PLAIN_PASS 4
#define JOBS 5

static const struct {
	const char *name, *word, *err;
	const char *kmsg;
} subtests[] = {
	{"alpha", "SUCCESS", "", ""},
	{"bravo", "FAIL", "(bin:1) CRITICAL: Failed assertion: pages == freed\n", ""},
	{"charlie", "SUCCESS", "", ""},
	{"delta", "SKIP", "", ""},
	{"echo", "SUCCESS", "", "4,9,2000000,-;WARNING: at shrinker\n"},
	{"foxtrot", "CRASH", "Received signal SIGSEGV.\n", ""},
	{"golf", "SUCCESS", "(bin:1) WARNING: not nice\n", ""},
	{"hotel", "FAIL", "", "4,9,2000000,-;WARNING: at shrinker\n"},
	{"india", "SUCCESS", "", ""},
};

static const char joblist[] = "bin alpha,bravo,charlie,delta,echo,foxtrot,golf,hotel,india\n"
			      "packets alpha,bravo,charlie,delta,echo,foxtrot,golf,hotel,india\n"
			      "slow one,two\n"
			      "plain_fail\n"
			      "plain_pass\n";

struct place {
	char *dir;
	GRand *random;
	/* Name -> verdict of the whole record. */
	GHashTable *verdicts;
	bool sealed;
};

static void put_exec(const char *dir, unsigned index, const char *command)
{
	g_autofree char *name = g_strdup_printf("%u/comms", index);
	g_autoptr(GString) dump = g_string_new(NULL);

	packet_add(dump, IGT_PACKET_EXEC, command, NULL);
	put_bytes(dir, name, dump->str, dump->len);
}

static char *kernel_log(const char *binary)
{
	GString *log = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(subtests); i++)
		g_string_append_printf(log, "14,1,1000000,-;[IGT] %s: starting subtest %s\n%s",
				       binary, subtests[i].name, subtests[i].kmsg);
	return g_string_free(log, /* free_segment= */ FALSE);
}

static void put_text_job(const char *dir)
{
	g_autoptr(GString) out = g_string_new("IGT-Version: 1 (x) (y)\n");
	g_autoptr(GString) err = g_string_new(NULL);
	g_autoptr(GString) journal = g_string_new(NULL);
	g_autofree char *dmesg = kernel_log("bin");

	for (size_t i = 0; i < G_N_ELEMENTS(subtests); i++) {
		const char *name = subtests[i].name;

		g_string_append_printf(out,
				       "Starting subtest: %s\nsome text\nSubtest %s: %s "
				       "(0.125s)\n",
				       name, name, subtests[i].word);
		g_string_append_printf(err, "Starting subtest: %s\n%sSubtest %s: %s (0.125s)\n",
				       name, subtests[i].err, name, subtests[i].word);
		g_string_append_printf(journal, "%s\n", name);
	}
	g_string_append(journal, "exit:98 (2.000s)\n");
	put_job(dir, JOB_TEXT, out->str, err->str, dmesg, journal->str);
	put_exec(dir, JOB_TEXT, "/tests/bin --run-subtest alpha");
}

static void put_packet_job(const char *dir)
{
	g_autoptr(GString) dump = g_string_new(NULL);
	g_autofree char *name = g_strdup_printf("%u/comms", JOB_PACKETS);
	g_autofree char *dmesg = kernel_log("packets");

	packet_add(dump, IGT_PACKET_EXEC, "/tests/packets --run-subtest alpha", NULL);
	packet_add(dump, IGT_PACKET_VERSION, "IGT-Version: 1 (x) (y)\n", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(subtests); i++) {
		packet_start(dump, subtests[i].name);
		packet_log(dump, IGT_STREAM_STDOUT, "some text\n");
		packet_log(dump, IGT_STREAM_STDERR, subtests[i].err);
		packet_result(dump, subtests[i].name, subtests[i].word);
	}
	packet_exit(dump, 98);
	put_job(dir, JOB_PACKETS, "", "", dmesg, "");
	put_bytes(dir, name, dump->str, dump->len);
}

static void put_record(const char *dir)
{
	put_run(dir, joblist);
	put_file(dir, "boot.txt", "this one\n");
	put_file(dir, "uname.txt", "Linux host 6.12 #1 x86_64\n");
	put_file(dir, "starttime.txt", "1000.250000\n");
	put_file(dir, "endtime.txt", "1010.250000\n");
	put_text_job(dir);
	put_packet_job(dir);
	put_job(dir, JOB_TIMEOUT,
		"Starting subtest: one\nSubtest one: SUCCESS (0.1s)\nStarting subtest: two\n"
		"Subtest two: SUCCESS (0.1s)\n",
		"Starting subtest: one\nSubtest one: SUCCESS (0.1s)\nStarting subtest: two\n"
		"Subtest two: SUCCESS (0.1s)\n",
		"", "one\ntwo\ntimeout:-3 (9.000s)\n");
	put_exec(dir, JOB_TIMEOUT, "/tests/slow --run-subtest one,two");
	put_job(dir, JOB_PLAIN_FAIL, "text\n", "", "", "exit:1 (1.000s)\n");
	put_exec(dir, JOB_PLAIN_FAIL, "/tests/plain_fail");
	put_job(dir, JOB_PLAIN_PASS, "text\n", "", "", "exit:0 (1.000s)\n");
	put_exec(dir, JOB_PLAIN_PASS, "/tests/plain_pass");
}

static void put_seals(const char *dir)
{
	for (unsigned i = 0; i < JOBS; i++) {
		g_autofree char *name = g_strdup_printf("%s/%u", dir, i);
		int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		struct job_files files = {0};

		assert_true(fd >= 0);
		assert_int_equal(job_files_seal(fd, /* sync= */ false, &files), 0);
		job_files_clear(&files);
		close(fd);
	}
}

/* Where stderr goes when it is not silenced. */
static int real_stderr = -1;

/* Thousands of complaints about the files would hide those of this test. */
static void silence_stderr(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	real_stderr = dup(STDERR_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
}

static void restore_stderr(void)
{
	if (real_stderr < 0)
		return;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	real_stderr = -1;
}

static GHashTable *verdicts_of(struct json_object *results)
{
	GHashTable *verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	struct json_object *tests, *result;

	assert_true(json_object_object_get_ex(results, "tests", &tests));
	json_object_object_foreach(tests, name, test)
	{
		assert_true(json_object_object_get_ex(test, "result", &result));
		g_hash_table_insert(verdicts, g_strdup(name),
				    g_strdup(json_object_get_string(result)));
	}
	return verdicts;
}

/* NULL if the record is refused: then there is no verdict at all. */
static GHashTable *read_verdicts(const struct place *place)
{
	g_autofree char *json = g_build_filename(place->dir, "results.json", NULL);
	struct json_object *results;
	GHashTable *verdicts;

	unlink(json);
	if (results_generate(place->dir) < 0)
		return NULL;
	results = read_results(place->dir);
	verdicts = verdicts_of(results);
	json_object_put(results);
	return verdicts;
}

static guint32 seed(void)
{
	const char *given = g_getenv("RUNNER_TEST_SEED");

	return given ? strtoul(given, NULL, 10) : 20000;
}

static int setup(void **state, bool sealed)
{
	struct place *place = g_new0(struct place, 1);

	place->dir = scratch_new();
	place->random = g_rand_new_with_seed(seed());
	place->sealed = sealed;
	put_record(place->dir);
	if (sealed)
		put_seals(place->dir);
	place->verdicts = read_verdicts(place);
	assert_non_null(place->verdicts);
	assert_string_equal(g_hash_table_lookup(place->verdicts, "igt@packets@bravo"), "fail");
	assert_string_equal(g_hash_table_lookup(place->verdicts, "igt@slow@two"), "timeout");
	assert_string_equal(g_hash_table_lookup(place->verdicts, "igt@plain_pass"), "pass");
	*state = place;
	return 0;
}

static int setup_sealed(void **state)
{
	return setup(state, /* sealed= */ true);
}

static int setup_unsealed(void **state)
{
	return setup(state, /* sealed= */ false);
}

static int teardown(void **state)
{
	struct place *place = *state;

	g_hash_table_unref(place->verdicts);
	g_rand_free(place->random);
	scratch_remove(place->dir);
	g_free(place);
	return 0;
}

static bool is_good(const char *verdict)
{
	return strcmp(verdict, "pass") == 0 || strcmp(verdict, "skip") == 0;
}

/* Doubts, as opposed to failures. */
static bool is_mild(const char *verdict)
{
	return strcmp(verdict, "warn") == 0 || strcmp(verdict, "dmesg-warn") == 0;
}

static void assert_no_better(const struct place *place, GHashTable *verdicts, bool mild_may_vanish,
			     const char *what)
{
	GHashTableIter iter;
	gpointer name, verdict;

	g_hash_table_iter_init(&iter, verdicts);
	while (g_hash_table_iter_next(&iter, &name, &verdict)) {
		const char *old = g_hash_table_lookup(place->verdicts, name);

		if (!is_good(verdict) || (old && strcmp(old, verdict) == 0))
			continue;
		/* Another name for something that was good is no lie about anything. */
		if (!old || (mild_may_vanish && is_mild(old)))
			continue;
		restore_stderr();
		fail_msg("%s: %s was %s and is %s", what, (char *)name, old, (char *)verdict);
	}
}

static void assert_none_vanished(const struct place *place, GHashTable *verdicts, const char *what)
{
	GHashTableIter iter;
	gpointer name, old;

	g_hash_table_iter_init(&iter, place->verdicts);
	while (g_hash_table_iter_next(&iter, &name, &old))
		if (!is_good(old) && !g_hash_table_contains(verdicts, name)) {
			restore_stderr();
			fail_msg("%s: %s, a %s, vanished", what, (char *)name, (char *)old);
		}
}

/* True if the name is there, and what ends it: a newline, or a NUL. */
static bool names(const char *text, size_t len, const char *name)
{
	return len > 0 && memmem(text, len - 1, name, strlen(name));
}

/* What was there and complete in the first @len bytes of a file of the text or packet job. */
static void assert_kept(const struct place *place, GHashTable *verdicts, const char *binary,
			const char *text, size_t len, const char *what)
{
	/* The last one counts as complete when something follows it. */
	for (size_t i = 0; i + 1 < G_N_ELEMENTS(subtests); i++) {
		g_autofree char *name = g_strdup_printf("igt@%s@%s", binary, subtests[i].name);
		const char *old = g_hash_table_lookup(place->verdicts, name);
		const char *now = g_hash_table_lookup(verdicts, name);

		if (!names(text, len, subtests[i + 1].name))
			break;
		if (g_strcmp0(old, now) != 0) {
			restore_stderr();
			fail_msg("%s: %s was %s and is %s", what, name, old, now);
		}
	}
}

static const char *binary_of(const char *file)
{
	if (g_str_has_prefix(file, "0/"))
		return "bin";
	return g_str_has_prefix(file, "1/") ? "packets" : NULL;
}

/* What was done to a file. */
struct damage {
	const char *file;
	/* For people. */
	const char *what;
	/* What the file was; and how much of it, from the start, is as it was. */
	const char *text;
	size_t kept;
	/* Something is missing where a cut file would still have it, or there is no seal. */
	bool warnings_may_be_lost;
};

static void check(const struct place *place, const struct damage *damage)
{
	bool is_plan = !strchr(damage->file, '/');
	g_autoptr(GHashTable) verdicts = read_verdicts(place);

	if (!verdicts)
		return;
	assert_no_better(place, verdicts, !place->sealed || damage->warnings_may_be_lost,
			 damage->what);
	if (!is_plan)
		assert_none_vanished(place, verdicts, damage->what);
	if (binary_of(damage->file) && damage->kept > 0 &&
	    !g_str_has_suffix(damage->file, "seal.txt"))
		assert_kept(place, verdicts, binary_of(damage->file), damage->text, damage->kept,
			    damage->what);
}

/* All there are, of the plan and of the jobs. Caller unrefs. */
static GPtrArray *list_files(const struct place *place)
{
	static const char *const plan[] = {"metadata.txt", "joblist.txt", "uname.txt",
					   "starttime.txt", "endtime.txt"};
	static const char *const job[] = {"out.txt",	 "err.txt", "dmesg.txt",
					  "journal.txt", "comms",   "seal.txt"};
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < G_N_ELEMENTS(plan); i++)
		g_ptr_array_add(files, g_strdup(plan[i]));
	for (unsigned i = 0; i < JOBS; i++)
		for (size_t k = 0; k < G_N_ELEMENTS(job) - !place->sealed; k++)
			g_ptr_array_add(files, g_strdup_printf("%u/%s", i, job[k]));
	return files;
}

/* Short, or its old length with zeros from the cut on. */
static void cut_file(const struct place *place, const char *file)
{
	g_autofree char *path = g_build_filename(place->dir, file, NULL);
	g_autofree char *whole = NULL;
	size_t len;

	assert_true(g_file_get_contents(path, &whole, &len, NULL));
	for (int i = 0; i < CUTS_PER_FILE && len > 0; i++) {
		size_t cut = g_rand_int_range(place->random, 0, len);
		g_autofree char *zeroed = g_memdup2(whole, len);
		g_autofree char *what = g_strdup_printf("%s cut at %zu", file, cut);
		g_autofree char *zeros = g_strdup_printf("%s zeros from %zu on", file, cut);

		put_bytes(place->dir, file, whole, cut);
		check(place, &(struct damage){file, what, whole, cut, false});
		memset(zeroed + cut, 0, len - cut);
		put_bytes(place->dir, file, zeroed, len);
		/* A few zeros could be anything. */
		check(place,
		      &(struct damage){file, zeros, whole, len - cut >= 16 ? cut : 0, false});
	}
	put_bytes(place->dir, file, whole, len);
}

static void any_file_may_end_anywhere(void **state)
{
	const struct place *place = *state;
	g_autoptr(GPtrArray) files = list_files(place);

	silence_stderr();
	for (unsigned i = 0; i < files->len; i++)
		cut_file(place, g_ptr_array_index(files, i));
	restore_stderr();
}

/* What disks, and editors that mean well, do: other bytes, less of them, or more. */
static GString *damaged(GRand *random, const char *whole, size_t len)
{
	static const char *const garbage[] = {"\xff", "\xc3",	     "\xe2\x82", "\xc0\x80",
					      "\n",   "\r\n",	     "0",	 "9",
					      "-",    "\xef\xbb\xbf"};
	GString *bytes = g_string_new_len(whole, len);

	for (int left = g_rand_int_range(random, 1, 4); left > 0; left--) {
		size_t at = g_rand_int_range(random, 0, bytes->len + 1);
		size_t n = MIN(bytes->len - at, (size_t)g_rand_int_range(random, 1, 9));

		switch (g_rand_int_range(random, 0, 5)) {
		case 0:
			if (at < bytes->len)
				bytes->str[at] ^= 1 << g_rand_int_range(random, 0, 8);
			break;
		case 1:
			for (size_t i = 0; i < n; i++)
				bytes->str[at + i] = (char)g_rand_int_range(random, 0, 256);
			break;
		case 2:
			g_string_insert(
				bytes, at,
				garbage[g_rand_int_range(random, 0, G_N_ELEMENTS(garbage))]);
			break;
		case 3:
			g_string_erase(bytes, at, n);
			break;
		default:
			if (at < bytes->len)
				bytes->str[at] =
					garbage[g_rand_int_range(random, 0, G_N_ELEMENTS(garbage))]
					       [0];
			break;
		}
	}
	return bytes;
}

static void damage_file(const struct place *place, const char *file)
{
	g_autofree char *path = g_build_filename(place->dir, file, NULL);
	g_autofree char *whole = NULL;
	/* What the kernel may say is a setting. */
	bool is_rule = strcmp(file, "metadata.txt") == 0;
	size_t len;

	assert_true(g_file_get_contents(path, &whole, &len, NULL));
	for (int i = 0; i < DAMAGES_PER_FILE && len > 0; i++) {
		g_autoptr(GString) bytes = damaged(place->random, whole, len);
		g_autofree char *what = g_strdup_printf("damage %d of %s", i, file);

		put_bytes(place->dir, file, bytes->str, bytes->len);
		check(place, &(struct damage){file, what, whole, 0, bytes->len < len || is_rule});
	}
	put_bytes(place->dir, file, whole, len);
}

static void any_file_may_hold_anything(void **state)
{
	const struct place *place = *state;
	g_autoptr(GPtrArray) files = list_files(place);

	silence_stderr();
	for (unsigned i = 0; i < files->len; i++)
		damage_file(place, g_ptr_array_index(files, i));
	restore_stderr();
}

static void any_file_may_be_missing(void **state)
{
	const struct place *place = *state;
	g_autoptr(GPtrArray) files = list_files(place);

	silence_stderr();
	for (unsigned i = 0; i < files->len; i++) {
		const char *file = g_ptr_array_index(files, i);
		g_autofree char *path = g_build_filename(place->dir, file, NULL);
		g_autofree char *whole = NULL;
		size_t len;

		assert_true(g_file_get_contents(path, &whole, &len, NULL));
		unlink(path);
		check(place, &(struct damage){file, file, whole, 0, false});
		put_bytes(place->dir, file, whole, len);
	}
	restore_stderr();
}

#define TEST(function, setup) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_file_may_end_anywhere, setup_sealed),
		TEST(any_file_may_end_anywhere, setup_unsealed),
		TEST(any_file_may_hold_anything, setup_sealed),
		TEST(any_file_may_be_missing, setup_sealed),
		TEST(any_file_may_be_missing, setup_unsealed),
	};

	print_message("# RUNNER_TEST_SEED=%u\n", seed());
	use_memory_for_scratch();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

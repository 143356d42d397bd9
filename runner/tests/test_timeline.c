/* SPDX-License-Identifier: MIT */
/** What reports read beside results.json: memory over time, kernel log marks, machine state. */
#include "helpers.h"

#include <string.h>

#include "machine_facts.h"
#include "memory_row.h"

#include "report/html_detail.h"
#include "report/kernel_log.h"
#include "report/machine_changes.h"
#include "report/run_facts.h"
#include "report/timeline.h"

#define HEAD "# igt-reclaim memory 1\n"

static void the_head_is_the_samplers(void **state)
{
	struct timeline *timeline = timeline_parse(memory_row_header, strlen(memory_row_header));

	assert_non_null(timeline);
	assert_int_equal(timeline->columns->len, 8);
	assert_string_equal(g_ptr_array_index(timeline->columns, 4), "shrinker");
	timeline_free(timeline);
}

static struct timeline *parse(const char *text)
{
	return timeline_parse(text, strlen(text));
}

static void rows_are_read(void **state)
{
	struct timeline *timeline = parse(HEAD "time\tMemAvailable\tshrinker\n"
					       "1.500000\t800\t-\n"
					       "1.550000\t700\t16\n");

	assert_non_null(timeline);
	assert_int_equal(timeline->times->len, 2);
	assert_string_equal(g_ptr_array_index(timeline->columns, 1), "shrinker");
	assert_true(timeline_time(timeline, 1) == 1.55);
	assert_int_equal(timeline_value(timeline, 0, 0), 800);
	assert_int_equal(timeline_value(timeline, 0, 1), TIMELINE_UNKNOWN);
	assert_int_equal(timeline_value(timeline, 1, 1), 16);
	assert_int_equal(timeline_find(timeline, 0.0), 0);
	assert_int_equal(timeline_find(timeline, 1.5), 0);
	assert_int_equal(timeline_find(timeline, 1.51), 1);
	assert_int_equal(timeline_find(timeline, 9.0), 2);
	timeline_free(timeline);
}

static void damage_costs_only_what_it_hit(void **state)
{
	static const struct {
		const char *text;
		unsigned rows;
		int64_t last;
	} cases[] = {
		/* Cut off in a number: it could have been 8000. */
		{"1.0\t700\n1.1\t800", 1, 700},
		{"1.0\t700\n1.1", 1, 700},
		{"1.0\t700\nnonsense\n1.2\t900\n", 2, 900},
		/* A clock that goes back would fold the picture. */
		{"1.0\t700\n0.5\t800\n", 1, 700},
		{"nan\t1\n1.0\t700\ninf\t3\n", 1, 700},
		/* A row without a column, one with more, and numbers that are none. */
		{"1.0\n", 1, TIMELINE_UNKNOWN},
		{"1.0\t5\t6\t7\n", 1, 5},
		{"1.0\t-5\n", 1, TIMELINE_UNKNOWN},
		{"1.0\t5x\n", 1, TIMELINE_UNKNOWN},
		{"1.0\t99999999999999999999\n", 1, TIMELINE_UNKNOWN},
		{"", 0, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strconcat(HEAD "time\tMemAvailable\n", cases[i].text, NULL);
		struct timeline *timeline = parse(text);

		assert_non_null(timeline);
		assert_int_equal(timeline->times->len, cases[i].rows);
		if (cases[i].rows > 0)
			assert_int_equal(timeline_value(timeline, cases[i].rows - 1, 0),
					 cases[i].last);
		timeline_free(timeline);
	}
}

static void another_file_is_none(void **state)
{
	assert_null(parse(""));
	assert_null(parse("# igt-reclaim memory 2\ntime\tMemAvailable\n"));
	assert_null(parse(HEAD));
	assert_null(parse(HEAD "MemAvailable\n1\n"));
	assert_null(parse(HEAD "time\t\xff\n"));
}

static void marks_are_found_in_the_log(void **state)
{
	static const char log[] = "<6> [1.000000] [IGT] bin: executing\n"
				  "<6> [1.100000] [IGT] bin: starting subtest a\n"
				  "<6> [1.200000] [IGT] reclaim: drop-caches freed 64 pages\n"
				  "<4> [1.300000] ------------[ cut here ]------------\n"
				  "<4> [1.300010] WARNING: at purge\n"
				  "<4> [1.300020]  ? shrink_slab\n"
				  "no record\n"
				  "<6> [1.350000] reclaim: said by somebody else freed 1 pages\n"
				  "<4> [1.500000] second thoughts\n"
				  "<6> [1.600000] [IGT] bin: finished subtest a, FAIL\n";
	static const char warnings[] = "<4> [1.300000] ------------[ cut here ]------------\n"
				       "<4> [1.300010] WARNING: at purge\n"
				       "<4> [1.300020]  ? shrink_slab\n"
				       "<4> [1.500000] second thoughts\n";
	static const struct {
		enum log_mark_kind kind;
		double time;
		const char *text;
	} expected[] = {
		{LOG_MARK_START, 1.1, "a"},
		{LOG_MARK_RECLAIM, 1.2, "drop-caches freed 64 pages"},
		/* One trace, one mark, by its first line that says anything. */
		{LOG_MARK_WARNING, 1.3, "WARNING: at purge"},
		{LOG_MARK_WARNING, 1.5, "second thoughts"},
		{LOG_MARK_VERDICT, 1.6, "FAIL"},
	};
	g_autoptr(GPtrArray) marks = log_marks(log, warnings, 100);
	g_autoptr(GPtrArray) few = log_marks(log, warnings, 1);
	g_autoptr(GPtrArray) none = log_marks(NULL, NULL, 1);

	assert_int_equal(marks->len, G_N_ELEMENTS(expected));
	for (unsigned i = 0; i < marks->len; i++) {
		const struct log_mark *mark = g_ptr_array_index(marks, i);

		assert_int_equal(mark->kind, expected[i].kind);
		assert_true(mark->time == expected[i].time);
		assert_string_equal(mark->text, expected[i].text);
	}
	assert_int_equal(few->len, G_N_ELEMENTS(expected) - 1);
	assert_int_equal(none->len, 0);
}

static void changes_of_the_machine_are_told(void **state)
{
	static const char text[] =
		"subtest=A-b\ttaint=0x0->0x200\tdebug_locks=1->1\toom_kills=0\n"
		"subtest=quiet\ttaint=0x200->0x200\tdebug_locks=-->-\toom_kills=-\n"
		"subtest=\ttaint=0x0->0x200\tdebug_locks=1->0\toom_kills=2\n"
		"subtest=quiet\ttaint=0x1->0x2\toom_k";
	g_autoptr(GHashTable) machine = machine_changes_parse(text, strlen(text));
	g_autoptr(GPtrArray) own = machine_changes_of(machine, "a-b");
	g_autoptr(GPtrArray) quiet = machine_changes_of(machine, "quiet");
	g_autoptr(GPtrArray) job = machine_changes_of(machine, NULL);

	assert_int_equal(own->len, 1);
	assert_string_equal(own->pdata[0], "taint 0x0 -> 0x200");
	/* The last line was cut off, so what it says counts for nothing. */
	assert_int_equal(quiet->len, 0);
	assert_int_equal(job->len, 3);
	assert_string_equal(job->pdata[1], "debug_locks 1 -> 0");
	assert_string_equal(job->pdata[2], "oom_kills 2");
}

/* The log of a test whose stderr is @err, as a page has it. Caller frees. */
static char *log_in_page(const char *err)
{
	struct report_entry entry = {.name = "igt@bin@a", .texts = {.err = err}};
	struct detail_reader reader = {0};
	struct json_object *detail = detail_json(&reader, &entry, /* job= */ -1, /* alone= */ true);
	char *log = g_strdup(json_get_text(detail, "err"));

	json_object_put(detail);
	detail_reader_clear(&reader);
	return log;
}

static void long_logs_lose_their_middle(void **state)
{
	static const char *const patterns[] = {"a line\n", "x", "\xc3\xa4", "\xe2\x82\xac"};
	g_autofree char *whole = log_in_page("short\n");

	assert_string_equal(whole, "short\n");
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		/* Cut at every place in a character. */
		for (int shift = 0; shift < 4; shift++) {
			g_autoptr(GString) text = g_string_new(NULL);
			g_autofree char *log = NULL;

			g_string_append_len(text, "----", shift);
			while (text->len < 1024 * 1024)
				g_string_append(text, patterns[i]);
			g_string_append(text, "the end\n");
			log = log_in_page(text->str);
			assert_true(strlen(log) < 132 * 1024);
			assert_true(g_utf8_validate(log, -1, NULL));
			assert_non_null(strstr(log, "\n" HTML_CUT_MARK "89"));
			assert_true(g_str_has_suffix(log, "the end\n"));
		}
	}
}

static void facts_come_from_wherever_they_are(void **state)
{
	_cleanup_(report_freep) struct report *report = NULL;
	_cleanup_(folder_freep) struct folder *folder = NULL;
	g_autoptr(GPtrArray) facts = NULL;

	put_file(*state, "results.json",
		 "{\"uname\":\"Linux h 6.12 x86_64\",\"cmdline\":[\"igt_runner\",\"-t\",\"a b\"],"
		 "\"time_elapsed\":{\"start\":1795251739.2,\"end\":1795251859.2},\"tests\":{}}");
	put_file(*state, "guest.json", "{\"mali\":\"t860\",\"cpus\":2,\"outcome\":\"panic\"}");
	put_file(*state, "machine-facts.txt", "Model: VIM3\nProcessors: 6\nbroken line\n");
	assert_int_equal(report_read(*state, &report), 0);
	folder = folder_open(*state);
	facts = run_facts_read(report, folder);
	assert_string_equal(run_facts_find(facts, "Kernel"), "Linux h 6.12 x86_64");
	assert_string_equal(run_facts_find(facts, "Started"), "2026-11-21 09:02:19 UTC");
	assert_string_equal(run_facts_find(facts, "Took"), "2 min 0 s");
	assert_string_equal(run_facts_find(facts, "Mali"), "t860");
	assert_string_equal(run_facts_find(facts, "Model"), "VIM3");
	/* The guest knows better than what is in it. */
	assert_string_equal(run_facts_find(facts, "Processors"), "2");
	assert_string_equal(run_facts_find(facts, "Guest ended"), "panic");
	assert_string_equal(run_facts_find(facts, "Command"), "igt_runner -t 'a b'");
}

static void this_machine_has_facts(void **state)
{
	g_autofree char *text = machine_facts_text();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	assert_true(g_utf8_validate(text, -1, NULL));
	assert_non_null(strstr(text, "Processors: "));
	assert_non_null(strstr(text, "\nMemory: "));
	for (char **line = lines; line[1]; line++)
		assert_non_null(strstr(*line, ": "));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_head_is_the_samplers),	     TEST(rows_are_read),
		TEST(damage_costs_only_what_it_hit), TEST(another_file_is_none),
		TEST(marks_are_found_in_the_log),    TEST(changes_of_the_machine_are_told),
		TEST(long_logs_lose_their_middle),   TEST(facts_come_from_wherever_they_are),
		TEST(this_machine_has_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

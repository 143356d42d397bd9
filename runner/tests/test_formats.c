/* SPDX-License-Identifier: MIT */
/** The small formats: markers, journal, job list, test list, names, bytes. */
#include "helpers.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "enumerate.h"
#include "filter.h"
#include "job_list.h"
#include "journal.h"
#include "markers.h"
#include "utf8.h"

static void marker_lines_are_told_from_text(void **state)
{
	static const char *const not_markers[] = {
		"",
		"Subtest a failed.",
		"Subtest a b: FAIL (0.1s)",
		"Subtest : FAIL",
		" Starting subtest: a",
		"Starting subtest: ",
		"Starting subtest: a b",
		"Dynamic subtest ",
		"Subtest a:FAIL",
	};
	struct marker marker = {0};

	for (size_t i = 0; i < G_N_ELEMENTS(not_markers); i++)
		assert_false(marker_parse(not_markers[i], strlen(not_markers[i]), &marker));
	assert_true(marker_parse("Subtest a-b_1: SKIP (1.250s)", 28, &marker));
	assert_int_equal(marker.kind, MARKER_RESULT);
	assert_int_equal(marker.verdict, VERDICT_SKIP);
	assert_string_equal(marker.name, "a-b_1");
	assert_true(marker.seconds > 1.24 && marker.seconds < 1.26);
	marker_clear(&marker);
}

static void a_result_cut_short_is_incomplete(void **state)
{
	static const char line[] = "Subtest a: FAIL (0.100s)";
	size_t known = strlen("Subtest a: FAIL");

	for (size_t len = strlen("Subtest a: "); len < sizeof(line); len++) {
		struct marker marker;

		assert_true(marker_parse(line, len, &marker));
		assert_int_equal(marker.verdict, len < known ? VERDICT_INCOMPLETE : VERDICT_FAIL);
		marker_clear(&marker);
	}
}

static struct transcript *read_journal(const char *text, size_t len)
{
	struct transcript *transcript = transcript_new();

	journal_read(text, len, transcript);
	return transcript;
}

static void journal_is_read(void **state)
{
	static const char text[] = "a\nb\na\nexit:98 (1.500s)\n";
	_cleanup_(transcript_freep) struct transcript *journal = read_journal(text, strlen(text));
	const struct process *process = transcript_process(journal);

	assert_int_equal(journal->subtests->len, 2);
	assert_string_equal(journal->subtests->pdata[1], "b");
	assert_int_equal(journal->processes->len, 1);
	assert_true(process->ended);
	assert_false(process->timed_out);
	assert_int_equal(process->exit_code, 98);
	assert_true(process->seconds == 1.5);
}

static void journal_may_tell_of_several_processes(void **state)
{
	static const char text[] = "a\ntimeout:-3 (2.000s)\nb\nc\nexit:9999 (0.000s)\n"
				   "exit:77 (0.100s)\nd\n";
	static const struct {
		unsigned last;
		bool ended, timed_out;
		int exit_code;
	} expected[] = {
		{1, true, true, -3},
		{3, true, false, JOURNAL_EXIT_UNKNOWN},
		{0, true, false, 77},
		{4, false, false, 0},
	};
	_cleanup_(transcript_freep) struct transcript *journal = read_journal(text, strlen(text));

	assert_int_equal(journal->subtests->len, 4);
	assert_int_equal(journal->processes->len, G_N_ELEMENTS(expected));
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		const struct process *process =
			&g_array_index(journal->processes, struct process, i);

		assert_int_equal(process->last, expected[i].last);
		assert_int_equal(process->ended, expected[i].ended);
		assert_int_equal(process->timed_out, expected[i].timed_out);
		assert_int_equal(process->exit_code, expected[i].exit_code);
	}
}

static void journal_line_without_newline_does_not_count(void **state)
{
	/* `exit:-11` cut to `exit:-1` would say that the test was not run. */
	static const char text[] = "a\nexit:-1";
	_cleanup_(transcript_freep) struct transcript *journal = read_journal(text, strlen(text));

	assert_int_equal(journal->subtests->len, 1);
	assert_false(transcript_process(journal)->ended);
}

static void journal_junk_is_ignored(void **state)
{
	static const char text[] = "a\0\0\n\xff\nexit:\nexit:x (1s)\ntimeout:99999 (1s)\n"
				   "exit:-0 (1s)\nexit: 0 (1s)\nexit:08 (1s)\nexit:+1 (1s)\n"
				   "exit:0\n\nb\n";
	_cleanup_(transcript_freep) struct transcript *journal =
		read_journal(text, sizeof(text) - 1);

	assert_int_equal(journal->subtests->len, 1);
	assert_string_equal(journal->subtests->pdata[0], "b");
	assert_false(transcript_process(journal)->ended);
}

static void add_marker(void *user, const struct marker *marker)
{
	g_string_append_printf(user, "%d %s,", marker->kind, marker->name);
}

static void journal_is_written_from_stderr(void **state)
{
	static const char err[] = "noise\nStarting subtest: a\nSubtest a: SUCCESS (0.1s)\n"
				  "Subtest b: SKIP (0.0s)\nStarting dynamic subtest: d\n";
	const char *dir = *state;
	g_autofree char *path = g_build_filename(dir, "journal.txt", NULL);
	int fd = open(path, O_CREAT | O_WRONLY | O_APPEND, 0600);
	g_autoptr(GString) markers = g_string_new(NULL);
	_cleanup_(journal_writer_freep) struct journal_writer *writer =
		journal_writer_new(fd, /* sync= */ false, add_marker, markers);
	g_autofree char *text = NULL;

	/* Byte by byte: a pipe may be read at any point of a line. */
	for (size_t i = 0; i < strlen(err); i++)
		assert_int_equal(journal_writer_feed(writer, err + i, 1), 0);
	assert_int_equal(journal_writer_end(writer, true, -3, 2.0), 0);
	close(fd);
	text = get_file(dir, "journal.txt");
	assert_string_equal(text, "a\nb\ntimeout:-3 (2.000s)\n");
	assert_string_equal(markers->str, "0 a,1 a,1 b,2 d,");
}

static void exit_codes_are_encoded(void **state)
{
	assert_int_equal(journal_exit_code(98 << 8), 98);
	assert_int_equal(journal_exit_code((128 + SIGSEGV) << 8), -SIGSEGV);
	assert_int_equal(journal_exit_code(SIGKILL), -SIGKILL);
	/* Not to be taken for "not run". */
	assert_int_equal(journal_exit_code(SIGHUP), JOURNAL_EXIT_UNKNOWN);
	assert_int_equal(journal_exit_code((128 + SIGHUP) << 8), JOURNAL_EXIT_UNKNOWN);
}

static void job_list_survives_a_round_trip(void **state)
{
	static const char text[] = "simple\npanfrost/gem new-a,new-b@dyn\n";
	g_autoptr(GPtrArray) jobs = job_list_parse(text);
	g_autofree char *again = job_list_to_text(jobs);
	const struct job *job = g_ptr_array_index(jobs, 1);
	g_autofree char *title = job_title(job);

	assert_int_equal(jobs->len, 2);
	assert_string_equal(job->binary, "panfrost/gem");
	assert_int_equal(job->subtests->len, 2);
	assert_string_equal(again, text);
	assert_string_equal(title, "panfrost/gem (new-a, new-b@dyn)");
}

static void job_list_takes_blanks_and_a_torn_end(void **state)
{
	g_autoptr(GPtrArray) jobs = job_list_parse("\n  \na x\n\nb y,,z");
	const struct job *job;

	assert_int_equal(jobs->len, 2);
	job = g_ptr_array_index(jobs, 1);
	assert_int_equal(job->subtests->len, 2);
	assert_string_equal(job->subtests->pdata[1], "z");
}

static void test_list_words_are_found(void **state)
{
	g_autoptr(GPtrArray) words = test_list_words("TESTLIST\na b\n\tpanfrost/c\nEND TESTLIST\n");

	assert_int_equal(words->len, 3);
	assert_string_equal(words->pdata[2], "panfrost/c");
}

static void piglit_names_are_lower_case(void **state)
{
	g_autofree char *full = piglit_name("Bin", "Sub", "Dyn");
	g_autofree char *bare = piglit_name("bin", NULL, NULL);

	assert_string_equal(full, "igt@bin@sub@dyn");
	assert_string_equal(bare, "igt@bin");
}

static void filters_match_anywhere_in_any_case(void **state)
{
	g_autoptr(GPtrArray) include =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);
	g_autoptr(GPtrArray) exclude =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);

	assert_true(filter_lets_through(include, exclude, "igt@a@b"));
	assert_int_equal(filter_add(include, "MADVISE@.*purged$"), 0);
	assert_int_equal(filter_add(include, "^igt@other"), 0);
	assert_int_equal(filter_add(exclude, "busy"), 0);
	assert_true(filter_lets_through(include, exclude, "igt@virtio_madvise@is-purged"));
	assert_true(filter_lets_through(include, exclude, "igt@other@x"));
	assert_false(filter_lets_through(include, exclude, "igt@virtio_madvise@is-kept"));
	assert_false(filter_lets_through(include, exclude, "igt@virtio_madvise@busy-is-purged"));
	/* A name that is no UTF-8 is still matched. */
	assert_true(filter_lets_through(include, exclude, "igt@other@\xff"));
	assert_int_equal(filter_add(include, "(unclosed"), -EINVAL);
}

static void bytes_become_valid_utf8(void **state)
{
	g_autofree char *mixed = utf8_from_bytes("\xc2\xb5s \xe9 a\0b \xc3", 11);
	unsigned seed = 1;

	assert_string_equal(mixed, "\xc2\xb5s \xc3\xa9 a\xef\xbf\xbd"
				   "b \xc3\x83");
	for (int i = 0; i < 2000; i++) {
		char bytes[64];
		g_autofree char *text = NULL;

		for (size_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = (char)rand_r(&seed);
		text = utf8_from_bytes(bytes, sizeof(bytes));
		assert_true(g_utf8_validate(text, -1, NULL));
		assert_true(g_utf8_strlen(text, -1) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marker_lines_are_told_from_text),
		cmocka_unit_test(a_result_cut_short_is_incomplete),
		cmocka_unit_test(journal_is_read),
		cmocka_unit_test(journal_may_tell_of_several_processes),
		cmocka_unit_test(journal_line_without_newline_does_not_count),
		cmocka_unit_test(journal_junk_is_ignored),
		cmocka_unit_test_setup_teardown(journal_is_written_from_stderr, scratch_setup,
						scratch_teardown),
		cmocka_unit_test(exit_codes_are_encoded),
		cmocka_unit_test(job_list_survives_a_round_trip),
		cmocka_unit_test(job_list_takes_blanks_and_a_torn_end),
		cmocka_unit_test(test_list_words_are_found),
		cmocka_unit_test(piglit_names_are_lower_case),
		cmocka_unit_test(filters_match_anywhere_in_any_case),
		cmocka_unit_test(bytes_become_valid_utf8),
	};

	g_unsetenv("IGT_TEST_ROOT");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

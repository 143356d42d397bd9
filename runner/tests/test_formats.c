/* SPDX-License-Identifier: MIT */
/** The small formats: markers, journal, job list, test list, metadata, names, bytes. */
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
#include "options.h"
#include "settings.h"
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

static void journal_is_read(void **state)
{
	static const char text[] = "a\nb\na\nexit:98 (1.500s)\n";
	_cleanup_(journal_freep) struct journal *journal = journal_parse(text, strlen(text));

	assert_int_equal(journal->subtests->len, 2);
	assert_string_equal(journal->subtests->pdata[1], "b");
	assert_true(journal->ended);
	assert_false(journal->timed_out);
	assert_int_equal(journal->exit_code, 98);
	assert_true(journal->seconds == 1.5);
}

static void journal_line_without_newline_does_not_count(void **state)
{
	/* `exit:-11` cut to `exit:-1` would say that the test was not run. */
	static const char text[] = "a\nexit:-1";
	_cleanup_(journal_freep) struct journal *journal = journal_parse(text, strlen(text));

	assert_int_equal(journal->subtests->len, 1);
	assert_false(journal->ended);
}

static void journal_junk_is_ignored(void **state)
{
	static const char text[] = "a\0\0\n\xff\nexit:\nexit:x (1s)\ntimeout:99999 (1s)\n\nb\n";
	_cleanup_(journal_freep) struct journal *journal = journal_parse(text, sizeof(text) - 1);

	assert_int_equal(journal->subtests->len, 1);
	assert_string_equal(journal->subtests->pdata[0], "b");
	assert_false(journal->ended);
}

static void journal_is_written_from_stderr(void **state)
{
	static const char err[] = "noise\nStarting subtest: a\nSubtest a: SUCCESS (0.1s)\n"
				  "Subtest b: SKIP (0.0s)\nStarting dynamic subtest: d\n";
	const char *dir = *state;
	g_autofree char *path = g_build_filename(dir, "journal.txt", NULL);
	int fd = open(path, O_CREAT | O_WRONLY | O_APPEND, 0600);
	_cleanup_(journal_writer_freep) struct journal_writer *writer =
		journal_writer_new(fd, /* sync= */ false);
	g_autofree char *text = NULL;
	unsigned starts = 0;

	/* Byte by byte: a pipe may be read at any point of a line. */
	for (size_t i = 0; i < strlen(err); i++) {
		bool started = false;

		assert_int_equal(journal_writer_feed(writer, err + i, 1, &started), 0);
		starts += started;
	}
	assert_int_equal(journal_writer_end(writer, true, -3, 2.0), 0);
	close(fd);
	text = get_file(dir, "journal.txt");
	assert_string_equal(text, "a\nb\ntimeout:-3 (2.000s)\n");
	assert_int_equal(starts, 2);
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

static struct settings *parse_options(int argc, const char *const *words)
{
	struct settings *settings = NULL;
	enum options_action action;

	assert_int_equal(options_parse(argc, (char **)words, &action, &settings), 0);
	assert_int_equal(action, OPTIONS_RUN);
	return settings;
}

static void metadata_survives_a_round_trip(void **state)
{
	static const char *const words[] = {"igt_runner", "-n",	  "back\\slash\nline",
					    "-o",	  "root", "results"};
	_cleanup_(settings_freep) struct settings *settings = parse_options(6, words);
	_cleanup_(settings_freep) struct settings *again = NULL;
	g_autofree char *text = settings_to_metadata(settings);
	int dirfd;

	assert_non_null(strstr(text, "abort_mask : 0\ndisk_usage_limit : 0\nname : "));
	assert_non_null(strstr(text, "\nname : back\\x5chslash\\xahline\n"));
	assert_non_null(strstr(text, "\nprune_mode : 2\n"));
	assert_non_null(strstr(text, "\ncmdline.argc : 6\ncmdline.argv[0] : igt_runner\n"));
	put_file(*state, "metadata.txt", text);
	dirfd = open(*state, O_RDONLY | O_DIRECTORY);
	assert_int_equal(settings_read_metadata(dirfd, "here", &again), 0);
	close(dirfd);
	assert_string_equal(again->name, "back\\slash\nline");
	assert_int_equal(again->prune_mode, PRUNE_KEEP_ALL);
	assert_int_equal(again->cmdline->len, 6);
}

static void old_metadata_has_its_defaults(void **state)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;
	int dirfd = open(*state, O_RDONLY | O_DIRECTORY);

	put_file(*state, "metadata.txt", "piglit_style_dmesg : 1\nname : x\n");
	assert_int_equal(settings_read_metadata(dirfd, "here", &settings), 0);
	close(dirfd);
	assert_int_equal(settings->prune_mode, PRUNE_KEEP_DYNAMIC);
	assert_int_equal(settings->dmesg_warn_level, 5);
}

static void bad_options_are_refused(void **state)
{
	static const char *const lines[][6] = {
		{"igt_runner", "--use-watchdog", "root", "results"},
		{"igt_runner", "-m", "root", "results"},
		{"igt_runner", "--sync=1", "root", "results"},
		{"igt_runner", "--per-test-timeout", "1s", "root", "results"},
		{"igt_runner", "--per-test-timeout=-1", "root", "results"},
		{"igt_runner", "--overall-timeout", "99999999999999999999", "root", "results"},
		{"igt_runner", "--log-level", "dummy", "root", "results"},
		{"igt_runner", "--report", "html", "root", "results"},
		{"igt_runner", "-t", "(", "root", "results"},
		{"igt_runner", "-e", "=x", "root", "results"},
		{"igt_runner", "-e", "SURELY_NOT_SET_ANYWHERE", "root", "results"},
		{"igt_runner", "root", "results", "more"},
		{"igt_runner", "results"},
		{"igt_runner"},
		{"igt_runner", "root", "results", "-n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct settings *settings = NULL;
		enum options_action action;
		char *words[7] = {NULL};
		int argc = 0;

		while (argc < 6 && lines[i][argc]) {
			words[argc] = (char *)lines[i][argc];
			argc++;
		}
		assert_int_equal(options_parse(argc, words, &action, &settings), -EINVAL);
		assert_null(settings);
	}
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
		cmocka_unit_test_setup_teardown(metadata_survives_a_round_trip, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(old_metadata_has_its_defaults, scratch_setup,
						scratch_teardown),
		cmocka_unit_test(bad_options_are_refused),
		cmocka_unit_test(bytes_become_valid_utf8),
	};

	g_unsetenv("IGT_TEST_ROOT");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

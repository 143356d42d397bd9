// SPDX-License-Identifier: MIT
/* The results folder before and after a guest. */
#include "testing.h"

#include "guest_gpu.h"
#include "guest_arch.h"
#include "guest_results.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool exists(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void put(const char *dir, const char *name, const char *text)
{
	g_free(testing_file(dir, name, text, 0644));
}

static void folder_is_made_with_parents(void **state)
{
	g_autofree char *dir = g_build_filename(*state, "a/b/c", NULL), *path = NULL;

	assert_int_equal(guest_results_prepare(dir, &path, NULL), 0);
	assert_string_equal(path, dir);
	assert_true(g_file_test(dir, G_FILE_TEST_IS_DIR));
}

static void earlier_results_are_removed_and_nothing_else(void **state)
{
	g_autofree char *path = NULL;

	put(*state, "metadata.txt", "");
	put(*state, "results.json", "old");
	put(*state, GUEST_RESULTS_JSON, "old");
	put(*state, "0/out.txt", "old");
	put(*state, "17/attachments/x", "old");
	put(*state, "notes.txt", "mine");
	put(*state, "0abc/x", "mine");
	assert_int_equal(guest_results_prepare(*state, &path, NULL), 0);
	assert_false(exists(*state, "metadata.txt"));
	assert_false(exists(*state, "results.json"));
	assert_false(exists(*state, GUEST_RESULTS_JSON));
	assert_false(exists(*state, "0"));
	assert_false(exists(*state, "17"));
	assert_true(exists(*state, "notes.txt"));
	assert_true(exists(*state, "0abc/x"));
}

static void folder_of_a_failed_boot_is_taken_again(void **state)
{
	g_autofree char *path = NULL;

	put(*state, GUEST_RESULTS_CONSOLE, "old");
	assert_int_equal(guest_results_prepare(*state, &path, NULL), 0);
	assert_false(exists(*state, GUEST_RESULTS_CONSOLE));
}

static void foreign_folder_is_refused_and_left_alone(void **state)
{
	g_autofree char *path = NULL, *why = NULL;

	put(*state, "1/thesis.txt", "mine");
	assert_fails(guest_results_prepare(*state, &path, &why), ENOTEMPTY, &why, *state,
		     "--results");
	assert_true(exists(*state, "1/thesis.txt"));
	assert_null(path);
}

static void folder_that_cannot_be_is_refused(void **state)
{
	g_autofree char *file = testing_file(*state, "file", "", 0644);
	g_autofree char *below = g_build_filename(file, "results", NULL);
	g_autofree char *path = NULL, *why = NULL;

	assert_fails(guest_results_prepare(below, &path, &why), ENOTDIR, &why, below);
	/* Root may do much, but not this. */
	assert_fails(guest_results_prepare("/proc/igt-results", &path, &why), ENOENT, &why,
		     "/proc/igt-results");
	assert_fails(guest_results_prepare("/proc/self/fdinfo", &path, &why), ENOTEMPTY, &why,
		     "/proc/self/fdinfo");
}

static void running_subtest_is_the_last_job_begun(void **state)
{
	g_autofree char *running = NULL;

	assert_null(guest_results_running(*state));
	put(*state, "joblist.txt", "bin one\nbin two\nbin three\n");
	assert_null(guest_results_running(*state));
	put(*state, "0/out.txt", "");
	put(*state, "1/out.txt", "");
	running = guest_results_running(*state);
	assert_string_equal(running, "bin@two");
}

static void more_directories_than_jobs_do_no_harm(void **state)
{
	g_autofree char *running = NULL;

	put(*state, "joblist.txt", "bin one\n");
	put(*state, "0/out.txt", "");
	put(*state, "1/out.txt", "");
	running = guest_results_running(*state);
	assert_string_equal(running, "bin@one");
}

static void report_gives_its_exit_code(void **state)
{
	g_autofree char *why = NULL;

	put(*state, "joblist.txt", "bin pass\n");
	assert_int_equal(guest_results_report(*state, FAKE_SUITE, true, NULL, &why), 0);
	assert_true(exists(*state, "results.json"));
	put(*state, "joblist.txt", "bin fail\n");
	assert_int_equal(guest_results_report(*state, FAKE_SUITE, true, NULL, &why), 1);
	put(*state, "joblist.txt", "bin skip\n");
	assert_int_equal(guest_results_report(*state, FAKE_SUITE, true, NULL, &why), 77);
	assert_null(why);
}

static void expectations_are_handed_to_the_report(void **state)
{
	static const char *const expect[] = {"--expect", "a-fails.txt", "--require", "virtio",
					     NULL};
	g_autofree char *args = g_build_filename(*state, "report-args.txt", NULL);
	g_autofree char *text = NULL, *why = NULL;

	put(*state, "joblist.txt", "bin pass\n");
	assert_int_equal(guest_results_report(*state, FAKE_SUITE, true, expect, &why), 0);
	assert_true(g_file_get_contents(args, &text, NULL, NULL));
	assert_string_equal(text, "--expect a-fails.txt --require virtio\n");
}

static void results_that_cannot_be_read_are_an_error(void **state)
{
	g_autofree char *why = NULL;

	assert_fails(guest_results_report(*state, FAKE_SUITE, false, NULL, &why), EIO, &why, *state,
		     "igt_results", "no joblist.txt");
}

static void record_tells_times_and_outcome(void **state)
{
	const struct guest_story story = {.outcome = GUEST_TEST_PANIC,
					  .detail = (char *)"a \"reason\"",
					  .runner_exit = -1,
					  .boot_ms = 1234,
					  .first_verdict_ms = -1};
	const struct guest_gpu gpu = {.kind = GUEST_GPU_BLOB, .iommu = "intel-iommu"};
	const struct guest_machine machine = {.arch = guest_arch_by_name("arm64"),
					      .kernel = "/boot/k",
					      .mem_bytes = 1 << 30,
					      .cpus = 2,
					      .gpu = &gpu};
	static const char *const expect[] = {"--expect", "x-fails.txt", NULL};
	g_autofree char *path = g_build_filename(*state, GUEST_RESULTS_JSON, NULL);
	g_autofree char *text = NULL;

	assert_int_equal(
		guest_results_write_record(*state, &(struct guest_record){.story = &story,
									  .machine = &machine,
									  .expect = expect,
									  .exit_code = 1}),
		0);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_non_null(strstr(text, "\"outcome\":\"test-panic\""));
	assert_non_null(strstr(text, "\"detail\":\"a \\\"reason\\\"\""));
	assert_non_null(strstr(text, "\"boot\":1234"));
	assert_non_null(strstr(text, "\"first_verdict\":null"));
	assert_non_null(strstr(text, "\"arch\":\"arm64\""));
	assert_non_null(strstr(text, "\"accel\":\"tcg\""));
	assert_non_null(strstr(text, "\"gpu\":\"blob\""));
	assert_non_null(strstr(text, "\"iommu\":\"intel-iommu\""));
	assert_non_null(strstr(text, "\"expect\":[\n    \"--expect\",\n    "
				     "\"x-fails.txt\"\n  ]"));
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, testing_make_dir, testing_remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_dir(folder_is_made_with_parents),
		with_dir(earlier_results_are_removed_and_nothing_else),
		with_dir(folder_of_a_failed_boot_is_taken_again),
		with_dir(foreign_folder_is_refused_and_left_alone),
		with_dir(folder_that_cannot_be_is_refused),
		with_dir(running_subtest_is_the_last_job_begun),
		with_dir(more_directories_than_jobs_do_no_harm),
		with_dir(report_gives_its_exit_code),
		with_dir(expectations_are_handed_to_the_report),
		with_dir(results_that_cannot_be_read_are_an_error),
		with_dir(record_tells_times_and_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/** The command line of igt_runner, and what of it is written down for a run that is resumed. */
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "options.h"
#include "settings.h"
#include "shard.h"

/* The words end with NULL; -EINVAL or 0. */
static int parse(const char *const *words, struct settings **ret)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	enum options_action action;

	g_ptr_array_add(argv, (char *)"igt_runner");
	for (; *words; words++)
		g_ptr_array_add(argv, (char *)*words);
	g_ptr_array_add(argv, NULL);
	return options_parse((int)argv->len - 1, (char **)argv->pdata, &action, ret);
}

#define PARSE(ret, ...) parse((const char *const[]){__VA_ARGS__, "root", "results", NULL}, ret)

static int setup(void **state)
{
	g_unsetenv("IGT_TEST_ROOT");
	g_unsetenv("CI_NODE_INDEX");
	g_unsetenv("CI_NODE_TOTAL");
	return scratch_setup(state);
}

static void all_options_have_their_effect(void **state)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;

	assert_int_equal(
		PARSE(&settings, "-n", "night", "-m", "-o", "-s", "-f", "-keach", "-l", "verbose",
		      "--abort-on-monitored-error=taint,ping", "--abort-command", "false",
		      "--inactivity-timeout", "1", "--per-test-timeout=2", "--overall-timeout", "3",
		      "--disk-usage-limit", "4k", "--use-watchdog", "--piglit-style-dmesg",
		      "--prune-mode", "keep-requested", "-e", "A=b=c", "--hook", "pre-test:true",
		      "--hook", "echo a\\b", "--collect-code-cov", "--collect-script", "/bin/true",
		      "--ignore-missing", "--allow-non-root", "--shard", "2/3"),
		0);
	assert_string_equal(settings->name, "night");
	assert_true(settings->multiple_mode && settings->overwrite && settings->sync);
	assert_true(settings->facts && settings->kmemleak && settings->kmemleak_each);
	assert_int_equal(settings->log_level, LOG_LEVEL_VERBOSE);
	assert_int_equal(settings->abort_mask, ABORT_ON_TAINT | ABORT_ON_PING);
	assert_string_equal(settings->abort_command, "false");
	assert_int_equal(settings->inactivity_timeout, 1);
	assert_int_equal(settings->per_test_timeout, 2);
	assert_int_equal(settings->overall_timeout, 3);
	assert_int_equal(settings->disk_usage_limit, 4096);
	assert_true(settings->use_watchdog && settings->piglit_style_dmesg);
	assert_int_equal(settings->dmesg_warn_level, 5);
	assert_int_equal(settings->prune_mode, PRUNE_KEEP_REQUESTED);
	assert_string_equal(settings->environment->pdata[0], "A=b=c");
	assert_int_equal(settings->hooks->len, 2);
	assert_true(settings->code_coverage && !settings->code_coverage_per_test);
	assert_string_equal(settings->code_coverage_script, "/bin/true");
	assert_true(settings->allow_non_root && settings->ignore_missing);
	assert_int_equal(settings->shard_index, 2);
	assert_int_equal(settings->shard_total, 3);
}

static void defaults_are_those_of_the_format(void **state)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;

	assert_int_equal(PARSE(&settings, "--kmemleak", "--abort-on-monitored-error"), 0);
	assert_true(settings->kmemleak && !settings->kmemleak_each);
	/* In IGT a missing break turns it on. */
	assert_false(settings->sync);
	assert_int_equal(settings->abort_mask, ABORT_ON_ALL);
	assert_int_equal(settings->dmesg_warn_level, 4);
	assert_int_equal(settings->prune_mode, PRUNE_KEEP_ALL);
	assert_string_equal(settings->name, "results");
	assert_false(settings->multiple_mode || settings->allow_non_root || settings->facts);
}

static void a_level_that_is_given_stays(void **state)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;

	assert_int_equal(PARSE(&settings, "--dmesg-warn-level", "3", "--piglit-style-dmesg"), 0);
	assert_int_equal(settings->dmesg_warn_level, 3);
}

static void bad_options_are_refused(void **state)
{
	static const char *const lines[][6] = {
		{"--use-magic", "root", "results"},
		{"--use-watchdog=1", "root", "results"},
		{"--sync=1", "root", "results"},
		{"-z", "root", "results"},
		{"--per-test-timeout", "1s", "root", "results"},
		{"--per-test-timeout=-1", "root", "results"},
		{"--overall-timeout", "99999999999999999999", "root", "results"},
		{"--disk-usage-limit", "4K", "root", "results"},
		{"--disk-usage-limit", "", "root", "results"},
		{"--disk-usage-limit", "99999999999G", "root", "results"},
		{"--dmesg-warn-level", "8", "root", "results"},
		{"--prune-mode", "keep", "root", "results"},
		{"--log-level", "dummy", "root", "results"},
		{"--report", "html", "root", "results"},
		{"--abort-on-monitored-error=taint,doom", "root", "results"},
		{"-kalways", "root", "results"},
		{"--coverage-per-test", "root", "results"},
		{"--collect-code-cov", "--collect-script", "/no/such/program", "root", "results"},
		{"--shard", "0/2", "root", "results"},
		{"--shard", "3/2", "root", "results"},
		{"--shard", "1", "root", "results"},
		{"--shard", "1/2/3", "root", "results"},
		{"-b", "/no/such/file", "root", "results"},
		{"-t", "(", "root", "results"},
		{"-e", "=x", "root", "results"},
		{"-e", "SURELY_NOT_SET_ANYWHERE", "root", "results"},
		{"root", "results", "more"},
		{"results"},
		{NULL},
		{"root", "results", "-n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct settings *settings = NULL;

		assert_int_equal(parse(lines[i], &settings), -EINVAL);
		assert_null(settings);
	}
}

static void shards_of_ci_are_the_default(void **state)
{
	_cleanup_(settings_freep) struct settings *ci = NULL;
	_cleanup_(settings_freep) struct settings *given = NULL;
	_cleanup_(settings_freep) struct settings *alone = NULL;
	struct settings *none = NULL;

	g_setenv("CI_NODE_TOTAL", "4", TRUE);
	/* Half of it is a mistake, and all tests in each job would hide it. */
	assert_int_equal(PARSE(&none, "-f"), -EINVAL);
	g_setenv("CI_NODE_INDEX", "3", TRUE);
	assert_int_equal(PARSE(&ci, "-f"), 0);
	assert_int_equal(ci->shard_index, 3);
	assert_int_equal(ci->shard_total, 4);
	assert_int_equal(PARSE(&given, "--shard", "1/2"), 0);
	assert_int_equal(given->shard_total, 2);
	/* Of a job that is not split, which has no index. */
	g_setenv("CI_NODE_TOTAL", "1", TRUE);
	g_unsetenv("CI_NODE_INDEX");
	assert_int_equal(PARSE(&alone, "-f"), 0);
	assert_int_equal(alone->shard_total, 0);
	g_unsetenv("CI_NODE_TOTAL");
}

static bool is_in_shard(const char *name, unsigned index, unsigned total)
{
	struct settings settings = {.shard_index = index, .shard_total = total};

	return shard_has(&settings, name);
}

static void each_test_is_in_one_shard(void **state)
{
	unsigned counts[4] = {0};

	for (unsigned i = 0; i < 1000; i++) {
		g_autofree char *name = g_strdup_printf("igt@binary@subtest-%u", i);
		unsigned shards = 0;

		for (unsigned shard = 1; shard <= G_N_ELEMENTS(counts); shard++)
			if (is_in_shard(name, shard, G_N_ELEMENTS(counts))) {
				counts[shard - 1]++;
				shards++;
			}
		assert_int_equal(shards, 1);
	}
	/* Fair shares, give or take what chance does. */
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		assert_in_range(counts[i], 200, 300);
}

/* Who compares today's third shard with last year's must find the same tests in it. */
static void a_test_stays_in_its_shard(void **state)
{
	assert_true(is_in_shard("igt@virtio_madvise@dontneed-is-purged", 1, 2));
	assert_true(is_in_shard("igt@panfrost_basic@params-make-sense", 3, 4));
	assert_true(is_in_shard("igt@core_getversion", 1, 7));
}

static void a_blacklist_is_one_expression_a_line(void **state)
{
	g_autofree char *path = g_build_filename(*state, "list", NULL);
	g_autoptr(GPtrArray) filters =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);

	put_file(*state, "list", "# all\n\n  suspend  # slow\nigt@a@b$\n");
	assert_int_equal(filter_add_file(filters, path), 0);
	assert_int_equal(filters->len, 2);
	assert_true(filter_matches(filters, "igt@x@Suspend-now"));
	assert_false(filter_matches(filters, "igt@x@slow"));
	assert_true(filter_matches(filters, "igt@a@b"));
	put_file(*state, "list", "# nothing\n");
	assert_int_equal(filter_add_file(filters, path), 0);
	put_file(*state, "list", "good\n(\n");
	assert_int_equal(filter_add_file(filters, path), -EINVAL);
}

static void everything_survives_in_metadata(void **state)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;
	_cleanup_(settings_freep) struct settings *back = NULL;
	g_autofree char *metadata = NULL;
	g_autofree char *again = NULL;
	int dirfd = open(*state, O_RDONLY | O_DIRECTORY);

	assert_int_equal(PARSE(&settings, "-n", "a\\b\nc : d", "-m", "-s", "-f", "-keach", "-o",
			       "-l", "quiet", "--abort-on-monitored-error", "--abort-command",
			       "test -e /x", "--inactivity-timeout", "1", "--per-test-timeout", "3153600000",
			       "--overall-timeout", "3", "--disk-usage-limit", "2G",
			       "--use-watchdog", "--piglit-style-dmesg", "--dmesg-warn-level", "7",
			       "--prune-mode", "keep-dynamic", "--coverage-per-test",
			       "--collect-script", "/bin/true", "--test-list", "/list",
			       "--allow-non-root", "-d"),
			 0);
	metadata = settings_to_metadata(settings);
	assert_true(g_str_has_prefix(metadata, "abort_mask : 7\ndisk_usage_limit : 2147483648\n"));
	assert_non_null(strstr(metadata, "\nname : a\\x5chb\\xahc : d\ndry_run : 1\n"));
	assert_non_null(strstr(metadata, "\ncmdline.argv[0] : igt_runner\n"));
	put_file(*state, "metadata.txt", metadata);
	assert_int_equal(settings_read_metadata(dirfd, "here", &back), 0);
	close(dirfd);
	again = settings_to_metadata(back);
	assert_string_equal(again, metadata);
	assert_string_equal(back->name, "a\\b\nc : d");
	assert_int_equal(back->log_level, LOG_LEVEL_QUIET);
	assert_int_equal(back->abort_mask, ABORT_ON_ALL);
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

/* As upstream's igt_resume reads it. */
static void hooks_are_escaped(void **state)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;
	g_autofree char *text = NULL;

	assert_int_equal(PARSE(&settings, "--hook", "echo a\\b\nc", "--hook", "true"), 0);
	text = settings_to_hooks(settings);
	assert_string_equal(text, "echo a\\\\b\\\nc\n\ntrue\n\n");
}

static void help_knows_all_options(void **state)
{
	static const char *const names[] = {
		"--help",
		"--version",
		"--help-hook",
		"--name",
		"--dry-run",
		"--include-tests",
		"--exclude-tests",
		"--blacklist",
		"--abort-on-monitored-error",
		"--facts",
		"--kmemleak",
		"--sync",
		"--log-level",
		"--test-list",
		"--overwrite",
		"--ignore-missing",
		"--allow-non-root",
		"--multiple-mode",
		"--inactivity-timeout",
		"--per-test-timeout",
		"--overall-timeout",
		"--disk-usage-limit",
		"--use-watchdog",
		"--piglit-style-dmesg",
		"--dmesg-warn-level",
		"--prune-mode",
		"--environment",
		"--list-all",
		"--collect-code-cov",
		"--coverage-per-test",
		"--collect-script",
		"--hook",
		"--shard",
	};
	g_autofree char *help = options_help();
	g_auto(GStrv) lines = g_strsplit(help, "\n", -1);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		assert_non_null(strstr(help, names[i]));
	for (char **line = lines; *line; line++)
		assert_in_range(strlen(*line), 0, 80);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_options_have_their_effect),
		TEST(defaults_are_those_of_the_format),
		TEST(a_level_that_is_given_stays),
		TEST(bad_options_are_refused),
		TEST(shards_of_ci_are_the_default),
		TEST(each_test_is_in_one_shard),
		TEST(a_test_stays_in_its_shard),
		TEST(a_blacklist_is_one_expression_a_line),
		TEST(everything_survives_in_metadata),
		TEST(old_metadata_has_its_defaults),
		TEST(hooks_are_escaped),
		TEST(help_knows_all_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

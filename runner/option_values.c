/* SPDX-License-Identifier: MIT */
#include "option_values.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "expectations.h"
#include "fileio.h"
#include "filter.h"
#include "log.h"

#define SHARDS_MAX 100000

static int set_string(char **string, const char *value)
{
	g_free(*string);
	*string = g_strdup(value);
	return 0;
}

static int set_path(char **path, const char *value)
{
	g_free(*path);
	*path = g_canonicalize_filename(value, /* relative_to= */ NULL);
	return 0;
}

static int set_seconds(const char *option, const char *value, unsigned long *seconds)
{
	int r = parse_number(value, SETTINGS_TIMEOUT_MAX, seconds);

	if (r < 0)
		log_error("--%s \"%s\" is not a number of seconds", option, value);
	return r;
}

/* One of @words, which end with a NULL; its place. */
static int take_word(const char *option, const char *value, const char *const *words)
{
	g_autofree char *known = NULL;

	for (int i = 0; words[i]; i++)
		if (strcmp(value, words[i]) == 0)
			return i;
	known = g_strjoinv(", ", (char **)words);
	log_error("--%s \"%s\" is unknown; there is %s", option, value, known);
	return -EINVAL;
}

int option_include_tests(struct settings *settings, const char *value)
{
	return filter_add(settings->include, value);
}

int option_exclude_tests(struct settings *settings, const char *value)
{
	return filter_add(settings->exclude, value);
}

int option_blacklist(struct settings *settings, const char *value)
{
	return filter_add_file(settings->exclude, value);
}

int option_test_list(struct settings *settings, const char *value)
{
	return set_path(&settings->test_list, value);
}

/* Numbers from 1 on. */
static bool parse_shard(const char *index, const char *total, struct settings *settings)
{
	unsigned long k, n;

	if (parse_number(total, SHARDS_MAX, &n) < 0 || parse_number(index, n, &k) < 0 || k == 0)
		return false;
	settings->shard_index = k;
	settings->shard_total = n;
	return true;
}

int option_shard(struct settings *settings, const char *value)
{
	g_auto(GStrv) parts = g_strsplit(value, "/", 2);

	if (g_strv_length(parts) == 2 && parse_shard(parts[0], parts[1], settings))
		return 0;
	log_error("--shard \"%s\" is not K/N, where K is 1 to N", value);
	return -EINVAL;
}

int option_environment(struct settings *settings, const char *value)
{
	g_auto(GStrv) pair = g_strsplit(value, "=", 2);
	const char *word = pair[0] ? pair[1] : NULL;

	if (!pair[0] || pair[0][0] == '\0') {
		log_error("--environment \"%s\" has no name before the \"=\"", value);
		return -EINVAL;
	}
	if (strchr(value, '\n')) {
		log_error("--environment %s: a newline cannot be recorded", pair[0]);
		return -EINVAL;
	}
	if (!word)
		word = g_getenv(pair[0]);
	if (!word) {
		log_error("--environment %s: not set here; give a value: %s=...", pair[0], pair[0]);
		return -EINVAL;
	}
	g_ptr_array_add(settings->environment, g_strdup_printf("%s=%s", pair[0], word));
	return 0;
}

int option_hook(struct settings *settings, const char *value)
{
	g_ptr_array_add(settings->hooks, g_strdup(value));
	return 0;
}

int option_per_test_timeout(struct settings *settings, const char *value)
{
	return set_seconds("per-test-timeout", value, &settings->per_test_timeout);
}

int option_inactivity_timeout(struct settings *settings, const char *value)
{
	return set_seconds("inactivity-timeout", value, &settings->inactivity_timeout);
}

int option_overall_timeout(struct settings *settings, const char *value)
{
	return set_seconds("overall-timeout", value, &settings->overall_timeout);
}

int option_disk_usage_limit(struct settings *settings, const char *value)
{
	static const char units[] = "kMG";
	size_t len = strlen(value);
	const char *unit = len > 0 ? strchr(units, value[len - 1]) : NULL;
	g_autofree char *digits = g_strndup(value, len - (unit && *unit ? 1 : 0));
	unsigned shift = unit && *unit ? 10 * (unit - units + 1) : 0;
	unsigned long number;

	if (parse_number(digits, ULONG_MAX >> shift, &number) < 0) {
		log_error("--disk-usage-limit \"%s\" is not a number of bytes, with k, M or G "
			  "behind it or nothing",
			  value);
		return -EINVAL;
	}
	settings->disk_usage_limit = number << shift;
	return 0;
}

int option_abort_on_monitored_error(struct settings *settings, const char *value)
{
	static const char *const words[] = {"taint", "lockdep", "ping", "all", NULL};
	static const unsigned long masks[] = {ABORT_ON_TAINT, ABORT_ON_LOCKDEP, ABORT_ON_PING,
					      ABORT_ON_ALL};
	g_auto(GStrv) list = g_strsplit(value ? value : "all", ",", /* max_tokens= */ -1);

	settings->abort_mask = 0;
	for (char **word = list; *word; word++) {
		int i;

		if (**word == '\0')
			continue;
		i = take_word("abort-on-monitored-error", *word, words);
		if (i < 0)
			return i;
		settings->abort_mask |= masks[i];
	}
	return 0;
}

int option_abort_command(struct settings *settings, const char *value)
{
	return set_string(&settings->abort_command, value);
}

int option_name(struct settings *settings, const char *value)
{
	return set_string(&settings->name, value);
}

int option_log_level(struct settings *settings, const char *value)
{
	static const char *const words[] = {"quiet", "normal", "verbose", NULL};
	int i = take_word("log-level", value, words);

	if (i >= 0)
		settings->log_level = LOG_LEVEL_QUIET + i;
	return MIN(i, 0);
}

int option_report(struct settings *settings, const char *value)
{
	static const char *const words[] = {"text", "ktap", "lava", NULL};
	int i = take_word("report", value, words);

	if (i >= 0)
		settings->report = LIVE_TEXT + i;
	return MIN(i, 0);
}

int option_report_to(struct settings *settings, const char *value)
{
	static const char *const words[] = {"stdout", "kmsg", NULL};
	int i = take_word("report-to", value, words);

	settings->report_to_kmsg = i == 1;
	return MIN(i, 0);
}

static int take_expectation(struct settings *settings, enum expect_source source, const char *value)
{
	g_autofree char *why = NULL;
	int r = expectations_take(&settings->expectations, source, value, &why);

	if (r < 0)
		log_error("%s", why);
	return r;
}

int option_expect(struct settings *settings, const char *value)
{
	return take_expectation(settings, EXPECT_FROM_FILE, value);
}

int option_expect_for(struct settings *settings, const char *value)
{
	return take_expectation(settings, EXPECT_FROM_LAYERS, value);
}

int option_require(struct settings *settings, const char *value)
{
	return take_expectation(settings, EXPECT_FROM_REQUIREMENT, value);
}

int option_dmesg_warn_level(struct settings *settings, const char *value)
{
	if (parse_number(value, 7, &settings->dmesg_warn_level) >= 0)
		return 0;
	log_error("--dmesg-warn-level \"%s\" is no level of kernel messages, 0 to 7", value);
	return -EINVAL;
}

int option_prune_mode(struct settings *settings, const char *value)
{
	static const char *const words[] = {"keep-dynamic-subtests", "keep-dynamic",
					    "keep-subtests",	     "keep-all",
					    "keep-requested",	     NULL};
	static const enum prune_mode modes[] = {PRUNE_KEEP_DYNAMIC, PRUNE_KEEP_DYNAMIC,
						PRUNE_KEEP_SUBTESTS, PRUNE_KEEP_ALL,
						PRUNE_KEEP_REQUESTED};
	int i = take_word("prune-mode", value, words);

	if (i >= 0)
		settings->prune_mode = modes[i];
	return MIN(i, 0);
}

int option_kmemleak(struct settings *settings, const char *value)
{
	static const char *const words[] = {"once", "each", NULL};
	int i = take_word("kmemleak", value ? value : "once", words);

	settings->kmemleak = i >= 0;
	settings->kmemleak_each = i == 1;
	return MIN(i, 0);
}

int option_collect_script(struct settings *settings, const char *value)
{
	return set_path(&settings->code_coverage_script, value);
}

/* Found wrong here, where it is one message, and not with each test. */
int option_test_cgroup(struct settings *settings, const char *value)
{
	g_autofree char *procs = g_build_filename(value, "cgroup.procs", NULL);

	if (access(procs, W_OK) == 0)
		return set_path(&settings->test_cgroup, value);
	log_error("--test-cgroup: %s: %s; make a control group with mkdir below where cgroup2 is "
		  "mounted", procs, g_strerror(errno));
	return -EINVAL;
}

/* GitLab sets these for a job that runs several times side by side. */
static int take_shard_of_ci(struct settings *settings)
{
	const char *index = g_getenv("CI_NODE_INDEX");
	const char *total = g_getenv("CI_NODE_TOTAL");

	if (settings->shard_total > 0 || !total || strcmp(total, "1") == 0)
		return 0;
	if (index && parse_shard(index, total, settings))
		return 0;
	log_error("CI_NODE_INDEX \"%s\" of CI_NODE_TOTAL \"%s\" is no shard; set both, or none, or "
		  "give --shard",
		  index ? index : "", total);
	return -EINVAL;
}

static int check_code_coverage(const struct settings *settings)
{
	if (settings->code_coverage && !settings->code_coverage_script) {
		log_error("code coverage needs --collect-script");
		return -EINVAL;
	}
	if (settings->code_coverage && access(settings->code_coverage_script, X_OK) < 0) {
		log_error("cannot execute %s of --collect-script: %s",
			  settings->code_coverage_script, g_strerror(errno));
		return -EINVAL;
	}
	return 0;
}

int options_complete(struct settings *settings)
{
	int r = take_shard_of_ci(settings);

	/* Nothing is run as whoever it is. */
	settings->allow_non_root |= settings->dry_run;
	settings->code_coverage |= settings->code_coverage_per_test;
	if (settings->dmesg_warn_level == SETTINGS_DMESG_LEVEL_UNSAID)
		settings->dmesg_warn_level = settings_default_dmesg_level(settings);
	if (settings->report_to_kmsg && settings->report == LIVE_NONE) {
		log_error("--report-to kmsg: which report? give --report text, ktap or lava");
		return -EINVAL;
	}
	return r < 0 ? r : check_code_coverage(settings);
}

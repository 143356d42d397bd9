/* SPDX-License-Identifier: MIT */
/**
 * What each option of igt_runner with a value does to the settings. @value is NULL where it was
 * left out. All log what is wrong with it, then return -EINVAL.
 */
#ifndef RUNNER_OPTION_VALUES_H
#define RUNNER_OPTION_VALUES_H

#include "settings.h"

int option_include_tests(struct settings *settings, const char *value);
int option_exclude_tests(struct settings *settings, const char *value);
int option_blacklist(struct settings *settings, const char *value);
int option_test_list(struct settings *settings, const char *value);
int option_shard(struct settings *settings, const char *value);
int option_environment(struct settings *settings, const char *value);
int option_hook(struct settings *settings, const char *value);
int option_per_test_timeout(struct settings *settings, const char *value);
int option_inactivity_timeout(struct settings *settings, const char *value);
int option_overall_timeout(struct settings *settings, const char *value);
int option_disk_usage_limit(struct settings *settings, const char *value);
int option_abort_on_monitored_error(struct settings *settings, const char *value);
int option_abort_command(struct settings *settings, const char *value);
int option_name(struct settings *settings, const char *value);
int option_log_level(struct settings *settings, const char *value);
int option_report(struct settings *settings, const char *value);
int option_report_to(struct settings *settings, const char *value);
int option_expect(struct settings *settings, const char *value);
int option_expect_for(struct settings *settings, const char *value);
int option_require(struct settings *settings, const char *value);
int option_dmesg_warn_level(struct settings *settings, const char *value);
int option_prune_mode(struct settings *settings, const char *value);
int option_kmemleak(struct settings *settings, const char *value);
int option_collect_script(struct settings *settings, const char *value);
int option_test_cgroup(struct settings *settings, const char *value);

/** What the options leave open, and whether they go together; after all of them. */
int options_complete(struct settings *settings);

#endif

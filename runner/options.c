/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "log.h"
#include "option_values.h"

enum entry_kind {
	/* Of the options behind it. */
	ENTRY_HEADING,
	/* Not for the settings. */
	ENTRY_ACTION,
	/* Sets a flag, or nothing. */
	ENTRY_SWITCH,
	ENTRY_VALUE,
	ENTRY_OPTIONAL_VALUE,
};

struct option_entry {
	enum entry_kind kind;
	/* 0: it has no short form. */
	char letter;
	const char *name;
	/* Name of the value in the help. */
	const char *value;
	/* Lines are separated by newlines. */
	const char *help;
	/* Which of the three it has is told by its kind. */
	enum options_action action;
	size_t flag;
	/* Logs what is wrong with the value, then returns -EINVAL. */
	int (*take)(struct settings *settings, const char *value);
};

#define HEADING(text)                                                                              \
	{                                                                                          \
		.kind = ENTRY_HEADING, .help = text                                                \
	}
#define ACTION(letter_, name_, action_, text)                                                      \
	{                                                                                          \
		.kind = ENTRY_ACTION, .letter = letter_, .name = name_, .help = text,              \
		.action = action_                                                                  \
	}
#define SWITCH(letter_, name_, member, text)                                                       \
	{                                                                                          \
		.kind = ENTRY_SWITCH, .letter = letter_, .name = name_, .help = text,              \
		.flag = offsetof(struct settings, member)                                          \
	}
#define VALUE(letter_, name_, value_, take_, text)                                                 \
	{                                                                                          \
		.kind = ENTRY_VALUE, .letter = letter_, .name = name_, .value = value_,            \
		.help = text, .take = take_                                                        \
	}
#define OPTIONAL_VALUE(letter_, name_, value_, take_, text)                                        \
	{                                                                                          \
		.kind = ENTRY_OPTIONAL_VALUE, .letter = letter_, .name = name_, .value = value_,   \
		.help = text, .take = take_                                                        \
	}

/* clang-format off */
static const struct option_entry entries[] = {
	ACTION('h', "help", OPTIONS_HELP, "print this text"),
	ACTION(0, "version", OPTIONS_VERSION, "print the version"),
	ACTION(0, "help-hook", OPTIONS_HELP_HOOK, "explain --hook"),
	SWITCH('L', "list-all", list_all,
	       "print the names of the chosen tests, run nothing"),
	SWITCH('d', "dry-run", dry_run,
	       "write what would run to results-path, run nothing"),

	HEADING("Which tests:"),
	VALUE('t', "include-tests", "REGEX", option_include_tests,
	      "only names that match; again for more"),
	VALUE('x', "exclude-tests", "REGEX", option_exclude_tests,
	      "no names that match; wins over -t"),
	VALUE('b', "blacklist", "FILE", option_blacklist,
	      "as -x, an expression a line; # begins a comment"),
	VALUE(0, "test-list", "FILE", option_test_list,
	      "only igt@<binary>[@<subtest>] lines of FILE"),
	VALUE(0, "shard", "K/N", option_shard,
	      "of N parts that together are all of this, the\n"
	      "Kth; default: CI_NODE_INDEX/CI_NODE_TOTAL if set"),
	SWITCH(0, "ignore-missing", ignore_missing,
	       "has no effect: what is missing is a skip"),

	HEADING("How they run:"),
	SWITCH('m', "multiple-mode", multiple_mode,
	       "one process for all subtests of a binary"),
	VALUE('e', "environment", "KEY[=VAL]", option_environment,
	      "set KEY for the tests, or hand on the runner's"),
	VALUE(0, "hook", "HOOK", option_hook,
	      "given to each test, see --help-hook"),
	SWITCH(0, "allow-non-root", allow_non_root,
	       "run although not root"),

	HEADING("What ends them:"),
	VALUE(0, "per-test-timeout", "S", option_per_test_timeout,
	      "kill a subtest after S seconds"),
	VALUE(0, "inactivity-timeout", "S", option_inactivity_timeout,
	      "kill a test after S seconds without any output"),
	VALUE(0, "overall-timeout", "S", option_overall_timeout,
	      "start no test after S seconds of testing"),
	VALUE(0, "disk-usage-limit", "N[kMG]", option_disk_usage_limit,
	      "kill a subtest of which more bytes are recorded"),
	OPTIONAL_VALUE(0, "abort-on-monitored-error", "LIST", option_abort_on_monitored_error,
	      "end the run on what is in LIST: taint, lockdep,\n"
	      "ping, or all, which is the default"),
	VALUE(0, "abort-command", "CMD", option_abort_command,
	      "end the run when this shell command fails"),
	SWITCH(0, "use-watchdog", use_watchdog,
	       "have the machine reset if the runner hangs"),

	HEADING("What is expected, see igt_report(1):"),
	VALUE(0, "expect", "FILE", option_expect,
	      "known fails, flakes, and skips, which are not run"),
	VALUE(0, "expect-for", "DIR/A-B-C", option_expect_for,
	      "the files of DIR for A, for A-B and for A-B-C"),
	VALUE(0, "require", "REGEX", option_require,
	      "tests that must not skip"),
	SWITCH(0, "strict", strict,
	       "the exit status tells how the tests went"),

	HEADING("What is recorded and said:"),
	VALUE('n', "name", "NAME", option_name,
	      "name of the run; default: last part of\n"
	      "results-path"),
	SWITCH('o', "overwrite", overwrite,
	       "replace the results of an earlier run"),
	SWITCH('s', "sync", sync,
	       "flush every piece of output to the disk"),
	VALUE('l', "log-level", "LEVEL", option_log_level,
	      "quiet, normal or verbose"),
	SWITCH('f', "facts", facts,
	       "tell what each test changes about the machine"),
	VALUE(0, "report", "FORMAT", option_report,
	      "tell each result as it falls: text, a line each\n"
	      "with RESULT  binary@subtest  seconds  reason;\n"
	      "ktap; or lava"),
	VALUE(0, "report-to", "WHERE", option_report_to,
	      "stdout, the default, or kmsg: the kernel log\n"
	      "and its consoles"),
	VALUE(0, "dmesg-warn-level", "N", option_dmesg_warn_level,
	      "kernel messages of level N and below count\n"
	      "against a test; default: 4"),
	SWITCH(0, "piglit-style-dmesg", piglit_style_dmesg,
	       "only those of DRM do; default of N: 5"),
	VALUE(0, "prune-mode", "MODE", option_prune_mode,
	      "keep-dynamic-subtests, keep-subtests, keep-all\n"
	      "(the default) or keep-requested"),
	OPTIONAL_VALUE('k', "kmemleak", "WHEN", option_kmemleak,
	      "look for leaks of kernel memory: once, at the\n"
	      "end, which is the default, or each, after each"),
	SWITCH(0, "collect-code-cov", code_coverage,
	       "collect what gcov counted in the kernel"),
	SWITCH(0, "coverage-per-test", code_coverage_per_test,
	       "the same after each test"),
	VALUE(0, "collect-script", "FILE", option_collect_script,
	      "the program that does it, told where to"),
	VALUE(0, "test-cgroup", "DIR", option_test_cgroup,
	      "start the tests in this control group, of\n"
	      "version 2, and stay out of it"),
};
/* clang-format on */

/* What getopt_long() returns for an option: its place, above all letters. */
#define FIRST_PLACE 256

/* Where the text begins that explains an option. */
#define HELP_COLUMN 31

static void add_help(GString *text, const struct option_entry *entry)
{
	g_auto(GStrv) lines = g_strsplit(entry->help, "\n", /* max_tokens= */ -1);
	g_autoptr(GString) left = g_string_new(NULL);

	if (entry->letter)
		g_string_append_printf(left, "  -%c, --%s", entry->letter, entry->name);
	else
		g_string_append_printf(left, "      --%s", entry->name);
	if (entry->kind == ENTRY_VALUE)
		g_string_append_printf(left, " %s", entry->value);
	else if (entry->kind == ENTRY_OPTIONAL_VALUE)
		g_string_append_printf(left, "[=%s]", entry->value);
	g_string_append_printf(text, "%-*s", HELP_COLUMN, left->str);
	/* What is too long to stand beside its text stands above it. */
	if (left->len + 2 > HELP_COLUMN)
		g_string_append_printf(text, "\n%*s", HELP_COLUMN, "");
	g_string_append_printf(text, "%s\n", lines[0]);
	for (char **line = lines + 1; *line; line++)
		g_string_append_printf(text, "%*s%s\n", HELP_COLUMN, "", *line);
}

char *options_help(void)
{
	GString *text = g_string_new(
		"Usage: igt_runner [options] [test_root] results-path\n"
		"       igt_runner --list-all [options] [test_root]\n"
		"\n"
		"Runs the tests below test_root, each subtest in a process of its own, and\n"
		"records what happens in results-path. IGT_TEST_ROOT in the environment stands\n"
		"in for test_root.\n\n");

	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
		if (entries[i].kind == ENTRY_HEADING)
			g_string_append_printf(text, "\n%s\n", entries[i].help);
		else
			add_help(text, &entries[i]);
	}
	g_string_append(
		text,
		"\n"
		"Exit status: 0 the tests ran, whatever their results; 1 they did not, or not to\n"
		"the end; 2 the overall timeout stopped them. With --strict 0 only if something\n"
		"passed and all went as expected; 1 if not; 77 if nothing was verified.\n");
	return g_string_free(text, /* free_segment= */ FALSE);
}

/* The tables that getopt_long() wants. */
struct getopt_tables {
	struct option options[G_N_ELEMENTS(entries) + 1];
	/* A colon, and a letter with up to two colons for each. */
	char letters[1 + 3 * G_N_ELEMENTS(entries) + 1];
};

static void make_tables(struct getopt_tables *tables)
{
	struct option *option = tables->options;
	char *letter = tables->letters;

	*letter++ = ':';
	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
		const struct option_entry *entry = &entries[i];
		int has_arg = entry->kind == ENTRY_VALUE	    ? required_argument
			      : entry->kind == ENTRY_OPTIONAL_VALUE ? optional_argument
								    : no_argument;

		if (entry->kind == ENTRY_HEADING)
			continue;
		*option++ = (struct option){entry->name, has_arg, NULL, FIRST_PLACE + (int)i};
		if (!entry->letter)
			continue;
		*letter++ = entry->letter;
		for (int colons = 0; colons < has_arg; colons++)
			*letter++ = ':';
	}
	*option = (struct option){0};
	*letter = '\0';
}

static const struct option_entry *entry_of(int option)
{
	if (option >= FIRST_PLACE)
		return &entries[option - FIRST_PLACE];
	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
		if (entries[i].letter == option)
			return &entries[i];
	return NULL;
}

static int take_option(const struct option_entry *entry, const char *value,
		       struct settings *settings)
{
	if (entry->kind != ENTRY_SWITCH)
		return entry->take(settings, value);
	*(bool *)((char *)settings + entry->flag) = true;
	return 0;
}

static void log_bad_option(int option, const char *word)
{
	bool is_letter = optopt > 0 && optopt < FIRST_PLACE;
	bool is_known = optopt > 0 && entry_of(optopt);

	if (option == '?' && is_known)
		log_error("option %s: it takes no value; see --help", word);
	else if (is_letter)
		log_error("option -%c %s; see --help", optopt,
			  option == ':' ? "needs a value" : "is not supported");
	else
		log_error("option %s %s; see --help", word,
			  option == ':' ? "needs a value" : "is not supported");
}

static int take_options(int argc, char **argv, struct settings *settings,
			enum options_action *action)
{
	struct getopt_tables tables;
	int option;

	make_tables(&tables);
	/* From the start, also when this is not the first command line of the process. */
	optind = 0;
	while ((option = getopt_long(argc, argv, tables.letters, tables.options, NULL)) != -1) {
		const struct option_entry *entry;
		int r;

		if (option == '?' || option == ':') {
			log_bad_option(option, argv[optind - 1]);
			return -EINVAL;
		}
		entry = entry_of(option);
		if (entry->kind == ENTRY_ACTION) {
			*action = entry->action;
			return 0;
		}
		r = take_option(entry, optarg, settings);
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_paths(int count, char **paths, struct settings *settings)
{
	const char *test_root = g_getenv("IGT_TEST_ROOT");
	int wanted = settings->list_all ? 0 : 1;

	if (count == wanted + 1) {
		if (!test_root)
			test_root = paths[0];
		paths++;
	} else if (count > wanted + 1) {
		log_error("\"%s\" is one argument too many; see --help", paths[wanted + 1]);
		return -EINVAL;
	} else if (count < wanted) {
		log_error("results-path is missing; see --help");
		return -EINVAL;
	}
	if (!test_root) {
		log_error("test_root is missing: name the directory of the tests, or set "
			  "IGT_TEST_ROOT");
		return -EINVAL;
	}
	settings->test_root = g_canonicalize_filename(test_root, /* relative_to= */ NULL);
	if (settings->list_all)
		return 0;
	settings->results_path = g_canonicalize_filename(paths[0], /* relative_to= */ NULL);
	if (!settings->name)
		settings->name = g_path_get_basename(settings->results_path);
	return 0;
}

int options_parse(int argc, char **argv, enum options_action *ret_action,
		  struct settings **ret_settings)
{
	_cleanup_(settings_freep) struct settings *settings = settings_new();
	enum options_action action = OPTIONS_RUN;
	int r;

	settings->dmesg_warn_level = SETTINGS_DMESG_LEVEL_UNSAID;
	r = take_options(argc, argv, settings, &action);
	if (r < 0)
		return -EINVAL;
	if (action == OPTIONS_RUN) {
		if (take_paths(argc - optind, argv + optind, settings) < 0 ||
		    options_complete(settings) < 0)
			return -EINVAL;
		for (int i = 0; i < argc; i++)
			g_ptr_array_add(settings->cmdline, g_strdup(argv[i]));
		*ret_settings = g_steal_pointer(&settings);
	}
	*ret_action = action;
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "fileio.h"
#include "filter.h"
#include "log.h"

/* Deadlines are sums of doubles and this; a century is no limit either. */
#define TIMEOUT_MAX_S 3153600000UL

enum {
	OPT_VERSION = 256,
	OPT_TEST_LIST,
	OPT_ALLOW_NON_ROOT,
	OPT_PER_TEST_TIMEOUT,
	OPT_INACTIVITY_TIMEOUT,
	OPT_OVERALL_TIMEOUT,
	OPT_REPORT,
};

static const char short_options[] = ":hn:dt:x:e:sl:oL";

static const struct option long_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{"name", required_argument, NULL, 'n'},
	{"dry-run", no_argument, NULL, 'd'},
	{"include-tests", required_argument, NULL, 't'},
	{"exclude-tests", required_argument, NULL, 'x'},
	{"test-list", required_argument, NULL, OPT_TEST_LIST},
	{"environment", required_argument, NULL, 'e'},
	{"sync", no_argument, NULL, 's'},
	{"log-level", required_argument, NULL, 'l'},
	{"overwrite", no_argument, NULL, 'o'},
	{"allow-non-root", no_argument, NULL, OPT_ALLOW_NON_ROOT},
	{"per-test-timeout", required_argument, NULL, OPT_PER_TEST_TIMEOUT},
	{"inactivity-timeout", required_argument, NULL, OPT_INACTIVITY_TIMEOUT},
	{"overall-timeout", required_argument, NULL, OPT_OVERALL_TIMEOUT},
	{"list-all", no_argument, NULL, 'L'},
	{"report", required_argument, NULL, OPT_REPORT},
	{NULL, 0, NULL, 0},
};

const char *options_help(void)
{
	return "Usage: igt_runner [options] [test_root] results-path\n"
	       "       igt_runner --list-all [options] [test_root]\n"
	       "\n"
	       "Runs the tests below test_root, each subtest in a process of its own, and\n"
	       "records what happens in results-path. IGT_TEST_ROOT in the environment stands\n"
	       "in for test_root.\n"
	       "\n"
	       "  -h, --help                   print this text\n"
	       "      --version                print the version\n"
	       "  -L, --list-all               print the names of the chosen tests, run nothing\n"
	       "  -d, --dry-run                write the list of tests to results-path, run "
	       "nothing\n"
	       "\n"
	       "Which tests:\n"
	       "  -t, --include-tests REGEX    only names that match; again for more\n"
	       "  -x, --exclude-tests REGEX    no names that match; wins over -t\n"
	       "      --test-list FILE         only igt@<binary>[@<subtest>] lines of FILE\n"
	       "\n"
	       "How they run:\n"
	       "  -e, --environment KEY[=VAL]  set KEY for the tests, or hand on the runner's\n"
	       "      --per-test-timeout S     kill a subtest after S seconds\n"
	       "      --inactivity-timeout S   kill a test after S seconds without any output\n"
	       "      --overall-timeout S      start no test after S seconds of testing\n"
	       "      --allow-non-root         run although not root\n"
	       "\n"
	       "What is recorded and said:\n"
	       "  -n, --name NAME              name of the run; default: last part of "
	       "results-path\n"
	       "  -o, --overwrite              replace the results of an earlier run\n"
	       "  -s, --sync                   flush every piece of output to the disk\n"
	       "  -l, --log-level LEVEL        quiet, normal or verbose\n"
	       "      --report text            print one line per finished subtest:\n"
	       "                               RESULT  binary@subtest  seconds  reason\n"
	       "\n"
	       "Exit status: 0 the tests ran, whatever their results; 1 they did not, or not to\n"
	       "the end; 2 the overall timeout stopped them.\n";
}

static int parse_seconds(const char *option, const char *text, unsigned long *ret)
{
	int r = parse_number(text, TIMEOUT_MAX_S, ret);

	if (r < 0)
		log_error("--%s \"%s\" is not a number of seconds", option, text);
	return r;
}

static int parse_log_level(const char *text, enum log_level *ret)
{
	if (strcmp(text, "quiet") == 0)
		*ret = LOG_LEVEL_QUIET;
	else if (strcmp(text, "normal") == 0)
		*ret = LOG_LEVEL_NORMAL;
	else if (strcmp(text, "verbose") == 0)
		*ret = LOG_LEVEL_VERBOSE;
	else {
		log_error("--log-level \"%s\" is unknown; use quiet, normal or verbose", text);
		return -EINVAL;
	}
	return 0;
}

static int parse_environment(const char *text, GPtrArray *environment)
{
	g_auto(GStrv) pair = g_strsplit(text, "=", 2);
	const char *value = pair[0] ? pair[1] : NULL;

	if (!pair[0] || pair[0][0] == '\0') {
		log_error("--environment \"%s\" has no name before the \"=\"", text);
		return -EINVAL;
	}
	if (strchr(text, '\n')) {
		log_error("--environment %s: a newline cannot be recorded", pair[0]);
		return -EINVAL;
	}
	if (!value)
		value = g_getenv(pair[0]);
	if (!value) {
		log_error("--environment %s: not set here; give a value: %s=...", pair[0], pair[0]);
		return -EINVAL;
	}
	g_ptr_array_add(environment, g_strdup_printf("%s=%s", pair[0], value));
	return 0;
}

static int parse_report(const char *text, struct settings *settings)
{
	if (strcmp(text, "text") != 0) {
		log_error("--report \"%s\" is unknown; the one format is text", text);
		return -EINVAL;
	}
	settings->report_text = true;
	return 0;
}

static void set_string(char **string, const char *value)
{
	g_free(*string);
	*string = g_strdup(value);
}

static int take_value(int option, struct settings *settings)
{
	switch (option) {
	case 'n':
		set_string(&settings->name, optarg);
		return 0;
	case 't':
		return filter_add(settings->include, optarg);
	case 'x':
		return filter_add(settings->exclude, optarg);
	case OPT_TEST_LIST:
		set_string(&settings->test_list, optarg);
		return 0;
	case 'e':
		return parse_environment(optarg, settings->environment);
	case 'l':
		return parse_log_level(optarg, &settings->log_level);
	case OPT_PER_TEST_TIMEOUT:
		return parse_seconds("per-test-timeout", optarg, &settings->per_test_timeout);
	case OPT_INACTIVITY_TIMEOUT:
		return parse_seconds("inactivity-timeout", optarg, &settings->inactivity_timeout);
	case OPT_OVERALL_TIMEOUT:
		return parse_seconds("overall-timeout", optarg, &settings->overall_timeout);
	case OPT_REPORT:
		return parse_report(optarg, settings);
	}
	return -EINVAL;
}

/* -ENOENT for an option that is no switch. */
static int take_switch(int option, struct settings *settings)
{
	switch (option) {
	case 'd':
		settings->dry_run = true;
		settings->allow_non_root = true;
		return 0;
	case 's':
		settings->sync = true;
		return 0;
	case 'o':
		settings->overwrite = true;
		return 0;
	case 'L':
		settings->list_all = true;
		return 0;
	case OPT_ALLOW_NON_ROOT:
		settings->allow_non_root = true;
		return 0;
	}
	return -ENOENT;
}

static void log_bad_option(int option, char **argv)
{
	bool is_short = optopt > 0 && optopt < OPT_VERSION;
	bool is_known = optopt >= OPT_VERSION || (is_short && strchr(short_options, optopt));

	if (option == '?' && is_known)
		log_error("option %s: it takes no value; see --help", argv[optind - 1]);
	else if (is_short)
		log_error("option -%c %s; see --help", optopt,
			  option == ':' ? "needs a value" : "is not supported");
	else
		log_error("option %s %s; see --help", argv[optind - 1],
			  option == ':' ? "needs a value" : "is not supported");
}

static int take_options(int argc, char **argv, struct settings *settings,
			enum options_action *action)
{
	int option;

	/* From the start, also when this is not the first command line of the process. */
	optind = 0;
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		int r;

		if (option == 'h' || option == OPT_VERSION) {
			*action = option == 'h' ? OPTIONS_HELP : OPTIONS_VERSION;
			return 0;
		}
		if (option == '?' || option == ':') {
			log_bad_option(option, argv);
			return -EINVAL;
		}
		r = take_switch(option, settings);
		if (r == -ENOENT)
			r = take_value(option, settings);
		if (r < 0)
			return r;
	}
	return 0;
}

static char *absolute_path(const char *path)
{
	return g_canonicalize_filename(path, /* relative_to= */ NULL);
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
	settings->test_root = absolute_path(test_root);
	if (settings->list_all)
		return 0;
	settings->results_path = absolute_path(paths[0]);
	if (!settings->name)
		settings->name = g_path_get_basename(settings->results_path);
	return 0;
}

int options_parse(int argc, char **argv, enum options_action *ret_action,
		  struct settings **ret_settings)
{
	_cleanup_(settings_freep) struct settings *settings = settings_new();
	enum options_action action = OPTIONS_RUN;
	int r = take_options(argc, argv, settings, &action);

	if (r < 0)
		return -EINVAL;
	if (action == OPTIONS_RUN) {
		if (take_paths(argc - optind, argv + optind, settings) < 0)
			return -EINVAL;
		if (settings->test_list) {
			char *relative = settings->test_list;

			settings->test_list = absolute_path(relative);
			g_free(relative);
		}
		for (int i = 0; i < argc; i++)
			g_ptr_array_add(settings->cmdline, g_strdup(argv[i]));
		*ret_settings = g_steal_pointer(&settings);
	}
	*ret_action = action;
	return 0;
}

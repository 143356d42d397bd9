/* SPDX-License-Identifier: MIT */
/**
 * The command line of a test binary.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "igt_aux.h"
#include "igt_device_filter.h"
#include "igt_hook.h"
#include "igt_internal.h"
#include "igt_vcs.h"

struct igt_options igt_options;

enum {
	OPT_LIST_SUBTESTS = 500, /* a test's own are below */
	OPT_SHOW_TESTLIST,
	OPT_RUN_SUBTEST,
	OPT_DYNAMIC_SUBTEST,
	OPT_DESCRIBE,
	OPT_HELP_DESCRIPTION,
	OPT_DEBUG,
	OPT_INTERACTIVE_DEBUG,
	OPT_SKIP_CRC,
	OPT_TRACE_ON_OOPS,
	OPT_HOOK,
	OPT_HELP_HOOK,
	OPT_DEVICE,
	OPT_CONNECTOR,
	OPT_VERSION,
};

static const struct option core_options[] = {
	{"list-subtests", no_argument, NULL, OPT_LIST_SUBTESTS},
	{"show-testlist", no_argument, NULL, OPT_SHOW_TESTLIST},
	{"run-subtest", required_argument, NULL, OPT_RUN_SUBTEST},
	{"dynamic-subtest", required_argument, NULL, OPT_DYNAMIC_SUBTEST},
	{"describe", optional_argument, NULL, OPT_DESCRIBE},
	{"help-description", no_argument, NULL, OPT_HELP_DESCRIPTION},
	{"debug", optional_argument, NULL, OPT_DEBUG},
	{"interactive-debug", optional_argument, NULL, OPT_INTERACTIVE_DEBUG},
	{"skip-crc-compare", no_argument, NULL, OPT_SKIP_CRC},
	{"trace-on-oops", no_argument, NULL, OPT_TRACE_ON_OOPS},
	{"hook", required_argument, NULL, OPT_HOOK},
	{"help-hook", no_argument, NULL, OPT_HELP_HOOK},
	{"device", required_argument, NULL, OPT_DEVICE},
	{"connector", required_argument, NULL, OPT_CONNECTOR},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, 'h'},
};

static void print_usage(FILE *out, const char *extra_help)
{
	fprintf(out,
		"Usage: %s [OPTIONS]\n"
		"  --list-subtests              print the names of the subtests\n"
		"  --show-testlist              print them as igt@<binary>@<subtest>\n"
		"  --run-subtest <pattern>      run the subtests that match, e.g. 'a*,!ab'\n"
		"  --dynamic-subtest <pattern>  run the dynamic subtests that match\n"
		"  --describe[=<pattern>]       print what the test and its subtests prove\n"
		"  --help-description           print what the test proves\n"
		"  --debug[=<domain>]           print debug records (of one domain)\n"
		"  --interactive-debug[=<var>]  wait for a key at debug points (of one name)\n"
		"  --skip-crc-compare           accepted; no test here compares CRCs\n"
		"  --trace-on-oops              print the trace buffer if the kernel oopses\n"
		"  --hook [<events>:]<command>  run a shell command at events, see --help-hook\n"
		"  --help-hook                  explain --hook\n"
		"  --device <filter>            the device to test: drm:/dev/dri/<node>,\n"
		"                               sys:<path in sysfs>, pci:, sriov: or device:\n"
		"                               with key=value,...\n"
		"  --connector <name>           accepted; no test here shows anything\n"
		"  --version                    print the version\n"
		"  --help, -h                   print this help\n",
		igt_test_name());
	if (extra_help)
		fprintf(out, "%s%s", extra_help,
			*extra_help && extra_help[strlen(extra_help) - 1] != '\n' ? "\n" : "");
}

char *igt_version_line(void)
{
	struct utsname uts;
	char *line;

	uname(&uts);
	if (asprintf(&line, IGT_TEXT_VERSION "%s-%s (%s) (%s: %s %s)\n", IGT_VERSION,
		     IGT_VCS_VERSION, IGT_CPU, uts.sysname, uts.release, uts.machine) < 0)
		abort();
	return line;
}

static _Noreturn void print_version(void)
{
	char *line = igt_version_line();

	fputs(line, stdout);
	free(line);
	exit(IGT_EXIT_SUCCESS);
}

static _Noreturn void print_test_description(void)
{
	if (&igt__test_description)
		printf("%s\n", igt__test_description);
	exit(IGT_EXIT_SUCCESS);
}

static void add_device_filter(const char *filter)
{
	const char *why;

	if (igt_device_filter_add(filter, &why) == 0)
		return;
	fprintf(stderr, "Device filter '%s' refused: %s\n", filter, why);
	exit(IGT_EXIT_INVALID);
}

static void add_hook(const char *descriptor)
{
	char *why = NULL;
	int r = igt_hook_add(descriptor, &why);

	if (r == 0)
		return;
	fprintf(stderr, "Failed to initialize hook data: '%s': %s\n", descriptor,
		why ?: strerror(-r));
	free(why);
	exit(IGT_EXIT_INVALID);
}

/*
 * Whichever of "list" and "run" comes first wins over the other. That is what runners met in the
 * tests they were written against, and some of them pass both. Returns false for an option that
 * is none of the library's.
 */
static bool handle_option(int option)
{
	switch (option) {
	case OPT_LIST_SUBTESTS:
		if (!igt_options.pattern)
			igt_options.mode = IGT_MODE_LIST;
		return true;
	case OPT_SHOW_TESTLIST:
		igt_options.mode = IGT_MODE_TESTLIST;
		return true;
	case OPT_RUN_SUBTEST:
		if (!igt_list_mode())
			igt_options.pattern = optarg;
		return true;
	case OPT_DYNAMIC_SUBTEST:
		igt_options.dynamic_pattern = optarg;
		return true;
	case OPT_DESCRIBE:
		igt_options.mode = IGT_MODE_DESCRIBE;
		if (optarg)
			igt_options.pattern = optarg;
		return true;
	case OPT_HELP_DESCRIPTION:
		print_test_description();
	case OPT_DEBUG:
		igt_log_set_debug(optarg);
		return true;
	case OPT_INTERACTIVE_DEBUG:
		igt_options.interactive = optarg ?: "all";
		return true;
	case OPT_TRACE_ON_OOPS:
		igt_options.trace_on_oops = true;
		return true;
	case OPT_HOOK:
		add_hook(optarg);
		return true;
	case OPT_HELP_HOOK:
		igt_hook_help(stdout);
		exit(IGT_EXIT_SUCCESS);
	case OPT_DEVICE:
		add_device_filter(optarg);
		return true;
	case OPT_SKIP_CRC:
	case OPT_CONNECTOR:
		return true;
	case OPT_VERSION:
		print_version();
	default:
		return false;
	}
}

/* The library's options and behind them the test's, of which none may be the library's too. */
static struct option *merge_options(const struct option *own)
{
	const size_t core_count = ARRAY_SIZE(core_options);
	struct option *all;
	size_t count = 0;

	while (own && own[count].name)
		count++;
	all = calloc(core_count + count + 1, sizeof(*all));
	igt_internal_assert(all, "no memory for the options");
	memcpy(all, core_options, sizeof(core_options));
	for (size_t i = 0; i < count; i++) {
		igt_internal_assert(own[i].val < OPT_LIST_SUBTESTS && own[i].val != 'h',
				    "the value of an option of the test's own is taken");
		for (size_t j = 0; j < core_count; j++)
			igt_internal_assert(strcmp(own[i].name, core_options[j].name) != 0,
					    "the name of an option of the test's own is taken");
		all[core_count + i] = own[i];
	}
	return all;
}

void igt_parse_options(int argc, char **argv, bool subtests, const struct igt_extra_options *extra)
{
	struct option *options = merge_options(extra->long_options);
	char short_options[256] = "h";
	int option, index = 0, r;

	if (extra->short_options) {
		igt_internal_assert(!strchr(extra->short_options, 'h') &&
					    strlen(extra->short_options) <
						    sizeof(short_options) - 1,
				    "short options of the test's own: too many, or 'h'");
		strcat(short_options, extra->short_options);
	}
	igt_log_init_from_env();
	while ((option = getopt_long(argc, argv, short_options, options, &index)) != -1) {
		if (option == 'h') {
			print_usage(stdout, extra->help);
			exit(IGT_EXIT_SUCCESS);
		}
		if (handle_option(option))
			continue;
		r = option == '?' || !extra->handler ?
			    IGT_OPT_HANDLER_ERROR :
			    extra->handler(option, index - (int)ARRAY_SIZE(core_options),
					   extra->data);
		if (r == IGT_OPT_HANDLER_ERROR) {
			print_usage(stderr, extra->help);
			exit(IGT_EXIT_INVALID);
		}
	}
	free(options);

	if (subtests)
		return;
	if (igt_options.mode == IGT_MODE_TESTLIST) {
		printf("igt@%s\n", igt_test_name());
		exit(IGT_EXIT_SUCCESS);
	}
	if (igt_options.mode == IGT_MODE_DESCRIBE && &igt__test_description)
		printf("%s\n", igt__test_description);
	if (igt_list_mode() || igt_options.pattern)
		exit(IGT_EXIT_INVALID);
}

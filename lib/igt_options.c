/* SPDX-License-Identifier: MIT */
/**
 * The command line of a test binary.
 */
#include <getopt.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "igt_device_filter.h"
#include "igt_internal.h"
#include "igt_vcs.h"
#include "igt_wire.h"

struct igt_options igt_options;

enum {
	OPT_LIST_SUBTESTS = 500,
	OPT_SHOW_TESTLIST,
	OPT_RUN_SUBTEST,
	OPT_DESCRIBE,
	OPT_HELP_DESCRIPTION,
	OPT_DEBUG,
	OPT_DEVICE,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{"list-subtests", no_argument, NULL, OPT_LIST_SUBTESTS},
	{"show-testlist", no_argument, NULL, OPT_SHOW_TESTLIST},
	{"run-subtest", required_argument, NULL, OPT_RUN_SUBTEST},
	{"describe", optional_argument, NULL, OPT_DESCRIBE},
	{"help-description", no_argument, NULL, OPT_HELP_DESCRIPTION},
	{"debug", optional_argument, NULL, OPT_DEBUG},
	{"device", required_argument, NULL, OPT_DEVICE},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static void print_usage(FILE *out)
{
	fprintf(out,
		"Usage: %s [OPTIONS]\n"
		"  --list-subtests          print the names of the subtests\n"
		"  --show-testlist          print them as igt@<binary>@<subtest>\n"
		"  --run-subtest <pattern>  run the subtests that match, e.g. 'a*,!ab'\n"
		"  --describe[=<pattern>]   print what the test and its subtests prove\n"
		"  --help-description       print what the test proves\n"
		"  --debug[=<domain>]       print debug records (of one domain)\n"
		"  --device <filter>        drm:/dev/dri/<node> or sys:<path in sysfs>\n"
		"  --version                print the version\n"
		"  --help, -h               print this help\n",
		igt_test_name());
}

void igt_print_version(FILE *out)
{
	struct utsname uts;

	uname(&uts);
	fprintf(out, IGT_TEXT_VERSION "%s-%s (%s) (%s: %s %s)\n", IGT_VERSION, IGT_VCS_VERSION,
		IGT_CPU, uts.sysname, uts.release, uts.machine);
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

/*
 * Whichever of "list" and "run" comes first wins over the other. That is what runners met in the
 * tests they were written against, and some of them pass both.
 */
static void handle_option(int option)
{
	switch (option) {
	case OPT_LIST_SUBTESTS:
		if (!igt_options.pattern)
			igt_options.mode = IGT_MODE_LIST;
		break;
	case OPT_SHOW_TESTLIST:
		igt_options.mode = IGT_MODE_TESTLIST;
		break;
	case OPT_RUN_SUBTEST:
		if (!igt_list_mode())
			igt_options.pattern = optarg;
		break;
	case OPT_DESCRIBE:
		igt_options.mode = IGT_MODE_DESCRIBE;
		if (optarg)
			igt_options.pattern = optarg;
		break;
	case OPT_HELP_DESCRIPTION:
		print_test_description();
	case OPT_DEBUG:
		igt_log_set_debug(optarg);
		break;
	case OPT_DEVICE:
		add_device_filter(optarg);
		break;
	case OPT_VERSION:
		igt_print_version(stdout);
		exit(IGT_EXIT_SUCCESS);
	case 'h':
		print_usage(stdout);
		exit(IGT_EXIT_SUCCESS);
	default:
		print_usage(stderr);
		exit(IGT_EXIT_INVALID);
	}
}

void igt_parse_options(int argc, char **argv, bool subtests)
{
	int option;

	igt_log_init_from_env();
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1)
		handle_option(option);

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

/* SPDX-License-Identifier: MIT */
#include "report/request.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "log.h"

const char report_request_usage[] =
	"Usage: igt_report FORMAT [options] results-path\n"
	"       igt_report compare [options] results-path results-path...\n"
	"\n"
	"Prints what results-path/results.json says.\n"
	"\n"
	"Formats:\n"
	"  summary       totals, everything that did not pass and why, the slowest three\n"
	"  html          one page with all results, logs and memory over time; needs no net\n"
	"  junit         JUnit XML, as GitLab and Jenkins show it\n"
	"  ktap          KTAP version 1\n"
	"  lava          signals of LAVA\n"
	"  kcidb         a submission to KCIDB, schema 5.3\n"
	"  csv           results.csv of deqp-runner\n"
	"  expectations  what to add to expectation files, change and remove, so that they\n"
	"                say what the run showed\n"
	"  compare       what changed from the first run to the last\n"
	"\n"
	"  -o, --output FILE    write FILE instead of stdout, all of it or nothing\n"
	"      --strict         the exit status is that of summary\n"
	"  -h, --help           print this text\n"
	"\n"
	"What is expected:\n"
	"      --expect FILE    what is known to fail (NAME-fails.txt), to be unsteady\n"
	"                       (NAME-flakes.txt), or not to be run (NAME-skips.txt);\n"
	"                       repeatable, a later file overrides an earlier one\n"
	"      --expect-for DIR/A-B-C\n"
	"                       the files of DIR for A, over them those for A-B, and A-B-C\n"
	"      --require REGEX  a skip of a test with REGEX in its name is a failure\n"
	"\n"
	"Only for compare:\n"
	"      --html           a page instead of text\n"
	"\n"
	"Only for kcidb:\n"
	"      --origin NAME    by which the database knows who submits; needed\n"
	"      --build ID       the kernel's build there; else one is made up\n"
	"      --commit HASH    the kernel's commit, for a build that is made up\n"
	"\n"
	"Exit status of summary: 0 something passed, and the rest passed, was skipped or went\n"
	"as expected; 1 something did not go well, or passed though expected to fail; 77\n"
	"nothing was verified. Of expectations: 0 nothing to change, 1 something. Of compare:\n"
	"0 nothing got worse, 1 something. Of the others without --strict: 0 it is written.\n"
	"Of all: 2 usage, or the input is unreadable.\n";

enum {
	OPT_EXPECT = 256,
	OPT_EXPECT_FOR,
	OPT_REQUIRE,
	OPT_STRICT,
	OPT_HTML,
	OPT_ORIGIN,
	OPT_BUILD,
	OPT_COMMIT,
};

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"strict", no_argument, NULL, OPT_STRICT},
	{"help", no_argument, NULL, 'h'},
	{"expect", required_argument, NULL, OPT_EXPECT},
	{"expect-for", required_argument, NULL, OPT_EXPECT_FOR},
	{"require", required_argument, NULL, OPT_REQUIRE},
	{"html", no_argument, NULL, OPT_HTML},
	{"origin", required_argument, NULL, OPT_ORIGIN},
	{"build", required_argument, NULL, OPT_BUILD},
	{"commit", required_argument, NULL, OPT_COMMIT},
	{NULL, 0, NULL, 0},
};

static const char *const format_names[_REPORT_FORMAT_MAX] = {
	[REPORT_SUMMARY] = "summary", [REPORT_EXPECTATIONS] = "expectations",
	[REPORT_HTML] = "html",	      [REPORT_JUNIT] = "junit",
	[REPORT_KTAP] = "ktap",	      [REPORT_LAVA] = "lava",
	[REPORT_KCIDB] = "kcidb",     [REPORT_CSV] = "csv",
	[REPORT_COMPARE] = "compare",
};

static int take_expectation(struct report_request *request, enum expect_source source)
{
	g_autofree char *why = NULL;
	int r = expectations_take(&request->expectations, source, optarg, &why);

	if (r < 0)
		log_error("%s", why);
	return r;
}

static int take_option(struct report_request *request, int option)
{
	switch (option) {
	case 'o':
		request->output = optarg;
		return 0;
	case OPT_STRICT:
		request->strict = true;
		return 0;
	case OPT_HTML:
		request->html = true;
		return 0;
	case OPT_ORIGIN:
		request->kcidb.origin = optarg;
		return 0;
	case OPT_BUILD:
		request->kcidb.build = optarg;
		return 0;
	case OPT_COMMIT:
		request->kcidb.commit = optarg;
		return 0;
	case OPT_EXPECT:
		return take_expectation(request, EXPECT_FROM_FILE);
	case OPT_EXPECT_FOR:
		return take_expectation(request, EXPECT_FROM_LAYERS);
	case OPT_REQUIRE:
		return take_expectation(request, EXPECT_FROM_REQUIREMENT);
	}
	return -EINVAL;
}

static int find_format(const char *name)
{
	for (int format = 0; format < _REPORT_FORMAT_MAX; format++)
		if (strcmp(format_names[format], name) == 0)
			return format;
	log_error("format \"%s\" is unknown; see --help for those there are", name);
	return -EINVAL;
}

static int take_words(struct report_request *request, int count, char **words)
{
	int format;

	if (count == 0) {
		log_error("expected a format and the results directory; see --help");
		return -EINVAL;
	}
	format = find_format(words[0]);
	if (format < 0)
		return format;
	request->format = format;
	request->paths = (const char *const *)words + 1;
	request->path_count = count - 1;
	if (format == REPORT_COMPARE && count < 3) {
		log_error("compare needs two results directories or more; see --help");
		return -EINVAL;
	}
	if (format != REPORT_COMPARE && count != 2) {
		log_error("expected a format and the results directory; see --help");
		return -EINVAL;
	}
	return 0;
}

/* An option that does nothing would leave somebody waiting for what it promises. */
static int check(const struct report_request *request)
{
	const struct kcidb_ids *ids = &request->kcidb;
	g_autofree char *why = NULL;

	if (request->html && request->format != REPORT_COMPARE) {
		log_error("--html is an option of compare; for a run there is the format html");
		return -EINVAL;
	}
	if (request->format != REPORT_KCIDB && (ids->origin || ids->build || ids->commit)) {
		log_error("--origin, --build and --commit are options of kcidb");
		return -EINVAL;
	}
	if (ids->build && ids->commit) {
		log_error("--commit is of no use with --build: that build has its commit already");
		return -EINVAL;
	}
	if (request->format == REPORT_KCIDB)
		why = kcidb_check_ids(ids);
	if (why)
		log_error("%s", why);
	return why ? -EINVAL : 0;
}

int report_request_parse(struct report_request *request, int argc, char **argv)
{
	int option, r;

	while ((option = getopt_long(argc, argv, ":ho:", long_options, NULL)) != -1) {
		if (option == 'h')
			return 1;
		if (option == '?' || option == ':') {
			log_error("option %s %s; see --help", argv[optind - 1],
				  option == ':' ? "needs a value" : "is not supported");
			return -EINVAL;
		}
		r = take_option(request, option);
		if (r < 0)
			return r;
	}
	r = take_words(request, argc - optind, argv + optind);
	return r < 0 ? r : check(request);
}

void report_request_clear(struct report_request *request)
{
	expectations_free(request->expectations);
}

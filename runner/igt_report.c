/* SPDX-License-Identifier: MIT */
/** igt_report: what a results.json says, in the form that its reader wants. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "expect_update.h"
#include "expectations.h"
#include "log.h"
#include "report.h"
#include "summary.h"

/* Usage, or an input that cannot be read; the other codes are the formats' own. */
#define EXIT_STATUS_ERROR 2

struct format {
	const char *name;
	/* @expectations is NULL if no file was named. */
	void (*print)(const struct report *report, const struct expectations *expectations,
		      FILE *stream);
	int (*exit_status)(const struct report *report, const struct expectations *expectations);
};

static const struct format formats[] = {
	{"summary", summary_print, summary_exit_status},
	{"expectations", expect_update_print, expect_update_exit_status},
};

static const char usage[] =
	"Usage: igt_report FORMAT [--expect FILE]... results-path\n"
	"\n"
	"Prints what results-path/results.json says.\n"
	"\n"
	"Formats:\n"
	"  summary       totals, everything that did not pass and why, the slowest three\n"
	"  expectations  what to add to expectation files, change and remove, so that they\n"
	"                say what the run showed\n"
	"\n"
	"  --expect FILE  what is known to fail (NAME-fails.txt), to be unsteady\n"
	"                 (NAME-flakes.txt), or not to be run (NAME-skips.txt); repeatable,\n"
	"                 a later file overrides an earlier one\n"
	"\n"
	"Exit status of summary: 0 something passed, and the rest passed, was skipped or went\n"
	"as expected; 1 something did not go well, or passed though expected to fail; 77\n"
	"nothing was verified. Of expectations: 0 nothing to change, 1 something. Of both: 2\n"
	"usage, or the input is unreadable.\n";

/* The command line. */
struct request {
	const struct format *format;
	const char *path;
	/* NULL without --expect. */
	struct expectations *expectations;
};

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

static int take_expect(struct request *request, const char *file)
{
	g_autofree char *why = NULL;
	int r;

	if (!request->expectations)
		request->expectations = expectations_new();
	r = expectations_add(request->expectations, file, &why);
	if (r < 0)
		log_error("%s", why);
	return r;
}

static int take_words(struct request *request, int count, char **words)
{
	if (count != 2) {
		log_error("expected a format and the results directory; see --help");
		return -EINVAL;
	}
	request->format = find_format(words[0]);
	if (!request->format) {
		log_error("format \"%s\" is unknown; see --help for those there are", words[0]);
		return -EINVAL;
	}
	request->path = words[1];
	return 0;
}

/* 1 if help was asked for. */
static int parse(struct request *request, int argc, char **argv)
{
	static const struct option options[] = {
		{"expect", required_argument, NULL, 'e'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h')
			return 1;
		if (option != 'e') {
			log_error("option %s %s; see --help", argv[optind - 1],
				  option == ':' ? "needs a value" : "is not supported");
			return -EINVAL;
		}
		if (take_expect(request, optarg) < 0)
			return -EINVAL;
	}
	return take_words(request, argc - optind, argv + optind);
}

static int print_report(const struct request *request)
{
	_cleanup_(report_freep) struct report *report = NULL;

	if (report_read(request->path, &report) < 0)
		return EXIT_STATUS_ERROR;
	request->format->print(report, request->expectations, stdout);
	if (fflush(stdout) != 0) {
		log_error("cannot write the report: %s", g_strerror(errno));
		return EXIT_STATUS_ERROR;
	}
	return request->format->exit_status(report, request->expectations);
}

int main(int argc, char **argv)
{
	struct request request = {0};
	int r = parse(&request, argc, argv);
	int status = EXIT_STATUS_ERROR;

	if (r > 0) {
		fputs(usage, stdout);
		status = 0;
	} else if (r == 0) {
		status = print_report(&request);
	}
	expectations_free(request.expectations);
	return status;
}

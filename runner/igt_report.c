/* SPDX-License-Identifier: MIT */
/** igt_report: what a results.json says, in the form that its reader wants. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "report.h"
#include "summary.h"

/* Usage, or an input that cannot be read; the other codes are the formats' own. */
#define EXIT_STATUS_ERROR 2

struct format {
	const char *name;
	void (*print)(const struct report *report, FILE *stream);
	int (*exit_status)(const struct report *report);
};

static const struct format formats[] = {
	{"summary", summary_print, summary_exit_status},
};

static const char usage[] =
	"Usage: igt_report FORMAT results-path\n"
	"\n"
	"Prints what results-path/results.json says.\n"
	"\n"
	"Formats:\n"
	"  summary   totals, everything that did not pass and why, the slowest three\n"
	"\n"
	"Exit status: 0 something passed, and the rest passed or was skipped; 1 something\n"
	"did not go well; 77 nothing was verified; 2 usage, or the input is unreadable.\n";

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

static int print_report(const struct format *format, const char *path)
{
	_cleanup_(report_freep) struct report *report = NULL;

	if (report_read(path, &report) < 0)
		return EXIT_STATUS_ERROR;
	format->print(report, stdout);
	if (fflush(stdout) != 0) {
		log_error("cannot write the report: %s", g_strerror(errno));
		return EXIT_STATUS_ERROR;
	}
	return format->exit_status(report);
}

int main(int argc, char **argv)
{
	const struct format *format;

	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 3) {
		log_error("expected a format and the results directory; see --help");
		return EXIT_STATUS_ERROR;
	}
	format = find_format(argv[1]);
	if (!format) {
		log_error("format \"%s\" is unknown; see --help for those there are", argv[1]);
		return EXIT_STATUS_ERROR;
	}
	return print_report(format, argv[2]);
}

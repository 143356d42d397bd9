/* SPDX-License-Identifier: MIT */
/** igt_report: what a results.json says, in the form that its reader wants. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "expect_update.h"
#include "fileio.h"
#include "log.h"
#include "report.h"
#include "report/compare.h"
#include "report/csv.h"
#include "report/folder.h"
#include "report/html.h"
#include "report/junit.h"
#include "report/ktap.h"
#include "report/lava.h"
#include "report/request.h"
#include "summary.h"

/* Usage, or an input that cannot be read; the other codes are the formats' own. */
#define EXIT_STATUS_ERROR 2

static void print_run(const struct report_request *request, const struct report *report,
		      const struct folder *folder, FILE *stream)
{
	const struct expectations *expectations = request->expectations;

	switch (request->format) {
	case REPORT_SUMMARY:
		summary_print(report, expectations, stream);
		break;
	case REPORT_EXPECTATIONS:
		expect_update_print(report, expectations, stream);
		break;
	case REPORT_HTML:
		html_print(report, folder, request->paths[0], expectations, stream);
		break;
	case REPORT_JUNIT:
		junit_print(report, folder, expectations, stream);
		break;
	case REPORT_KTAP:
		ktap_print(report, expectations, stream);
		break;
	case REPORT_LAVA:
		lava_print(report, expectations, stream);
		break;
	case REPORT_KCIDB:
		kcidb_print(report, folder, expectations, &request->kcidb, stream);
		break;
	case REPORT_CSV:
		csv_print(report, expectations, stream);
		break;
	default:
		break;
	}
}

static int exit_status_of(const struct report_request *request, const struct report *report)
{
	if (request->format == REPORT_EXPECTATIONS && !request->strict)
		return expect_update_exit_status(report, request->expectations);
	if (request->format == REPORT_SUMMARY || request->strict)
		return summary_exit_status(report, request->expectations);
	return 0;
}

/* A requirement with a slip of the pen would be met for ever. */
static void warn_of_idle_requirements(const struct report_request *request,
				      const struct report *report)
{
	if (!request->expectations || !expectations_has_required(request->expectations))
		return;
	for (unsigned i = 0; i < report->entries->len; i++) {
		const struct report_entry *entry = g_ptr_array_index(report->entries, i);

		if (expectations_is_required(request->expectations, entry->name))
			return;
	}
	log_warning("no test of these results is required by any --require");
}

static int report_run(const struct report_request *request, FILE *stream)
{
	_cleanup_(report_freep) struct report *report = NULL;
	_cleanup_(folder_freep) struct folder *folder = NULL;

	if (report_read(request->paths[0], &report) < 0)
		return EXIT_STATUS_ERROR;
	folder = folder_open(request->paths[0]);
	warn_of_idle_requirements(request, report);
	print_run(request, report, folder, stream);
	return exit_status_of(request, report);
}

static int report_comparison(const struct report_request *request, FILE *stream)
{
	_cleanup_(compare_freep) struct compare *compare = NULL;

	if (compare_read(request->paths, request->path_count, request->expectations, &compare) < 0)
		return EXIT_STATUS_ERROR;
	if (request->html)
		compare_print_html(compare, stream);
	else
		compare_print_text(compare, stream);
	return compare_exit_status(compare);
}

static int report(const struct report_request *request, FILE *stream)
{
	return request->format == REPORT_COMPARE ? report_comparison(request, stream)
						 : report_run(request, stream);
}

static int report_to_stdout(const struct report_request *request)
{
	int status = report(request, stdout);

	if (fflush(stdout) != 0) {
		log_error("cannot write the report: %s", g_strerror(errno));
		return EXIT_STATUS_ERROR;
	}
	return status;
}

static int replace_file(const char *path, const char *text, size_t len)
{
	g_autofree char *dir = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	autofd dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dirfd < 0 ? -errno : file_replace_at(dirfd, name, text, len);
}

static int report_to_file(const struct report_request *request)
{
	g_autofree char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);
	int status, r;

	if (!stream) {
		log_error("cannot write the report: %s", g_strerror(errno));
		return EXIT_STATUS_ERROR;
	}
	status = report(request, stream);
	fclose(stream);
	if (status == EXIT_STATUS_ERROR)
		return status;
	r = replace_file(request->output, text, len);
	if (r < 0) {
		log_error("cannot write %s: %s", request->output, g_strerror(-r));
		return EXIT_STATUS_ERROR;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct report_request request = {0};
	int r = report_request_parse(&request, argc, argv);
	int status = EXIT_STATUS_ERROR;

	if (r > 0) {
		fputs(report_request_usage, stdout);
		status = 0;
	} else if (r == 0) {
		status = request.output ? report_to_file(&request) : report_to_stdout(&request);
	}
	report_request_clear(&request);
	return status;
}

/* SPDX-License-Identifier: MIT */
/** igt_resume: goes on with a run that was cut off, or that was only planned. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "executor.h"
#include "fileio.h"
#include "log.h"
#include "progress.h"
#include "results.h"
#include "results_dir.h"
#include "resume.h"

/* Exit status, with execute_end_status(); negative errnos of the modules end here. */
enum {
	EXIT_STATUS_DONE = 0,
	EXIT_STATUS_ERROR = 1,
	EXIT_STATUS_NO_RESULTS = 3,
	EXIT_STATUS_NO_RUN = 127,
};

static const char usage[] =
	"Usage: igt_resume results-path\n"
	"\n"
	"Goes on with the run that igt_runner began in results-path, with the settings that are\n"
	"recorded there: also after the machine went down, or a dry run. What ran is not run\n"
	"again. Writes results.json at the end.\n"
	"\n"
	"Exit status: 0 the tests ran, whatever their results; 1 they did not, or not to the\n"
	"end; 2 the overall timeout stopped them; 3 results.json could not be written; 127\n"
	"results-path is no run that can go on.\n";

/* A run, as it is recorded. */
struct run {
	char *path;
	int results_fd;
	struct settings *settings;
	GPtrArray *jobs;
	struct resume_point point;
};

static void run_clear(struct run *run)
{
	g_free(run->path);
	fd_closep(&run->results_fd);
	settings_free(run->settings);
	g_clear_pointer(&run->jobs, g_ptr_array_unref);
	resume_point_clear(&run->point);
}

static int run_open(struct run *run)
{
	int r = results_dir_open(run->path, &run->results_fd);

	if (r >= 0)
		r = settings_read_metadata(run->results_fd, run->path, &run->settings);
	if (r >= 0)
		r = settings_read_surroundings(run->results_fd, run->path, run->settings);
	if (r >= 0)
		r = results_dir_read_jobs(run->results_fd, run->path, &run->jobs);
	if (r < 0)
		return r;
	/* It may have been moved; and whoever resumes a dry run wants it to be run. */
	g_free(run->settings->results_path);
	run->settings->results_path = g_strdup(run->path);
	run->settings->dry_run = false;
	return 0;
}

static int execute(struct run *run)
{
	enum execute_end end;

	if (resume_prepare(run->results_fd, run->path, run->jobs, &run->point) < 0 ||
	    execute_jobs(run->settings, run->jobs, &run->point, run->results_fd, &end) < 0)
		return EXIT_STATUS_ERROR;
	return execute_end_status(end);
}

static int resume(struct run *run)
{
	int status = EXIT_STATUS_DONE;

	if (run_open(run) < 0)
		return EXIT_STATUS_NO_RUN;
	if (!run->settings->allow_non_root && geteuid() != 0) {
		log_error("tests need root, and the run was not begun with --allow-non-root");
		return EXIT_STATUS_ERROR;
	}
	if (!run->settings->test_root) {
		log_error("%s/metadata.txt does not say where the tests are (test_root)",
			  run->path);
		return EXIT_STATUS_NO_RUN;
	}
	if (resume_find(run->results_fd, run->path, run->settings, run->jobs, &run->point) < 0)
		return EXIT_STATUS_NO_RUN;
	if (run->point.index < run->jobs->len)
		status = execute(run);
	if (results_generate(run->path) < 0)
		return EXIT_STATUS_NO_RESULTS;
	if (status == EXIT_STATUS_DONE)
		progress_say(run->settings, "Done.");
	return status;
}

int main(int argc, char **argv)
{
	_cleanup_(run_clear) struct run run = {.results_fd = -1};

	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		fputs(usage, stdout);
		return EXIT_STATUS_DONE;
	}
	if (argc != 2) {
		log_error("expected one argument, the results directory; see --help");
		return EXIT_STATUS_ERROR;
	}
	run.path = g_canonicalize_filename(argv[1], /* relative_to= */ NULL);
	return resume(&run);
}

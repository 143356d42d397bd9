/* SPDX-License-Identifier: MIT */
/** igt_runner: lists the tests, runs them one by one, and records what happened. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "enumerate.h"
#include "executor.h"
#include "fileio.h"
#include "igt_vcs.h"
#include "job_list.h"
#include "log.h"
#include "options.h"
#include "progress.h"
#include "results.h"
#include "results_dir.h"

/* Exit status; negative errnos of the modules end here. */
enum {
	EXIT_STATUS_DONE = 0,
	EXIT_STATUS_ERROR = 1,
	EXIT_STATUS_OUT_OF_TIME = 2,
};

static int list_all(const GPtrArray *jobs)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = g_ptr_array_index(jobs, i);
		g_autofree char *name = piglit_name(
			job->binary, job->subtests->len > 0 ? job->subtests->pdata[0] : NULL,
			/* dynamic= */ NULL);

		puts(name);
	}
	if (fflush(stdout) == 0)
		return EXIT_STATUS_DONE;
	log_error("cannot write the list: %s", g_strerror(errno));
	return EXIT_STATUS_ERROR;
}

static int execute(const struct settings *settings, const GPtrArray *jobs, int results_fd)
{
	enum execute_end end;

	if (execute_jobs(settings, jobs, /* first= */ 0, results_fd, &end) < 0)
		return EXIT_STATUS_ERROR;
	switch (end) {
	case EXECUTE_DONE:
		return EXIT_STATUS_DONE;
	case EXECUTE_OUT_OF_TIME:
		return EXIT_STATUS_OUT_OF_TIME;
	case EXECUTE_STOPPED:
		break;
	}
	return EXIT_STATUS_ERROR;
}

static int run(const struct settings *settings)
{
	g_autoptr(GPtrArray) jobs = NULL;
	autofd results_fd = -1;
	int status = EXIT_STATUS_DONE;

	if (!settings->list_all && !settings->allow_non_root && geteuid() != 0) {
		log_error("tests need root; run as root, or with --allow-non-root");
		return EXIT_STATUS_ERROR;
	}
	if (enumerate_jobs(settings, &jobs) < 0)
		return EXIT_STATUS_ERROR;
	if (settings->list_all)
		return list_all(jobs);
	if (jobs->len == 0) {
		log_error("Filter didn't match any job name; see --list-all");
		return EXIT_STATUS_ERROR;
	}
	if (results_dir_create(settings, jobs, &results_fd) < 0)
		return EXIT_STATUS_ERROR;
	if (settings->dry_run)
		progress_say(settings, "Dry run: %u jobs listed in %s, none run.", jobs->len,
			     settings->results_path);
	else
		status = execute(settings, jobs, results_fd);
	if (results_generate(settings->results_path) < 0)
		return EXIT_STATUS_ERROR;
	if (status == EXIT_STATUS_DONE && !settings->report_text && !settings->dry_run)
		progress_say(settings, "Done.");
	return status;
}

int main(int argc, char **argv)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;
	enum options_action action;

	if (options_parse(argc, argv, &action, &settings) < 0)
		return EXIT_STATUS_ERROR;
	switch (action) {
	case OPTIONS_HELP:
		fputs(options_help(), stdout);
		return EXIT_STATUS_DONE;
	case OPTIONS_VERSION:
		puts("igt_runner " PROJECT_VERSION "-" IGT_VCS_VERSION);
		return EXIT_STATUS_DONE;
	case OPTIONS_RUN:
		break;
	}
	return run(settings);
}

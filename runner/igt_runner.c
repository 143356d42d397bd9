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
#include "report.h"
#include "results.h"
#include "results_dir.h"
#include "resume.h"
#include "summary.h"

/* Exit status, with execute_end_status(); negative errnos of the modules end here. */
enum {
	EXIT_STATUS_DONE = 0,
	EXIT_STATUS_ERROR = 1,
};

static const char hook_help[] =
	"--hook '[EVENT[,EVENT...]:]COMMAND' has each test run a shell command at these events,\n"
	"or at all of them. It can be given several times. The events: pre-test, pre-subtest,\n"
	"pre-dyn-subtest, post-dyn-subtest, post-subtest, post-test, post-kmod-unbind.\n"
	"\n"
	"IGT_HOOK_EVENT, IGT_HOOK_TEST_FULLNAME, IGT_HOOK_RESULT and others in its environment\n"
	"tell the command where it is; IGT_RUNNER_ATTACHMENTS_DIR is a folder for files that go\n"
	"with the results, by convention in one that is named like IGT_HOOK_TEST_FULLNAME. Any\n"
	"test explains the rest with its own --help-hook.\n";

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

	if (resume_note_boot(results_fd) < 0)
		log_warning("cannot note which boot of the machine this is");
	if (execute_jobs(settings, jobs, /* from= */ NULL, results_fd, &end) < 0)
		return EXIT_STATUS_ERROR;
	return execute_end_status(end);
}

/* How the tests went, in the words and with the exit status of igt_report summary. */
static int judge(const struct settings *settings)
{
	_cleanup_(report_freep) struct report *report = NULL;
	g_autofree char *headline = NULL;

	if (report_read(settings->results_path, &report) < 0)
		return EXIT_STATUS_ERROR;
	headline = summary_headline(report, settings->expectations);
	progress_say(settings, "%s", headline);
	return summary_exit_status(report, settings->expectations);
}

static int run(const struct settings *settings)
{
	g_autoptr(GPtrArray) jobs = NULL;
	autofd results_fd = -1;
	int status = EXIT_STATUS_DONE;
	unsigned rest;

	if (!settings->list_all && !settings->allow_non_root && geteuid() != 0) {
		log_error("tests need root; run as root, or with --allow-non-root");
		return EXIT_STATUS_ERROR;
	}
	if (enumerate_jobs(settings, &jobs, &rest) < 0)
		return EXIT_STATUS_ERROR;
	if (settings->list_all)
		return list_all(jobs);
	/* A part of a list may be empty; the list must not. */
	if (jobs->len == 0 && rest == 0) {
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
	if (status != EXIT_STATUS_DONE || settings->dry_run)
		return status;
	if (!progress_stdout_is_report(settings))
		progress_say(settings, "Done.");
	return settings->strict ? judge(settings) : status;
}

int main(int argc, char **argv)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;
	g_autofree char *help = NULL;
	enum options_action action;

	if (options_parse(argc, argv, &action, &settings) < 0)
		return EXIT_STATUS_ERROR;
	switch (action) {
	case OPTIONS_HELP:
		help = options_help();
		fputs(help, stdout);
		return EXIT_STATUS_DONE;
	case OPTIONS_HELP_HOOK:
		fputs(hook_help, stdout);
		return EXIT_STATUS_DONE;
	case OPTIONS_VERSION:
		puts("igt_runner " PROJECT_VERSION "-" IGT_VCS_VERSION);
		return EXIT_STATUS_DONE;
	case OPTIONS_RUN:
		break;
	}
	return run(settings);
}

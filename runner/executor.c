/* SPDX-License-Identifier: MIT */
#include "executor.h"

#include <string.h>
#include <sys/signalfd.h>

#include "abort_check.h"
#include "between_jobs.h"
#include "enumerate.h"
#include "fileio.h"
#include "job_run.h"
#include "journal.h"
#include "log.h"
#include "progress.h"
#include "results_dir.h"
#include "run_start.h"

/* A run in progress. */
struct executor {
	const struct settings *settings;
	const GPtrArray *jobs;
	int results_fd;
	/* Where it goes on, or NULL. */
	const struct resume_point *from;
	struct run_start start;
	struct between_jobs *between;
	struct progress progress;
	/* Seconds spent in jobs so far. */
	double spent;
};

static void executor_clear(struct executor *executor)
{
	between_jobs_free(executor->between);
	run_start_clear(&executor->start);
	live_report_free(executor->progress.live);
	dmesg_rules_free(executor->progress.rules);
}

static void say_stopped(const struct executor *executor, int signo, pid_t sender)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int)sender);
	g_autofree char *cmdline = NULL;
	gsize len = 0;

	/* The kernel separates words by NUL; a sender that is gone already has no name. */
	if (g_file_get_contents(path, &cmdline, &len, /* error= */ NULL))
		for (gsize i = 0; i + 1 < len; i++)
			if (cmdline[i] == '\0')
				cmdline[i] = ' ';
	progress_say(executor->settings, "Abort requested by %s [%d] via %s, terminating children",
		     cmdline && *cmdline ? cmdline : "unknown", (int)sender, strsignal(signo));
}

/* A signal that came between two jobs. */
static bool stop_requested(const struct executor *executor)
{
	struct signalfd_siginfo info;

	if (read(executor->start.stop_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	say_stopped(executor, info.ssi_signo, info.ssi_pid);
	return true;
}

/* @index: of the job before, or -1. */
static void write_aborted(const struct executor *executor, int index, const char *reason)
{
	const GPtrArray *jobs = executor->jobs;
	g_autofree char *previous =
		index < 0 ? g_strdup("nothing") : job_title(g_ptr_array_index(jobs, index));
	g_autofree char *next = index + 1 < (int)jobs->len
					? job_title(g_ptr_array_index(jobs, index + 1))
					: g_strdup("nothing");
	g_autofree char *text = g_strdup_printf("Aborting.\nPrevious test: %s\nNext test: %s\n\n%s",
						previous, next, reason);
	int r = file_write_at(executor->results_fd, "aborted.txt", text, FILE_TRUNCATE,
			      /* sync= */ true);

	if (r < 0)
		log_error("cannot write aborted.txt: %s", g_strerror(-r));
}

/* The first line of the reason says most of it. */
static void say_aborted(const char *reason)
{
	size_t len = strcspn(reason, "\n");

	while (len > 0 && strchr(".: ", reason[len - 1]))
		len--;
	log_error("%.*s; the rest of the tests is not run", (int)len, reason);
}

/* For a reason that no job's record has. @index: of the job before, or -1. */
static void abort_run(const struct executor *executor, int index, const char *reason)
{
	say_aborted(reason);
	write_aborted(executor, index, reason);
}

/* True if no other job may follow. */
static bool must_stop(const struct executor *executor, unsigned index,
		      const struct job_outcome *outcome)
{
	if (outcome->stop_signal) {
		say_stopped(executor, outcome->stop_signal, outcome->stop_sender);
		return true;
	}
	if (!outcome->abort_reason)
		return false;
	if (outcome->abort_recorded)
		say_aborted(outcome->abort_reason);
	else
		abort_run(executor, index, outcome->abort_reason);
	return true;
}

/* The same for what is looked at between the jobs. */
static bool must_stop_between(const struct executor *executor, int index, char *reason)
{
	if (!reason)
		return false;
	abort_run(executor, index, reason);
	g_free(reason);
	return true;
}

static bool out_of_time(const struct executor *executor)
{
	unsigned long budget = executor->settings->overall_timeout;

	return budget > 0 && executor->spent >= budget;
}

/* Adds the names that are new to @seen; false if there was none. */
static bool add_names(GPtrArray *seen, const GPtrArray *names)
{
	unsigned before = seen->len;

	for (unsigned i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		if (!g_ptr_array_find_with_equal_func(seen, name, g_str_equal, NULL))
			g_ptr_array_add(seen, g_strdup(name));
	}
	return seen->len > before;
}

/*
 * What is left of a job that did not end by itself, or NULL. A process in which nothing new began
 * would do so again and again.
 */
static struct job *rest_of_job(const struct executor *executor, const struct job *job,
			       const struct job_outcome *outcome, GPtrArray *seen)
{
	if (!outcome->cut_short || outcome->stop_signal || outcome->abort_reason ||
	    out_of_time(executor) || !add_names(seen, outcome->subtests))
		return NULL;
	return enumerate_rest(executor->settings, job, seen);
}

/* What ran of a job before the runner did; none if that is not where the run goes on. */
static GPtrArray *seen_before(const struct executor *executor, unsigned index)
{
	const struct resume_point *from = executor->from;
	GPtrArray *seen = g_ptr_array_new_with_free_func(g_free);

	if (from && from->seen && index == from->index)
		add_names(seen, from->seen);
	return seen;
}

/* In as many processes as it takes, so that one that has to be killed takes no others with it. */
static int run_processes(struct executor *executor, const struct job *job,
			 struct job_request *request, struct job_outcome *ret)
{
	_cleanup_(job_freep) struct job *rest = NULL;
	g_autoptr(GPtrArray) seen = seen_before(executor, request->index);

	request->job = job;
	if (seen->len > 0) {
		rest = enumerate_rest(executor->settings, job, seen);
		if (!rest)
			return 0;
		request->job = rest;
	}
	for (;;) {
		struct job_outcome outcome = {0};
		int r = job_run(request, &outcome);

		if (r < 0)
			return r;
		executor->spent += outcome.seconds;
		g_clear_pointer(&rest, job_free);
		rest = rest_of_job(executor, job, &outcome, seen);
		if (!rest) {
			*ret = outcome;
			return 0;
		}
		job_outcome_clear(&outcome);
		request->job = rest;
	}
}

static int run_job(struct executor *executor, unsigned index, const struct job *job,
		   struct job_outcome *ret)
{
	struct job_request request = {.settings = executor->settings,
				      .index = index,
				      .stop_fd = executor->start.stop_fd,
				      .child_fd = executor->start.child_fd,
				      .cgroups = executor->start.cgroups,
				      .sampler = executor->start.sampler,
				      .watchdogs = executor->start.watchdogs};
	autofd dirfd = -1;
	int r = results_dir_add_job(executor->results_fd, index, executor->settings->sync, &dirfd);

	if (r < 0) {
		log_error("cannot make the directory of job %u in %s: %s", index,
			  executor->settings->results_path, g_strerror(-r));
		return r;
	}
	request.dirfd = dirfd;
	return run_processes(executor, job, &request, ret);
}

/* The record of a job that is not to run at all. */
static int refuse_job(const struct executor *executor, unsigned index)
{
	static const struct {
		const char *name;
		const char *text;
	} files[] = {
		{"out.txt", "Forced notrun result because of abort condition on bootup\n"},
		{"err.txt", ""},
		{"dmesg.txt", ""},
		{"journal.txt", "exit:-1 (0.000s)\n"},
	};
	bool sync = executor->settings->sync;
	autofd dirfd = -1;
	int r = results_dir_add_job(executor->results_fd, index, sync, &dirfd);

	for (size_t i = 0; r >= 0 && i < G_N_ELEMENTS(files); i++)
		r = file_write_at(dirfd, files[i].name, files[i].text, FILE_TRUNCATE, sync);
	if (r < 0)
		log_error("cannot record that job %u is not run: %s", index, g_strerror(-r));
	return r;
}

/* A machine that is not fit for tests from the beginning. */
static bool must_not_start(struct executor *executor, unsigned first)
{
	char *reason = abort_check_all(executor->settings, executor->start.stop_fd);

	if (!reason)
		reason = between_jobs_begin(executor->between);
	if (!must_stop_between(executor, /* index= */ -1, reason))
		return false;
	/* What a job has of its record stays. */
	if (executor->from && executor->from->seen)
		first++;
	for (unsigned i = first; i < executor->jobs->len; i++)
		if (refuse_job(executor, i) < 0)
			break;
	return true;
}

static enum execute_end may_go_on(struct executor *executor)
{
	if (out_of_time(executor)) {
		progress_say(executor->settings, "Overall timeout time exceeded, stopping.");
		return EXECUTE_OUT_OF_TIME;
	}
	return stop_requested(executor) ? EXECUTE_STOPPED : EXECUTE_DONE;
}

/* EXECUTE_DONE as long as other jobs may follow. */
static int run_next(struct executor *executor, unsigned index, enum execute_end *ret)
{
	_cleanup_(job_outcome_clear) struct job_outcome outcome = {0};
	const struct job *job = g_ptr_array_index(executor->jobs, index);
	g_autofree char *title = job_title(job);
	unsigned long budget = executor->settings->overall_timeout;
	bool stop;
	int r;

	progress_job_started(&executor->progress, index,
			     budget > 0 ? budget - executor->spent : -1);
	r = run_job(executor, index, job, &outcome);
	if (r < 0)
		return r;
	progress_job_ended(&executor->progress, index, outcome.sealed ? &outcome.files : NULL);
	watchdogs_ping(executor->start.watchdogs);
	stop = must_stop(executor, index, &outcome) ||
	       must_stop_between(executor, index, between_jobs_after(executor->between, title));
	*ret = stop ? EXECUTE_STOPPED : EXECUTE_DONE;
	return 0;
}

static int run_all(struct executor *executor, unsigned *ret_next, enum execute_end *ret_end)
{
	unsigned first = executor->from ? executor->from->index : 0;
	enum execute_end end = EXECUTE_DONE;
	unsigned i = first;

	if (must_not_start(executor, first))
		end = EXECUTE_STOPPED;
	while (end == EXECUTE_DONE && i < executor->jobs->len) {
		int r;

		end = may_go_on(executor);
		if (end != EXECUTE_DONE)
			break;
		r = run_next(executor, i++, &end);
		if (r < 0)
			return r;
	}
	if (end == EXECUTE_DONE &&
	    must_stop_between(executor, (int)i - 1, between_jobs_end(executor->between)))
		end = EXECUTE_STOPPED;
	*ret_next = i;
	*ret_end = end;
	return 0;
}

int execute_jobs(const struct settings *settings, const GPtrArray *jobs,
		 const struct resume_point *from, int results_fd, enum execute_end *ret)
{
	_cleanup_(executor_clear) struct executor executor = {
		.settings = settings,
		.jobs = jobs,
		.results_fd = results_fd,
		.from = from,
		.spent = from ? from->spent : 0.0,
		.start = RUN_START_INIT,
		.progress = {.settings = settings, .jobs = jobs, .results_fd = results_fd},
	};
	enum execute_end end;
	unsigned next;
	int r = run_start(settings, results_fd, &executor.start);

	if (r < 0)
		return r;
	executor.between = between_jobs_new(settings, results_fd, executor.start.stop_fd);
	executor.progress.rules = dmesg_rules_new(settings);
	executor.progress.live = live_report_new(settings, jobs);
	r = run_all(&executor, &next, &end);
	if (r < 0)
		return r;
	/* What was not reached has a verdict, too. */
	for (; next < jobs->len; next++)
		progress_job_ended(&executor.progress, next, /* files= */ NULL);
	r = run_start_write_end(&executor.start, settings, results_fd);
	if (r < 0)
		return r;
	*ret = end;
	return 0;
}

int execute_end_status(enum execute_end end)
{
	switch (end) {
	case EXECUTE_DONE:
		return 0;
	case EXECUTE_OUT_OF_TIME:
		return 2;
	case EXECUTE_STOPPED:
		break;
	}
	return 1;
}

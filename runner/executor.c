/* SPDX-License-Identifier: MIT */
#include "executor.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>

#include "fileio.h"
#include "igt_wire.h"
#include "job_run.h"
#include "kmsg.h"
#include "log.h"
#include "process_tree.h"
#include "progress.h"
#include "results_dir.h"

/* A run in progress. */
struct executor {
	const struct settings *settings;
	const GPtrArray *jobs;
	int results_fd;
	int signal_fd;
	struct progress progress;
	/* Seconds spent in jobs so far. */
	double spent;
};

static void executor_clear(struct executor *executor)
{
	fd_closep(&executor->signal_fd);
	dmesg_rules_free(executor->progress.rules);
}

/* Whoever started us with SIGHUP ignored wants us to outlive the terminal. */
static bool is_ignored(int signo)
{
	struct sigaction action;

	return sigaction(signo, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int open_signals(int *ret_fd)
{
	static const int stops[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < G_N_ELEMENTS(stops); i++)
		if (!is_ignored(stops[i]))
			sigaddset(&set, stops[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	/* A reader of the report that goes away must not take the run with it. */
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static void warn_without_kernel_log(void)
{
	int fd;
	int r = kmsg_open_reader(&fd);

	if (r < 0)
		log_warning("cannot read the kernel log (%s): its warnings will not count",
			    g_strerror(-r));
	else
		close(fd);
}

static int write_uname(const struct executor *executor)
{
	g_autofree char *text = NULL;
	struct utsname u;

	if (uname(&u) < 0)
		return -errno;
	text = g_strdup_printf("%s %s %s %s %s\n", u.sysname, u.nodename, u.release, u.version,
			       u.machine);
	return file_write_at(executor->results_fd, "uname.txt", text, FILE_TRUNCATE,
			     executor->settings->sync);
}

/* The first one counts: a resumed run began when it began. */
static int write_stamp(const struct executor *executor, const char *name)
{
	char text[64];
	int r;

	g_snprintf(text, sizeof(text), "%f\n", clock_seconds(CLOCK_REALTIME));
	r = file_write_at(executor->results_fd, name, text, FILE_CREATE_NEW,
			  executor->settings->sync);
	return r == -EEXIST ? 0 : r;
}

static int prepare(struct executor *executor)
{
	int r = process_tree_adopt_orphans();

	if (r >= 0)
		r = open_signals(&executor->signal_fd);
	if (r >= 0)
		r = write_uname(executor);
	if (r >= 0)
		r = write_stamp(executor, "starttime.txt");
	if (r < 0) {
		log_error("cannot start the run: %s", g_strerror(-r));
		return r;
	}
	r = process_tree_protect_self();
	if (r < 0)
		log_warning("cannot protect the runner from the OOM killer: %s", g_strerror(-r));
	warn_without_kernel_log();
	return 0;
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

	while (read(executor->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		say_stopped(executor, info.ssi_signo, info.ssi_pid);
		return true;
	}
	return false;
}

static void write_aborted(const struct executor *executor, unsigned index, const char *reason)
{
	g_autofree char *previous = job_title(g_ptr_array_index(executor->jobs, index));
	g_autofree char *next = index + 1 < executor->jobs->len
					? job_title(g_ptr_array_index(executor->jobs, index + 1))
					: g_strdup("nothing");
	g_autofree char *text = g_strdup_printf(
		"Aborting.\nPrevious test: %s\nNext test: %s\n\n%s\n", previous, next, reason);
	int r;

	log_error("%s: %s; the rest of the tests is not run", previous, reason);
	r = file_write_at(executor->results_fd, "aborted.txt", text, FILE_TRUNCATE,
			  /* sync= */ true);
	if (r < 0)
		log_error("cannot write aborted.txt: %s", g_strerror(-r));
}

static unsigned long kernel_taint(void)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents("/proc/sys/kernel/tainted", &text, NULL, NULL))
		return 0;
	return g_ascii_strtoull(text, NULL, 10);
}

/* True if no other job may follow. */
static bool must_stop(const struct executor *executor, unsigned index,
		      const struct job_outcome *outcome)
{
	if (outcome->unkillable) {
		g_autofree char *reason = g_strdup_printf(
			"Child refuses to die, tainted 0x%lx. Aborting.", kernel_taint());

		write_aborted(executor, index, reason);
		return true;
	}
	if (outcome->stop_signal) {
		say_stopped(executor, outcome->stop_signal, outcome->stop_sender);
		return true;
	}
	if (outcome->exit_code == IGT_EXIT_ABORT) {
		write_aborted(executor, index, "The test asked for an abort of the run.");
		return true;
	}
	return false;
}

static int run_job(struct executor *executor, unsigned index, struct job_outcome *ret)
{
	struct job_request request = {.settings = executor->settings,
				      .job = g_ptr_array_index(executor->jobs, index),
				      .signal_fd = executor->signal_fd};
	autofd dirfd = -1;
	int r = results_dir_add_job(executor->results_fd, index, executor->settings->sync, &dirfd);

	if (r < 0) {
		log_error("cannot make the directory of job %u in %s: %s", index,
			  executor->settings->results_path, g_strerror(-r));
		return r;
	}
	request.dirfd = dirfd;
	return job_run(&request, ret);
}

static int run_all(struct executor *executor, unsigned first, unsigned *ret_next,
		   enum execute_end *ret_end)
{
	unsigned long budget = executor->settings->overall_timeout;
	enum execute_end end = EXECUTE_DONE;
	unsigned i;

	for (i = first; i < executor->jobs->len && end == EXECUTE_DONE; i++) {
		struct job_outcome outcome = {0};
		int r;

		if (budget > 0 && executor->spent >= budget) {
			progress_say(executor->settings,
				     "Overall timeout time exceeded, stopping.");
			end = EXECUTE_OUT_OF_TIME;
			break;
		}
		if (stop_requested(executor)) {
			end = EXECUTE_STOPPED;
			break;
		}
		progress_job_started(&executor->progress, i,
				     budget > 0 ? budget - executor->spent : -1);
		r = run_job(executor, i, &outcome);
		if (r < 0)
			return r;
		executor->spent += outcome.seconds;
		progress_job_ended(&executor->progress, i);
		if (must_stop(executor, i, &outcome))
			end = EXECUTE_STOPPED;
	}
	*ret_next = i;
	*ret_end = end;
	return 0;
}

int execute_jobs(const struct settings *settings, const GPtrArray *jobs, unsigned first,
		 int results_fd, enum execute_end *ret)
{
	_cleanup_(executor_clear) struct executor executor = {
		.settings = settings,
		.jobs = jobs,
		.results_fd = results_fd,
		.signal_fd = -1,
		.progress = {.settings = settings, .jobs = jobs, .results_fd = results_fd},
	};
	enum execute_end end;
	unsigned next;
	int r = prepare(&executor);

	if (r < 0)
		return r;
	executor.progress.rules = dmesg_rules_new(settings);
	r = run_all(&executor, first, &next, &end);
	if (r < 0)
		return r;
	/* What was not reached has a verdict, too. */
	for (; next < jobs->len; next++)
		progress_job_ended(&executor.progress, next);
	r = write_stamp(&executor, "endtime.txt");
	if (r < 0) {
		log_error("cannot write endtime.txt: %s", g_strerror(-r));
		return r;
	}
	*ret = end;
	return 0;
}

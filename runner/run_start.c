/* SPDX-License-Identifier: MIT */
#include "run_start.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>

#include "abort_check.h"
#include "fileio.h"
#include "kmsg.h"
#include "log.h"
#include "machine_facts.h"
#include "process_tree.h"

/* Whoever started us with SIGHUP ignored wants us to outlive the terminal. */
static bool is_ignored(int signo)
{
	struct sigaction action;

	return sigaction(signo, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int open_signalfd(const sigset_t *set, int *ret_fd)
{
	int fd;

	if (sigprocmask(SIG_BLOCK, set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int open_signals(struct run_start *start)
{
	static const int stops[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t stop, child;
	int r;

	/* A reader of the report that goes away must not take the run with it. */
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&stop);
	for (size_t i = 0; i < G_N_ELEMENTS(stops); i++)
		if (!is_ignored(stops[i]))
			sigaddset(&stop, stops[i]);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	r = open_signalfd(&stop, &start->stop_fd);
	return r < 0 ? r : open_signalfd(&child, &start->child_fd);
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

static int write_uname(int results_fd, bool sync)
{
	g_autofree char *text = NULL;
	struct utsname u;

	if (uname(&u) < 0)
		return -errno;
	text = g_strdup_printf("%s %s %s %s %s\n", u.sysname, u.nodename, u.release, u.version,
			       u.machine);
	return file_write_at(results_fd, "uname.txt", text, FILE_TRUNCATE, sync);
}

/* The first one counts: a resumed run began when it began. */
static int write_stamp(int results_fd, const char *name, double seconds, bool sync)
{
	char text[64];
	int r;

	g_snprintf(text, sizeof(text), "%f\n", seconds);
	r = file_write_at(results_fd, name, text, FILE_CREATE_NEW, sync);
	return r == -EEXIST ? 0 : r;
}

static int open_cgroups(const struct settings *settings, struct run_start *start)
{
	int r = cgroups_open(settings->test_cgroup, &start->cgroups);

	/* Without, the jobs are found by descent. */
	if (r >= 0 || !settings->test_cgroup)
		return 0;
	log_error("cannot make control groups for the tests in %s: %s; is cgroup2 mounted there, "
		  "and Linux 5.14 or newer?", settings->test_cgroup, g_strerror(-r));
	return r;
}

/* What makes the record better but is not to be had everywhere. */
static void start_helpers(const struct settings *settings, int results_fd, struct run_start *start)
{
	int r = process_tree_protect_self();

	if (r < 0)
		log_warning("cannot protect the runner from the OOM killer: %s", g_strerror(-r));
	warn_without_kernel_log();
	r = sampler_start(results_fd, start->cgroups, &start->sampler);
	if (r < 0)
		log_warning("there will be no memory time lines: %s", g_strerror(-r));
	if (settings->use_watchdog)
		start->watchdogs = watchdogs_start("/dev");
	abort_check_warn(settings);
}

int run_start(const struct settings *settings, int results_fd, struct run_start *ret)
{
	int r = process_tree_adopt_orphans();

	*ret = RUN_START_INIT;
	if (r < 0) {
		log_error("cannot start the run: nobody would adopt what tests leave: "
			  "PR_SET_CHILD_SUBREAPER: %s", g_strerror(-r));
		return r;
	}
	ret->date = clock_seconds(CLOCK_REALTIME);
	ret->boottime = clock_seconds(CLOCK_BOOTTIME);
	r = open_signals(ret);
	if (r >= 0)
		r = write_uname(results_fd, settings->sync);
	if (r >= 0)
		r = machine_facts_write(results_fd, settings->sync);
	if (r >= 0)
		r = write_stamp(results_fd, "starttime.txt", ret->date, settings->sync);
	if (r < 0) {
		log_error("cannot start the run: %s", g_strerror(-r));
		return r;
	}
	r = open_cgroups(settings, ret);
	if (r < 0)
		return r;
	start_helpers(settings, results_fd, ret);
	return 0;
}

void run_start_clear(struct run_start *start)
{
	watchdogs_stop(start->watchdogs);
	sampler_stop(start->sampler);
	cgroups_close(start->cgroups);
	fd_closep(&start->stop_fd);
	fd_closep(&start->child_fd);
	*start = RUN_START_INIT;
}

/* By the clock of the start: a test may set that of dates. */
int run_start_write_end(const struct run_start *start, const struct settings *settings,
			int results_fd)
{
	double seconds = clock_seconds(CLOCK_BOOTTIME) - start->boottime;
	int r = write_stamp(results_fd, "endtime.txt", start->date + seconds, settings->sync);

	if (r < 0)
		log_error("cannot write endtime.txt: %s", g_strerror(-r));
	return r;
}

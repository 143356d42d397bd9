/* SPDX-License-Identifier: MIT */
#include "job_run.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "event_loop.h"
#include "fileio.h"
#include "job_record.h"
#include "journal.h"
#include "kmsg.h"
#include "log.h"
#include "process_tree.h"
#include "reason.h"
#include "subprocess.h"

/*
 * From SIGQUIT to SIGKILL. SIGQUIT lets the test undo what it changed on the
 * machine, which takes milliseconds if it can do so at all; a test that sits
 * in the kernel can not. Longer grace only stretches runs in which tests hang,
 * and those are the ones with a budget.
 */
#define QUIT_GRACE_S 5
/* From SIGKILL to giving up: a process that does not die then is stuck in the kernel. */
#define KILL_GRACE_S 20

#define KMSG_LEVEL_WARNING 4

enum stage {
	STAGE_RUNNING,
	STAGE_QUIT_SENT,
	STAGE_KILL_SENT,
	STAGE_ENDED,
	STAGE_ABANDONED,
};

/* A job while it runs. */
struct run {
	const struct job_request *request;
	struct event_loop *loop;
	struct job_record *record;
	int out_fd, err_fd, kmsg_fd, timer_fd, pid_fd;
	pid_t pid;
	enum stage stage;
	/* CLOCK_MONOTONIC seconds. */
	double started, subtest_started, last_activity, stage_deadline;
	int wait_status;
	bool kmsg_lost;
	struct job_outcome outcome;
};

static double now(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

static void run_clear(struct run *run)
{
	event_loop_free(run->loop);
	job_record_close(run->record);
	fd_closep(&run->out_fd);
	fd_closep(&run->err_fd);
	fd_closep(&run->kmsg_fd);
	fd_closep(&run->timer_fd);
	fd_closep(&run->pid_fd);
}

static void enter_stage(struct run *run, enum stage stage, double grace)
{
	run->stage = stage;
	run->stage_deadline = now() + grace;
}

static void send_quit(struct run *run)
{
	/* A test that left its own group is still the test. */
	if (kill(-run->pid, SIGQUIT) < 0)
		kill(run->pid, SIGQUIT);
	enter_stage(run, STAGE_QUIT_SENT, QUIT_GRACE_S);
}

static void send_kill(struct run *run)
{
	/* The first process only: what it leaves behind has its own short grace. */
	kill(run->pid, SIGKILL);
	enter_stage(run, STAGE_KILL_SENT, KILL_GRACE_S);
}

/* Infinity if nothing is to happen by itself. */
static double next_deadline(const struct run *run)
{
	const struct settings *settings = run->request->settings;
	double deadline = INFINITY;

	if (run->stage != STAGE_RUNNING)
		return run->stage_deadline;
	if (settings->per_test_timeout > 0)
		deadline = run->subtest_started + settings->per_test_timeout;
	if (settings->inactivity_timeout > 0)
		deadline = fmin(deadline, run->last_activity + settings->inactivity_timeout);
	return deadline;
}

static int time_out(struct run *run)
{
	const struct settings *settings = run->request->settings;
	bool per_test = settings->per_test_timeout > 0 &&
			now() >= run->subtest_started + settings->per_test_timeout;
	unsigned long limit = per_test ? settings->per_test_timeout : settings->inactivity_timeout;
	g_autofree char *note = reason_timeout_note(per_test ? "per-test" : "inactivity", limit);

	kmsg_write(KMSG_LEVEL_WARNING,
		   "%s timeout exceeded. Killing the current test with SIGQUIT.",
		   per_test ? "Per-test" : "Inactivity");
	run->outcome.timed_out = true;
	send_quit(run);
	return job_record_note(run->record, note);
}

static int check_deadline(struct run *run)
{
	if (now() < next_deadline(run))
		return 0;
	switch (run->stage) {
	case STAGE_RUNNING:
		return time_out(run);
	case STAGE_QUIT_SENT:
		send_kill(run);
		return 0;
	case STAGE_KILL_SENT:
		run->stage = STAGE_ABANDONED;
		run->outcome.unkillable = true;
		return 0;
	case STAGE_ENDED:
	case STAGE_ABANDONED:
		break;
	}
	return 0;
}

static int arm_timer(const struct run *run)
{
	struct itimerspec spec = {0};
	double deadline = next_deadline(run);

	if (isfinite(deadline)) {
		spec.it_value.tv_sec = (time_t)deadline;
		spec.it_value.tv_nsec = (long)((deadline - (time_t)deadline) * 1e9);
		/* All zero would disarm it; and rounding must not wake us just before. */
		spec.it_value.tv_nsec = MIN(spec.it_value.tv_nsec + 1000000, 999999999);
	}
	return timerfd_settime(run->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) < 0 ? -errno : 0;
}

static int on_timer(void *user, int fd)
{
	uint64_t expirations;

	/* Only to make it quiet; the deadlines are looked at after each batch. */
	if (read(fd, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

/* 1 if there may be more, 0 at the end or when there is none now. */
static int copy_output(struct run *run, int fd)
{
	char chunk[65536];
	ssize_t n = read(fd, chunk, sizeof(chunk));
	bool started = false;
	int r;

	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0) {
		event_loop_remove(run->loop, fd);
		return 0;
	}
	run->last_activity = now();
	if (fd == run->out_fd)
		r = job_record_out(run->record, chunk, n);
	else
		r = job_record_err(run->record, chunk, n, &started);
	if (r < 0)
		return r;
	if (started)
		run->subtest_started = run->last_activity;
	return 1;
}

static int on_output(void *user, int fd)
{
	return MIN(copy_output(user, fd), 0);
}

static int on_kmsg(void *user, int fd)
{
	struct run *run = user;
	bool any = false;
	bool lost = false;
	int r = job_record_kmsg(run->record, fd, &any, &lost);

	if (any)
		run->last_activity = now();
	run->kmsg_lost |= lost;
	return r;
}

static int on_exit_of_test(void *user, int fd)
{
	struct run *run = user;

	if (waitpid(run->pid, &run->wait_status, 0) < 0)
		return -errno;
	event_loop_remove(run->loop, fd);
	run->outcome.exit_code = journal_exit_code(run->wait_status);
	run->stage = STAGE_ENDED;
	return 0;
}

/* Orphans that ended by themselves. The test is left alone: its pidfd tells of it. */
static void reap_orphans(const struct run *run)
{
	for (;;) {
		siginfo_t info = {0};

		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
			break;
		if (info.si_pid == 0 || info.si_pid == run->pid)
			break;
		waitpid(info.si_pid, /* wstatus= */ NULL, WNOHANG);
	}
}

static int on_signal(void *user, int fd)
{
	struct run *run = user;
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			reap_orphans(run);
			continue;
		}
		if (run->stage == STAGE_RUNNING)
			send_quit(run);
		else if (run->outcome.stop_signal && run->stage == STAGE_QUIT_SENT)
			/* Asked twice: whoever it is has no patience for the grace. */
			send_kill(run);
		run->outcome.stop_signal = info.ssi_signo;
		run->outcome.stop_sender = info.ssi_pid;
	}
	return 0;
}

static int make_pipe(int *ret_reader, int *ret_writer)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	/* Our end only; a test does not expect its stdout to say EAGAIN. */
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		int r = -errno;

		close(fds[0]);
		close(fds[1]);
		return r;
	}
	*ret_reader = fds[0];
	*ret_writer = fds[1];
	return 0;
}

/* `--run-subtest a,b [--dynamic-subtest d]` */
static GPtrArray *make_argv(const char *path, const struct job *job)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) subtests = g_string_new(NULL);
	g_autofree char *dynamic = NULL;

	for (unsigned i = 0; i < job->subtests->len; i++) {
		g_auto(GStrv) names = g_strsplit(g_ptr_array_index(job->subtests, i), "@", 2);

		g_string_append_printf(subtests, "%s%s", i > 0 ? "," : "", names[0]);
		if (names[1] && !dynamic)
			dynamic = g_strdup(names[1]);
	}
	g_ptr_array_add(argv, g_strdup(path));
	if (subtests->len > 0) {
		g_ptr_array_add(argv, g_strdup("--run-subtest"));
		g_ptr_array_add(argv, g_strdup(subtests->str));
	}
	if (dynamic) {
		g_ptr_array_add(argv, g_strdup("--dynamic-subtest"));
		g_ptr_array_add(argv, g_steal_pointer(&dynamic));
	}
	g_ptr_array_add(argv, NULL);
	return argv;
}

static int start_test(struct run *run)
{
	const struct job_request *request = run->request;
	g_autofree char *path =
		g_build_filename(request->settings->test_root, request->job->binary, NULL);
	g_autoptr(GPtrArray) argv = make_argv(path, request->job);
	autofd out_writer = -1;
	autofd err_writer = -1;
	int r = make_pipe(&run->out_fd, &out_writer);

	if (r >= 0)
		r = make_pipe(&run->err_fd, &err_writer);
	if (r < 0)
		return r;
	run->started = run->subtest_started = run->last_activity = now();
	return subprocess_start(
		&(struct subprocess_request){.path = path,
					     .argv = (char *const *)argv->pdata,
					     .environment = request->settings->environment,
					     .stdout_fd = out_writer,
					     .stderr_fd = err_writer},
		&run->pid, &run->pid_fd);
}

static int prepare(struct run *run)
{
	int r = event_loop_new(&run->loop);

	if (r < 0)
		return r;
	run->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (run->timer_fd < 0)
		return -errno;
	r = job_record_open(run->request->dirfd, run->request->settings->sync, &run->record);
	if (r < 0)
		return r;
	/* Behind all that was said before the test; without it dmesg.txt stays empty. */
	kmsg_open_reader(&run->kmsg_fd);
	return 0;
}

static int watch(struct run *run)
{
	const struct {
		int fd;
		event_handler handler;
	} sources[] = {
		{run->out_fd, on_output},	{run->err_fd, on_output},
		{run->kmsg_fd, on_kmsg},	{run->timer_fd, on_timer},
		{run->pid_fd, on_exit_of_test}, {run->request->signal_fd, on_signal},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
		int r = sources[i].fd < 0
				? 0
				: event_loop_add(run->loop, sources[i].fd, sources[i].handler, run);

		if (r < 0)
			return r;
	}
	return 0;
}

static int loop(struct run *run)
{
	int r = watch(run);

	while (r >= 0 && run->stage != STAGE_ENDED && run->stage != STAGE_ABANDONED) {
		r = arm_timer(run);
		if (r >= 0)
			r = event_loop_run_once(run->loop);
		if (r >= 0 && run->stage != STAGE_ENDED)
			r = check_deadline(run);
	}
	return r;
}

/* The last words, also those of what just died. */
static int drain(struct run *run)
{
	int fds[] = {run->out_fd, run->err_fd};
	int r = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
		do
			r = copy_output(run, fds[i]);
		while (r > 0);
		if (r < 0)
			return r;
	}
	return run->kmsg_fd < 0 ? 0 : on_kmsg(run, run->kmsg_fd);
}

static int finish(struct run *run)
{
	struct job_outcome *outcome = &run->outcome;
	int r;

	outcome->seconds = now() - run->started;
	if (run->stage != STAGE_ABANDONED && process_tree_kill_children() < 0)
		outcome->unkillable = true;
	r = drain(run);
	if (r < 0)
		return r;
	if (run->kmsg_lost)
		log_warning(
			"%s: the kernel log overflowed; some of its lines are missing in dmesg.txt",
			run->request->job->binary);
	if (outcome->timed_out)
		return job_record_end(run->record, true, outcome->exit_code, outcome->seconds);
	if (outcome->stop_signal == SIGHUP)
		return job_record_end(run->record, false, JOURNAL_EXIT_NOTRUN, 0.0);
	/* Stopped from outside, it has no end of its own: the record stays open, "incomplete". */
	if (outcome->stop_signal)
		return 0;
	return job_record_end(run->record, false, outcome->exit_code, outcome->seconds);
}

int job_run(const struct job_request *request, struct job_outcome *ret)
{
	_cleanup_(run_clear) struct run run = {
		.request = request,
		.out_fd = -1,
		.err_fd = -1,
		.kmsg_fd = -1,
		.timer_fd = -1,
		.pid_fd = -1,
		.outcome = {.exit_code = JOURNAL_EXIT_UNKNOWN},
	};
	int r = prepare(&run);

	if (r >= 0)
		r = start_test(&run);
	if (r >= 0)
		r = loop(&run);
	if (r >= 0)
		r = finish(&run);
	if (r < 0) {
		log_error("cannot run or record %s: %s; is the disk of the results full?",
			  request->job->binary, g_strerror(-r));
		if (run.pid > 0 && run.stage != STAGE_ENDED)
			kill(-run.pid, SIGKILL);
		process_tree_kill_children();
		return r;
	}
	*ret = run.outcome;
	return 0;
}

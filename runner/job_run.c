/* SPDX-License-Identifier: MIT */
#include "job_run.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "abort_check.h"
#include "comms_record.h"
#include "event_loop.h"
#include "fileio.h"
#include "job_command.h"
#include "job_limits.h"
#include "job_process.h"
#include "job_record.h"
#include "journal.h"
#include "kmsg.h"
#include "log.h"
#include "machine_record.h"
#include "reason.h"
#include "seal.h"
#include "subprocess.h"

/* Pieces to read after the end; what something unkillable writes has no end. */
#define LAST_WORDS 10000

/* A job while it runs. */
struct run {
	const struct job_request *request;
	struct event_loop *loop;
	struct job_record *record;
	struct comms_record *comms;
	struct machine_record *machine;
	int out_fd, err_fd, socket_fd, kmsg_fd, timer_fd, pid_fd, cgroup_fd;
	struct job_process process;
	/* CLOCK_MONOTONIC seconds. */
	double started;
	/* How far the clock of the kernel log is ahead of that. */
	double kmsg_offset;
	struct job_limits limits;
	bool result_seen;
	bool kmsg_lost;
	/* The first thing that could not be recorded; nothing is recorded after it. */
	int error;
	struct job_outcome outcome;
};

static double now(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

void job_outcome_clear(struct job_outcome *outcome)
{
	g_clear_pointer(&outcome->subtests, g_ptr_array_unref);
	g_clear_pointer(&outcome->abort_reason, g_free);
	job_files_clear(&outcome->files);
}

static void run_clear(struct run *run)
{
	event_loop_free(run->loop);
	job_record_close(run->record);
	comms_record_close(run->comms);
	machine_record_close(run->machine);
	fd_closep(&run->out_fd);
	fd_closep(&run->err_fd);
	fd_closep(&run->socket_fd);
	fd_closep(&run->kmsg_fd);
	fd_closep(&run->timer_fd);
	fd_closep(&run->pid_fd);
	fd_closep(&run->cgroup_fd);
	job_outcome_clear(&run->outcome);
}

/* What cannot be recorded need not be run. Takes the result of each step of recording. */
static void check_recorded(struct run *run, int r)
{
	if (r >= 0 || run->error < 0)
		return;
	run->error = r;
	if (run->process.stage < JOB_KILL_SENT)
		job_process_kill(&run->process);
}

/* A line of the runner's own, where the test's stderr is read from. */
static void note(struct run *run, const char *line)
{
	if (run->error < 0)
		return;
	check_recorded(run, comms_record_is_used(run->comms)
				    ? comms_record_log(run->comms, IGT_STREAM_STDERR, line)
				    : job_record_note(run->record, line));
}

static double next_deadline(const struct run *run)
{
	return run->process.stage == JOB_RUNS ? job_limits_deadline(&run->limits)
					      : run->process.deadline;
}

/* Where processes hang that SIGQUIT will not reach; one can tell from that what holds them. */
static void log_blocked_tasks(void)
{
	autofd fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		fd_write_all(fd, "w", 1);
}

static void enforce_limit(struct run *run, enum job_limit exceeded)
{
	g_autofree char *text = job_limits_note(&run->limits, exceeded);

	if (exceeded == LIMIT_PER_TEST || exceeded == LIMIT_INACTIVITY) {
		kmsg_write(KMSG_LEVEL_WARNING, "%s" REASON_TIMEOUT_KMSG,
			   exceeded == LIMIT_PER_TEST ? "Per-test" : "Inactivity");
		log_blocked_tasks();
		run->outcome.timed_out = true;
	}
	job_process_quit(&run->process);
	note(run, text);
}

static void check_deadline(struct run *run)
{
	enum job_limit exceeded;

	if (run->process.stage != JOB_RUNS) {
		job_process_check_deadline(&run->process);
		return;
	}
	exceeded = job_limits_exceeded(&run->limits, now());
	if (exceeded != LIMIT_NONE)
		enforce_limit(run, exceeded);
}

static int arm_timer(const struct run *run)
{
	struct itimerspec spec = {0};
	double deadline = next_deadline(run);

	if (isfinite(deadline)) {
		/* All zero would disarm it; and rounding must not wake us just before. */
		deadline += 0.001;
		spec.it_value.tv_sec = (time_t)deadline;
		spec.it_value.tv_nsec = (long)((deadline - (time_t)deadline) * 1e9);
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

/* A kernel that got damaged under this job: it should end, and soon. */
static void look_at_taint(struct run *run)
{
	unsigned long taint;

	if (!(run->request->settings->abort_mask & ABORT_ON_TAINT))
		return;
	taint = machine_taint();
	if (taint & TAINT_ALL_BAD)
		run->limits.taint = taint & (TAINT_ALL_BAD | TAINT_SOFT_LOCKUP);
}

/* True if there may be more. */
static bool copy_kernel_log(struct run *run)
{
	struct kmsg_batch batch = {0};

	if (run->error < 0)
		return false;
	check_recorded(run, job_record_kmsg(run->record, run->kmsg_fd, &batch));
	job_limits_use(&run->limits, now(), batch.bytes);
	run->kmsg_lost |= batch.lost;
	if (batch.from_kernel || batch.lost) {
		machine_record_expect_change(run->machine);
		look_at_taint(run);
	}
	return batch.bytes > 0;
}

static int on_kmsg(void *user, int fd)
{
	struct run *run = user;

	if (run->error < 0)
		event_loop_remove(run->loop, fd);
	else
		copy_kernel_log(run);
	return 0;
}

/* The last subtest's result has come, and the kernel is not what it was: that one did it. */
static void look_for_abort(struct run *run)
{
	char *reason = abort_check_kernel(run->request->settings);

	if (!reason)
		return;
	run->outcome.abort_reason = reason;
	run->outcome.abort_recorded = true;
	check_recorded(run, comms_record_log(run->comms, IGT_STREAM_STDERR, reason));
	check_recorded(run, comms_record_override(run->comms, "abort"));
	comms_record_stop_results(run->comms);
	job_process_quit(&run->process);
}

static void add_subtest(struct run *run, const char *name)
{
	if (!g_ptr_array_find_with_equal_func(run->outcome.subtests, name, g_str_equal, NULL))
		g_ptr_array_add(run->outcome.subtests, g_strdup(name));
}

static void on_marker(void *user, const struct marker *marker)
{
	struct run *run = user;
	bool starts = marker->kind == MARKER_START || marker->kind == MARKER_DYNAMIC_START;

	if (run->error < 0 || run->outcome.abort_reason)
		return;
	/* What the kernel logged until now belongs to the time before. */
	if (run->kmsg_fd >= 0)
		copy_kernel_log(run);
	else
		machine_record_expect_change(run->machine);
	if (marker->kind == MARKER_START && run->process.stage == JOB_RUNS && run->result_seen &&
	    comms_record_is_used(run->comms)) {
		look_for_abort(run);
		if (run->outcome.abort_reason)
			return;
	}
	if (starts)
		job_limits_restart(&run->limits, now());
	if (marker->kind == MARKER_START || marker->kind == MARKER_RESULT)
		add_subtest(run, marker->name);
	run->result_seen |= marker->kind == MARKER_RESULT;
	check_recorded(run, machine_record_marker(run->machine, marker));
}

/* True if there may be more. */
static bool copy_output(struct run *run, int fd)
{
	char chunk[65536];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		event_loop_remove(run->loop, fd);
		return false;
	}
	if (run->error < 0)
		return true;
	job_limits_use(&run->limits, now(), n);
	check_recorded(run, fd == run->out_fd ? job_record_out(run->record, chunk, n)
					      : job_record_err(run->record, chunk, n));
	return true;
}

static int on_output(void *user, int fd)
{
	copy_output(user, fd);
	return 0;
}

/* True if there may be more. */
static bool copy_packets(struct run *run)
{
	size_t bytes = 0;

	if (run->error < 0) {
		event_loop_remove(run->loop, run->socket_fd);
		return false;
	}
	check_recorded(run, comms_record_receive(run->comms, run->socket_fd, &bytes));
	job_limits_use(&run->limits, now(), bytes);
	return bytes > 0;
}

static int on_packets(void *user, int fd)
{
	copy_packets(user);
	return 0;
}

static int on_exit_of_test(void *user, int fd)
{
	struct run *run = user;
	int status;

	if (waitpid(run->process.pid, &status, 0) < 0)
		return -errno;
	event_loop_remove(run->loop, fd);
	run->outcome.exit_code = journal_exit_code(status);
	run->outcome.cut_short = WIFSIGNALED(status);
	run->outcome.seconds = now() - run->started;
	job_process_exited(&run->process);
	return 0;
}

static int on_child(void *user, int fd)
{
	struct run *run = user;
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info))
		;
	job_process_child_ended(&run->process);
	return 0;
}

static int on_stop(void *user, int fd)
{
	struct run *run = user;
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (run->process.stage == JOB_RUNS)
			job_process_quit(&run->process);
		else if (run->outcome.stop_signal && run->process.stage == JOB_QUIT_SENT)
			/* Asked twice: whoever it is has no patience for the grace. */
			job_process_kill(&run->process);
		run->outcome.stop_signal = info.ssi_signo;
		run->outcome.stop_sender = info.ssi_pid;
	}
	return 0;
}

static int on_watchdog_timer(void *user, int fd)
{
	struct run *run = user;

	watchdogs_ping(run->request->watchdogs);
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

static int make_socket(int *ret_reader, int *ret_writer)
{
	int fds[2];

	if (g_getenv("IGT_RUNNER_DISABLE_SOCKET_COMMUNICATION"))
		return 0;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	*ret_reader = fds[0];
	*ret_writer = fds[1];
	return 0;
}

static int start_test(struct run *run)
{
	const struct job_request *request = run->request;
	g_autoptr(GPtrArray) argv = job_command(request->settings, request->job);
	g_autoptr(GPtrArray) environment = job_environment(request->settings, request->index);
	autofd out_writer = -1;
	autofd err_writer = -1;
	autofd socket_writer = -1;
	int r = make_pipe(&run->out_fd, &out_writer);

	if (r >= 0)
		r = make_pipe(&run->err_fd, &err_writer);
	if (r >= 0)
		r = make_socket(&run->socket_fd, &socket_writer);
	if (r < 0)
		return r;
	/* Without a group of its own a job is found by its descent. */
	if (request->cgroups)
		cgroups_add_job(request->cgroups, request->index, &run->cgroup_fd);
	run->started = run->limits.subtest_started = run->limits.last_activity = now();
	r = subprocess_start(&(struct subprocess_request){.path = argv->pdata[0],
							  .argv = (char *const *)argv->pdata,
							  .environment = environment,
							  .stdout_fd = out_writer,
							  .stderr_fd = err_writer,
							  .socket_fd = socket_writer,
							  .cgroup_fd = run->cgroup_fd},
			     &run->process.pid, &run->pid_fd);
	if (r < 0)
		return r;
	check_recorded(run,
		       comms_record_exec(run->comms, run->process.pid, (char *const *)argv->pdata));
	sampler_begin(request->sampler, request->index, run->process.pid, run->kmsg_offset);
	run->process.cgroup_fd = run->cgroup_fd;
	run->process.bystander = sampler_pid(request->sampler);
	return 0;
}

static int open_records(struct run *run)
{
	int dirfd = run->request->dirfd;
	bool sync = run->request->settings->sync;
	int r = seal_remove(dirfd);

	if (r >= 0)
		r = job_record_open(dirfd, sync, on_marker, run, &run->record);
	if (r >= 0)
		r = comms_record_open(dirfd, sync, on_marker, run, &run->comms);
	if (r >= 0)
		r = machine_record_open(dirfd, &run->machine);
	if (r >= 0 && mkdirat(dirfd, JOB_ATTACHMENTS, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r >= 0 && sync)
		r = fd_sync(dirfd);
	return r;
}

/* Our own line is not in the record: it is nothing that the test brought about. */
static void open_kernel_log(struct run *run)
{
	g_autofree char *line = g_strdup_printf("igt_runner[%d]: job %u, %s", (int)getpid(),
						run->request->index, run->request->job->binary);

	/* Without it dmesg.txt stays empty. */
	if (kmsg_open_reader(&run->kmsg_fd) >= 0 && run->request->sampler)
		kmsg_clock_offset(run->kmsg_fd, line, &run->kmsg_offset);
}

static int prepare(struct run *run)
{
	int r = event_loop_new(&run->loop);

	if (r < 0)
		return r;
	run->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (run->timer_fd < 0)
		return -errno;
	r = open_records(run);
	if (r < 0)
		return r;
	open_kernel_log(run);
	return 0;
}

static int watch(struct run *run)
{
	const struct {
		int fd;
		event_handler handler;
	} sources[] = {
		{run->out_fd, on_output},
		{run->err_fd, on_output},
		{run->socket_fd, on_packets},
		{run->kmsg_fd, on_kmsg},
		{run->timer_fd, on_timer},
		{run->pid_fd, on_exit_of_test},
		{run->request->stop_fd, on_stop},
		{run->request->child_fd, on_child},
		{watchdogs_fd(run->request->watchdogs), on_watchdog_timer},
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

	while (r >= 0 && !job_process_is_over(&run->process)) {
		r = arm_timer(run);
		if (r >= 0)
			r = event_loop_run_once(run->loop);
		if (r >= 0)
			check_deadline(run);
	}
	if (r < 0)
		kill(-run->process.pid, SIGKILL);
	return r;
}

/* The last words, also those of what just died. */
static void drain(struct run *run)
{
	for (unsigned i = 0; i < LAST_WORDS && copy_output(run, run->out_fd); i++)
		;
	for (unsigned i = 0; i < LAST_WORDS && copy_output(run, run->err_fd); i++)
		;
	for (unsigned i = 0; run->socket_fd >= 0 && i < LAST_WORDS && copy_packets(run); i++)
		;
	for (unsigned i = 0; run->kmsg_fd >= 0 && i < LAST_WORDS && copy_kernel_log(run); i++)
		;
}

/* Whether anything may follow this job. A test that was stopped from outside is not to blame. */
static void find_abort_reason(struct run *run)
{
	struct job_outcome *outcome = &run->outcome;

	if (outcome->abort_reason || outcome->stop_signal)
		return;
	if (outcome->unkillable)
		outcome->abort_reason = g_strdup_printf(
			"Child refuses to die, tainted 0x%lx. Aborting.\n", machine_taint());
	else if (outcome->exit_code == IGT_EXIT_ABORT)
		outcome->abort_reason = g_strdup("The test asked for an abort of the run.\n");
	else
		outcome->abort_reason =
			abort_check_all(run->request->settings, run->request->stop_fd);
	if (!outcome->abort_reason || !comms_record_is_used(run->comms))
		return;
	check_recorded(run, comms_record_log(run->comms, IGT_STREAM_STDERR, outcome->abort_reason));
	check_recorded(run, comms_record_override(run->comms, "abort"));
	outcome->abort_recorded = true;
}

static int record_end_in_comms(struct run *run)
{
	const struct job_outcome *outcome = &run->outcome;
	int r = 0;

	if (outcome->stop_signal == SIGHUP)
		return comms_record_override(run->comms, "notrun");
	if (outcome->stop_signal)
		return 0;
	if (outcome->timed_out)
		r = comms_record_override(run->comms, "timeout");
	return r < 0 ? r : comms_record_exit(run->comms, outcome->exit_code, outcome->seconds);
}

static int record_end(struct run *run)
{
	const struct job_outcome *outcome = &run->outcome;

	if (comms_record_is_used(run->comms))
		return record_end_in_comms(run);
	if (outcome->timed_out)
		return job_record_end(run->record, true, outcome->exit_code, outcome->seconds);
	if (outcome->stop_signal == SIGHUP)
		return job_record_end(run->record, false, JOURNAL_EXIT_NOTRUN, 0.0);
	/* Stopped from outside, it has no end of its own: the record stays open, "incomplete". */
	if (outcome->stop_signal)
		return 0;
	return job_record_end(run->record, false, outcome->exit_code, outcome->seconds);
}

static void finish(struct run *run)
{
	run->outcome.cut_short |= run->process.killed;
	run->outcome.unkillable = run->process.stage == JOB_ABANDONED;
	/* If nobody saw its end. */
	if (run->outcome.seconds == 0)
		run->outcome.seconds = now() - run->started;
	sampler_end(run->request->sampler);
	drain(run);
	if (run->cgroup_fd >= 0)
		cgroups_remove_job(run->request->cgroups, run->request->index);
	if (run->error < 0)
		return;
	check_recorded(run, machine_record_end(run->machine));
	find_abort_reason(run);
	if (run->kmsg_lost)
		log_warning(
			"%s: the kernel log overflowed; some of its lines are missing in dmesg.txt",
			run->request->job->binary);
	if (run->error >= 0)
		check_recorded(run, record_end(run));
	if (run->error >= 0)
		check_recorded(run, job_files_seal(run->request->dirfd,
						   run->request->settings->sync,
						   &run->outcome.files));
	run->outcome.sealed = run->error >= 0;
}

static void log_failure(const struct job_request *request, int error)
{
	const char *what_to_do = "";

	if (error == -ENOSPC || error == -EDQUOT)
		what_to_do = "; make room on that disk";
	else if (error == -ENOENT)
		what_to_do = "; was it removed?";
	log_error("cannot run or record %s in %s/%u: %s%s", request->job->binary,
		  request->settings->results_path, request->index, g_strerror(-error), what_to_do);
}

int job_run(const struct job_request *request, struct job_outcome *ret)
{
	_cleanup_(run_clear) struct run run = {
		.request = request,
		.out_fd = -1,
		.err_fd = -1,
		.socket_fd = -1,
		.kmsg_fd = -1,
		.timer_fd = -1,
		.pid_fd = -1,
		.cgroup_fd = -1,
		.process = JOB_PROCESS_INIT,
		.limits = {.settings = request->settings},
		.outcome = {.exit_code = JOURNAL_EXIT_UNKNOWN,
			    .subtests = g_ptr_array_new_with_free_func(g_free)},
	};
	int r = prepare(&run);

	if (r >= 0)
		r = start_test(&run);
	if (r >= 0)
		r = loop(&run);
	if (r >= 0) {
		finish(&run);
		r = run.error;
	}
	if (r < 0) {
		log_failure(request, r);
		return r;
	}
	*ret = run.outcome;
	run.outcome = (struct job_outcome){0};
	return 0;
}

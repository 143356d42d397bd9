/* SPDX-License-Identifier: MIT */
#include "subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fileio.h"
#include "igt_wire.h"

static char **child_environment(const GPtrArray *extra, int socket_fd)
{
	char **env = g_get_environ();
	char number[16];

	for (unsigned i = 0; extra && i < extra->len; i++) {
		g_auto(GStrv) pair = g_strsplit(g_ptr_array_index(extra, i), "=", 2);

		env = g_environ_setenv(env, pair[0], pair[1], /* overwrite= */ TRUE);
	}
	env = g_environ_setenv(env, IGT_ENV_SENTINEL, "1", /* overwrite= */ TRUE);
	/* Also not the one of a runner around this one: its number means nothing here. */
	if (socket_fd < 0)
		return g_environ_unsetenv(env, IGT_ENV_SOCKET);
	g_snprintf(number, sizeof(number), "%d", socket_fd);
	return g_environ_setenv(env, IGT_ENV_SOCKET, number, /* overwrite= */ TRUE);
}

static void child_reset_signals(void)
{
	/*
	 * SIGHUP stays as it is: nohup means the tests, too. What a shell ignores
	 * for a job in its background must not: SIGQUIT is how a test is told to stop.
	 */
	static const int defaults[] = {SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGCHLD};
	sigset_t none;

	for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++)
		signal(defaults[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, /* oldset= */ NULL);
}

static void child_reset_oom_score(void)
{
	autofd fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* The runner is exempt from the OOM killer; a test must not inherit that. */
	if (fd >= 0)
		fd_write_all(fd, "0", 1);
}

static void __attribute__((noreturn))
child_run(const struct subprocess_request *request, char **env, pid_t runner)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	child_reset_oom_score();
	/*
	 * SIGQUIT rather than SIGKILL: the test can still put the machine back
	 * as it was, and no second test will come while it does.
	 */
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	if (getppid() != runner)
		_exit(IGT_EXIT_INVALID);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(request->stdout_fd, STDOUT_FILENO) < 0 ||
	    dup2(request->stderr_fd, STDERR_FILENO) < 0)
		_exit(IGT_EXIT_INVALID);
	if (null > STDERR_FILENO)
		close(null);
	if (request->socket_fd >= 0 && fcntl(request->socket_fd, F_SETFD, 0) < 0)
		_exit(IGT_EXIT_INVALID);
	child_reset_signals();
	execve(request->path, request->argv, env);
	dprintf(STDERR_FILENO, "Cannot execute %s: %s\n", request->path, strerror(errno));
	_exit(IGT_EXIT_INVALID);
}

/*
 * As fork(), into the control group @cgroup_fd. Only a kernel that cannot, or a sandbox that does
 * not let us, makes the child start in the group of the runner. *ret_pidfd may stay -1.
 */
static pid_t fork_into(int cgroup_fd, int *ret_pidfd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup_fd,
	};
	pid_t pid = -1;

	if (cgroup_fd >= 0)
		pid = syscall(SYS_clone3, &args, sizeof(args));
	return pid < 0 ? fork() : pid;
}

int subprocess_start(const struct subprocess_request *request, pid_t *ret_pid, int *ret_pidfd)
{
	g_auto(GStrv) env = child_environment(request->environment, request->socket_fd);
	pid_t runner = getpid();
	int pidfd = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork_into(request->cgroup_fd, &pidfd);
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child_run(request, env, runner);

	/* On both sides, so that whoever comes first, the group exists. */
	setpgid(pid, pid);
	if (pidfd < 0)
		pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		int r = -errno;

		kill(pid, SIGKILL);
		waitpid(pid, /* wstatus= */ NULL, 0);
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}

/* Waits for @fd until the deadline, -ETIMEDOUT, or until @interrupt_fd says stop, -EINTR. */
static int wait_readable(int fd, int interrupt_fd, double deadline)
{
	for (;;) {
		struct pollfd pollers[] = {{.fd = fd, .events = POLLIN},
					   {.fd = interrupt_fd, .events = POLLIN}};
		double left = deadline - clock_seconds(CLOCK_MONOTONIC);
		int r = poll(pollers, G_N_ELEMENTS(pollers), left > 0 ? (int)(left * 1000) + 1 : 0);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r == 0 && left <= 0)
			return -ETIMEDOUT;
		if (r > 0 && pollers[0].revents)
			return 0;
		if (r > 0)
			return -EINTR;
	}
}

static int read_until(int fd, int interrupt_fd, double deadline, GString *output)
{
	for (;;) {
		char chunk[4096];
		ssize_t n;
		int r = wait_readable(fd, interrupt_fd, deadline);

		if (r < 0)
			return r;
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		g_string_append_len(output, chunk, n);
	}
}

int subprocess_capture(const struct subprocess_request *request, unsigned timeout_s,
		       char **ret_output, int *ret_status)
{
	double deadline = clock_seconds(CLOCK_MONOTONIC) + timeout_s;
	struct subprocess_request started = *request;
	GString *output;
	autofd reader = -1;
	autofd writer = -1;
	autofd pidfd = -1;
	int pipes[2];
	int status;
	pid_t pid;
	int r;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	reader = pipes[0];
	writer = pipes[1];
	started.stdout_fd = writer;
	r = subprocess_start(&started, &pid, &pidfd);
	if (r < 0)
		return r;
	close(fd_steal(&writer));

	output = g_string_new(NULL);
	r = read_until(reader, request->interrupt_fd, deadline, output);
	if (r >= 0)
		r = wait_readable(pidfd, request->interrupt_fd, deadline);
	/* Before the wait, while the group's number cannot belong to anyone else. */
	kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (r < 0) {
		g_string_free(output, /* free_segment= */ TRUE);
		return r;
	}
	*ret_status = status;
	*ret_output = g_string_free(output, /* free_segment= */ FALSE);
	return 0;
}

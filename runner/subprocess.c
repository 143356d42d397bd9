/* SPDX-License-Identifier: MIT */
#include "subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fileio.h"
#include "igt_wire.h"

static char **child_environment(const GPtrArray *extra)
{
	char **env = g_get_environ();

	for (unsigned i = 0; i < extra->len; i++) {
		g_auto(GStrv) pair = g_strsplit(g_ptr_array_index(extra, i), "=", 2);

		env = g_environ_setenv(env, pair[0], pair[1], /* overwrite= */ TRUE);
	}
	env = g_environ_setenv(env, IGT_ENV_SENTINEL, "1", /* overwrite= */ TRUE);
	/* From a runner around this one; there is no such socket behind ours. */
	return g_environ_unsetenv(env, "IGT_RUNNER_SOCKET_FD");
}

static void child_reset_signals(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
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
	child_reset_signals();
	execve(request->path, request->argv, env);
	dprintf(STDERR_FILENO, "Cannot execute %s: %s\n", request->path, strerror(errno));
	_exit(IGT_EXIT_INVALID);
}

int subprocess_start(const struct subprocess_request *request, pid_t *ret_pid, int *ret_pidfd)
{
	g_auto(GStrv) env = child_environment(request->environment);
	pid_t runner = getpid();
	pid_t pid;
	int pidfd;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child_run(request, env, runner);

	/* On both sides, so that whoever comes first, the group exists. */
	setpgid(pid, pid);
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

/* Until end of file or deadline; -ETIMEDOUT then. */
static int read_until(int fd, double deadline, GString *output)
{
	for (;;) {
		double left = deadline - clock_seconds(CLOCK_MONOTONIC);
		struct pollfd poller = {.fd = fd, .events = POLLIN};
		char chunk[4096];
		ssize_t n;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&poller, 1, (int)(left * 1000) + 1) <= 0)
			continue;
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

/* -ETIMEDOUT if the process has not ended by @deadline. */
static int wait_until(int pidfd, double deadline)
{
	struct pollfd poller = {.fd = pidfd, .events = POLLIN};

	for (;;) {
		double left = deadline - clock_seconds(CLOCK_MONOTONIC);
		int r = poll(&poller, 1, left > 0 ? (int)(left * 1000) + 1 : 0);

		if (r > 0)
			return 0;
		if (r == 0 && left <= 0)
			return -ETIMEDOUT;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

int subprocess_capture(const char *path, char *const *argv, const GPtrArray *environment,
		       unsigned timeout_s, char **ret_output, int *ret_status)
{
	double deadline = clock_seconds(CLOCK_MONOTONIC) + timeout_s;
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
	r = subprocess_start(&(struct subprocess_request){.path = path,
							  .argv = argv,
							  .environment = environment,
							  .stdout_fd = writer,
							  .stderr_fd = STDERR_FILENO},
			     &pid, &pidfd);
	if (r < 0)
		return r;
	close(fd_steal(&writer));

	output = g_string_new(NULL);
	r = read_until(reader, deadline, output);
	if (r >= 0)
		r = wait_until(pidfd, deadline);
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

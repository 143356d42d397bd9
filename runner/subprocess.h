/* SPDX-License-Identifier: MIT */
/** Starting a test binary: no shell, a process group of its own, a clean slate. */
#ifndef RUNNER_SUBPROCESS_H
#define RUNNER_SUBPROCESS_H

#include <glib.h>
#include <sys/types.h>

/** What to start. Nothing is owned. */
struct subprocess_request {
	const char *path;
	/** NULL-terminated; argv[0] is the path. */
	char *const *argv;
	/** `KEY=VALUE` on top of the runner's own environment, char *. */
	const GPtrArray *environment;
	int stdout_fd;
	int stderr_fd;
};

/**
 * Forks and executes. The child leads a new process group, has /dev/null as
 * stdin, no blocked signals, oom_score_adj 0 and IGT_SENTINEL_ON_STDERR set,
 * and is sent SIGQUIT should the runner die. If the binary cannot be executed,
 * the child says so on its stderr and exits with IGT_EXIT_INVALID.
 * @ret_pidfd is closed by the caller, who also waits for the child.
 */
int subprocess_start(const struct subprocess_request *request, pid_t *ret_pid, int *ret_pidfd);

/**
 * Runs a command to its end and returns its stdout (NUL-terminated, caller
 * frees) and wait(2) status. stderr goes to the runner's. After @timeout_s
 * seconds its group is killed and -ETIMEDOUT returned. Logs nothing.
 */
int subprocess_capture(const char *path, char *const *argv, const GPtrArray *environment,
		       unsigned timeout_s, char **ret_output, int *ret_status);

#endif

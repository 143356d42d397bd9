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
	/** `KEY=VALUE` on top of the runner's own environment, char *; or NULL. */
	const GPtrArray *environment;
	int stdout_fd;
	int stderr_fd;
	/** A socket that the child reports to, see igt_wire.h; -1 for none. */
	int socket_fd;
	/** Control group to start in, where the kernel can do that; -1 for the runner's own. */
	int cgroup_fd;
	/** When this becomes readable subprocess_capture() gives up with -EINTR; -1 for never. */
	int interrupt_fd;
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
 * frees) and wait(2) status. After @timeout_s seconds its group is killed and
 * -ETIMEDOUT returned. `stdout_fd` has no meaning. Logs nothing.
 */
int subprocess_capture(const struct subprocess_request *request, unsigned timeout_s,
		       char **ret_output, int *ret_status);

#endif

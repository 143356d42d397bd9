// SPDX-License-Identifier: MIT
#include "guest_machine.h"

#include "guest_qemu.h"
#include "guest_spawn.h"
#include "guest_uml.h"
#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* The log of a kernel that panics comes in one burst. */
#define CONSOLE_PIPE_BYTES (1 << 20)

/* Both ends of every channel while the machine is being started. */
struct ends {
	int ours[_GUEST_CHANNEL_MAX];
	int theirs[_GUEST_CHANNEL_MAX];
	int picture; /* both have it */
	int err_r, err_w;
	int out_r, out_w; /* UML: what the console says */
};

static void ends_close(struct ends *ends)
{
	for (int i = 0; i < _GUEST_CHANNEL_MAX; i++) {
		guest_close(&ends->ours[i]);
		guest_close(&ends->theirs[i]);
	}
	guest_close(&ends->picture);
	guest_close(&ends->err_r);
	guest_close(&ends->err_w);
	guest_close(&ends->out_r);
	guest_close(&ends->out_w);
}

#define _cleanup_ends_ __attribute__((cleanup(ends_close)))

/* A user-mode kernel drops what its console cannot take at once. A socket counts a line as some
 * hundred bytes at least and is full soon; a pipe takes them as they are. */
static int open_output(struct ends *ends)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	ends->out_r = pair[0];
	ends->out_w = pair[1];
	/* Where that much is not allowed, it is smaller. */
	fcntl(ends->out_r, F_SETPIPE_SZ, CONSOLE_PIPE_BYTES);
	return fcntl(ends->out_r, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

static int ends_open(enum guest_machine_kind kind, struct ends *ends)
{
	int pair[2];

	for (int i = 0; i < _GUEST_CHANNEL_MAX; i++) {
		if ((i == GUEST_CHANNEL_QMP || i == GUEST_CHANNEL_SERVICE) &&
		    kind != GUEST_MACHINE_QEMU)
			continue;
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return -errno;
		ends->ours[i] = pair[0];
		ends->theirs[i] = pair[1];
		if (i != GUEST_CHANNEL_QMP && fcntl(pair[0], F_SETFL, O_NONBLOCK))
			return -errno;
	}
	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	ends->err_r = pair[0];
	ends->err_w = pair[1];
	if (fcntl(ends->err_r, F_SETFL, O_NONBLOCK))
		return -errno;
	if (kind == GUEST_MACHINE_UML)
		return open_output(ends);
	ends->picture = memfd_create("igt-guest-picture", MFD_CLOEXEC);
	return ends->picture < 0 ? -errno : 0;
}

void guest_launch_clear(struct guest_launch *launch)
{
	g_clear_pointer(&launch->argv, g_ptr_array_unref);
	g_clear_pointer(&launch->env, g_ptr_array_unref);
	g_clear_pointer(&launch->inherit, g_array_unref);
}

void guest_launch_arg(struct guest_launch *launch, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(launch->argv, g_strdup_vprintf(format, args));
	va_end(args);
}

int guest_process_input(const struct guest_process *process)
{
	return process->input >= 0 ? process->input : process->console;
}

const char *guest_machine_name(enum guest_machine_kind kind)
{
	return kind == GUEST_MACHINE_UML ? "user-mode Linux" : "QEMU";
}

static void child(const struct guest_launch *launch, pid_t parent, int err)
{
	char *const *argv = (char *const *)launch->argv->pdata;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	guest_spawn_child_signals();
	/* Out of the terminal's session: Ctrl-C is for igt_guest, which ends the machine. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || null < 0 ||
	    dup2(launch->in < 0 ? null : launch->in, STDIN_FILENO) < 0 ||
	    dup2(launch->out < 0 ? err : launch->out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(127);
	for (unsigned int i = 0; i < launch->inherit->len; i++)
		fcntl(g_array_index(launch->inherit, int, i), F_SETFD, 0);
	guest_spawn_child_env(launch->env);
	if (launch->plain) {
		/* Where a sandbox forbids it, the guest is only larger than it need be. */
		personality(ADDR_NO_RANDOMIZE);
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	}
	execv(argv[0], argv);
	dprintf(STDERR_FILENO, "%s cannot be executed: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int start(const struct guest_launch *launch, struct ends *ends, struct guest_process *ret)
{
	pid_t parent = getpid(), pid;
	int pidfd, r;

	/* What a dead machine leaves behind is ours to wait for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(launch, parent, ends->err_w);

	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		r = -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return r;
	}
	ret->pid = pid;
	ret->pidfd = pidfd;
	ret->qmp = g_steal_fd(&ends->ours[GUEST_CHANNEL_QMP]);
	ret->console = g_steal_fd(&ends->ours[GUEST_CHANNEL_CONSOLE]);
	if (ends->out_r >= 0) {
		ret->input = ret->console;
		ret->console = g_steal_fd(&ends->out_r);
	}
	ret->control = g_steal_fd(&ends->ours[GUEST_CHANNEL_CONTROL]);
	ret->live = g_steal_fd(&ends->ours[GUEST_CHANNEL_LIVE]);
	ret->service = g_steal_fd(&ends->ours[GUEST_CHANNEL_SERVICE]);
	ret->picture = g_steal_fd(&ends->picture);
	ret->err = g_steal_fd(&ends->err_r);
	return 0;
}

int guest_machine_start(const struct guest_machine *machine, struct guest_process *ret,
			char **ret_why)
{
	_cleanup_ends_ struct ends ends = {
		{-1, -1, -1, -1, -1}, {-1, -1, -1, -1, -1}, -1, -1, -1, -1, -1};
	_cleanup_process_ struct guest_process process = GUEST_PROCESS_NONE;
	_cleanup_launch_ struct guest_launch launch = GUEST_LAUNCH_EMPTY;
	int r = ends_open(machine->kind, &ends);

	process.kind = machine->kind;
	launch.out = ends.out_w;
	if (r >= 0 && machine->kind == GUEST_MACHINE_UML)
		r = guest_uml_launch(machine, ends.theirs, &launch, &process, ret_why);
	else if (r >= 0)
		guest_qemu_launch(machine, ends.theirs, ends.picture, &launch);
	if (r < 0)
		return r;
	g_ptr_array_add(launch.argv, NULL);
	r = start(&launch, &ends, &process);
	if (r < 0)
		return r;
	*ret = process;
	process = GUEST_PROCESS_NONE;
	return 0;
}

void guest_process_kill(const struct guest_process *process)
{
	/* The group is made by the child itself: it may not have got there. */
	if (kill(-process->pid, SIGKILL))
		kill(process->pid, SIGKILL);
}

/* Reaps the whole group, of which a user-mode kernel's processes become our children when it
 * ends; the wait status of the first process, or -1. */
static int reap(pid_t leader)
{
	int status, first = -1;
	pid_t pid;

	while ((pid = waitpid(-leader, &status, __WALL)) > 0 || (pid < 0 && errno == EINTR))
		if (pid == leader)
			first = status;
	/* It may have been killed before it led a group. */
	if (first < 0 && waitpid(leader, &status, 0) == leader)
		first = status;
	return first;
}

int guest_process_stop(struct guest_process *process)
{
	int status, code = -1;

	if (process->pid > 0) {
		guest_process_kill(process);
		status = reap(process->pid);
		code = status < 0 ? -1 : guest_spawn_exit_code(status);
	}
	guest_close(&process->pidfd);
	guest_close(&process->qmp);
	guest_close(&process->console);
	guest_close(&process->input);
	guest_close(&process->control);
	guest_close(&process->live);
	guest_close(&process->service);
	guest_close(&process->picture);
	guest_close(&process->err);
	guest_close(&process->log);
	guest_close(&process->shared);
	guest_remove_treep(&process->workdir);
	*process = GUEST_PROCESS_NONE;
	return code;
}

void guest_process_stopp(struct guest_process *process)
{
	guest_process_stop(process);
}

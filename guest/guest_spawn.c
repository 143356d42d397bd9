// SPDX-License-Identifier: MIT
#include "guest_spawn.h"

#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Set once, by the command line. */
static struct {
	const char *program, *sysroot;
} emulator;

void guest_spawn_emulate(const char *program, const char *sysroot)
{
	emulator.program = program;
	emulator.sysroot = sysroot;
}

void guest_spawn_child_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int guest_spawn_exit_code(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return 128 + WTERMSIG(wait_status);
	return WEXITSTATUS(wait_status);
}

char *guest_spawn_find(const char *name)
{
	static const char *const extra[] = {"/usr/sbin", "/sbin"};

	if (strchr(name, '/'))
		return access(name, X_OK) ? NULL : g_canonicalize_filename(name, NULL);

	char *found = g_find_program_in_path(name);

	for (size_t i = 0; !found && i < G_N_ELEMENTS(extra); i++) {
		g_autofree char *path = g_build_filename(extra[i], name, NULL);

		if (!access(path, X_OK))
			found = g_steal_pointer(&path);
	}
	return found;
}

void guest_spawn_child_env(const GPtrArray *env)
{
	for (unsigned int i = 0; env && i + 1 < env->len; i += 2)
		setenv(env->pdata[i], env->pdata[i + 1], 1);
}

/* A descriptor to read the text from, which a pipe holds by itself. */
static int open_input(const char *text)
{
	int pair[2];

	if (!text)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (pipe2(pair, O_CLOEXEC) || guest_write_all(pair[1], text, strlen(text)) < 0)
		return -1;
	close(pair[1]);
	return pair[0];
}

static void emulate(const char *const *argv)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	g_ptr_array_add(words, (char *)emulator.program);
	g_ptr_array_add(words, (char *)"-L");
	g_ptr_array_add(words, (char *)emulator.sysroot);
	do
		g_ptr_array_add(words, (char *)*argv);
	while (*argv++);
	execv(emulator.program, (char *const *)words->pdata);
}

static void child(const struct guest_spawn *spawn, pid_t parent, int out, int err)
{
	guest_spawn_child_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);

	if (!spawn->inherit) {
		int in = open_input(spawn->input);

		if (in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
		    dup2(err, STDERR_FILENO) < 0)
			_exit(127);
	}
	guest_spawn_child_env(spawn->env);
	if (spawn->cwd && chdir(spawn->cwd))
		_exit(127);
	if (spawn->guest && emulator.program)
		emulate(spawn->argv);
	execv(spawn->argv[0], (char *const *)spawn->argv);
	_exit(127);
}

/* Reads both pipes until both ends are closed. A child that forks into the background keeps
 * them open, which is what the deadline is for. */
static int capture(struct pollfd fds[static 2], GString *text[static 2], int64_t deadline)
{
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left = deadline ? deadline - guest_now_ms() : -1;

		if (deadline && left <= 0)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < 2; i++) {
			char buf[4096];
			ssize_t n;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			n = read(fds[i].fd, buf, sizeof(buf));
			if (n > 0)
				g_string_append_len(text[i], buf, n);
			else if (n == 0 || errno != EINTR)
				fds[i].fd = -1;
		}
	}
	return 0;
}

static int reap(pid_t pid, int *ret_status)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_status = guest_spawn_exit_code(status);
	return 0;
}

int guest_spawn_run(const struct guest_spawn *spawn, struct guest_spawned *ret)
{
	_cleanup_close_ int out_r = -1, out_w = -1, err_r = -1, err_w = -1;
	_cleanup_spawned_ struct guest_spawned spawned = {0};
	int64_t deadline = spawn->timeout_ms ? guest_now_ms() + spawn->timeout_ms : 0;
	pid_t parent = getpid(), pid;
	int r = 0, pipes[2];

	if (!spawn->inherit) {
		if (pipe2(pipes, O_CLOEXEC))
			return -errno;
		out_r = pipes[0], out_w = pipes[1];
		if (pipe2(pipes, O_CLOEXEC))
			return -errno;
		err_r = pipes[0], err_w = pipes[1];
		spawned.out = g_string_new(NULL);
		spawned.err = g_string_new(NULL);
	}

	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(spawn, parent, out_w, err_w);

	guest_close(&out_w);
	guest_close(&err_w);
	if (!spawn->inherit)
		r = capture((struct pollfd[]){{.fd = out_r, .events = POLLIN},
					      {.fd = err_r, .events = POLLIN}},
			    (GString *[]){spawned.out, spawned.err}, deadline);
	if (r < 0)
		kill(pid, SIGKILL);
	if (reap(pid, &spawned.status) < 0 && r == 0)
		r = -ECHILD;
	if (r < 0)
		return r;

	*ret = spawned;
	spawned = (struct guest_spawned){0};
	return 0;
}

void guest_spawned_clear(struct guest_spawned *spawned)
{
	if (spawned->out)
		g_string_free(spawned->out, TRUE);
	if (spawned->err)
		g_string_free(spawned->err, TRUE);
	*spawned = (struct guest_spawned){0};
}

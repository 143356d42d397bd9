/* SPDX-License-Identifier: MIT */
/**
 * Children of a test: started by igt_fork(), collected by igt_waitchildren().
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igt_internal.h"
#include "igt_wire.h"

static struct {
	pid_t *pids; /* 0: collected */
	int count;
} children;

void igt_children_forget(void)
{
	free(children.pids);
	children.pids = NULL;
	children.count = 0;
}

bool igt_children_left(void)
{
	for (int i = 0; i < children.count; i++)
		if (children.pids[i])
			return true;
	return false;
}

void igt_children_kill(void)
{
	for (int i = 0; i < children.count; i++)
		if (children.pids[i])
			kill(children.pids[i], SIGKILL);
	for (int i = 0; i < children.count; i++)
		if (children.pids[i])
			while (waitpid(children.pids[i], NULL, 0) < 0 && errno == EINTR)
				;
	igt_children_forget();
}

static void remember(pid_t pid)
{
	pid_t *pids = reallocarray(children.pids, children.count + 1, sizeof(*pids));

	igt_assert_f(pids, "no memory for child %d\n", children.count);
	children.pids = pids;
	children.pids[children.count++] = pid;
}

bool igt__fork(void)
{
	pid_t parent = getpid(), pid;

	igt_internal_assert(!igt_in_child(), "igt_fork() in a child");
	/* What is buffered now would come out once more from the child. */
	fflush(NULL);
	pid = fork();
	igt_assert_f(pid >= 0, "no child: %s\n", strerror(errno));
	if (pid) {
		remember(pid);
		return false;
	}
	igt_become_child();
	/* A runner that kills the test must not leave its children behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(IGT_EXIT_FAILURE);
	return true;
}

void igt__child_done(void)
{
	fflush(NULL);
	_exit(IGT_EXIT_SUCCESS);
}

static int index_of(pid_t pid)
{
	for (int i = 0; i < children.count; i++)
		if (children.pids[i] == pid)
			return i;
	return -1;
}

/* Report how child @index ended. Returns the exit code that stands for it, 0: well. */
static int judge(int index, int status)
{
	if (WIFSIGNALED(status)) {
		printf("child %i died with signal %i, %s\n", index, WTERMSIG(status),
		       strsignal(WTERMSIG(status)));
		fflush(stdout);
		return 128 + WTERMSIG(status);
	}
	if (WEXITSTATUS(status) != 0) {
		printf("child %i failed with exit status %i\n", index, WEXITSTATUS(status));
		fflush(stdout);
	}
	return WEXITSTATUS(status);
}

void igt_waitchildren(void)
{
	int code = 0;

	igt_internal_assert(!igt_in_child(), "igt_waitchildren() in a child");
	while (!code && igt_children_left()) {
		int status, index;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid < 0 && errno == EINTR)
			continue;
		igt_assert_f(pid > 0, "children have vanished: %s\n", strerror(errno));
		index = index_of(pid);
		if (index < 0)
			continue;
		children.pids[index] = 0;
		code = judge(index, status);
	}
	/* One failure decides; its siblings may wait for it for ever. */
	igt_children_kill();
	if (code)
		igt_fail(code);
}

void igt_waitchildren_timeout(unsigned int seconds, const char *what)
{
	igt_set_timeout(seconds, what ?: "waiting for children");
	igt_waitchildren();
	igt_reset_timeout();
}

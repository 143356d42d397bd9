/* SPDX-License-Identifier: MIT */
/**
 * Children of a test, started by igt_fork() and collected by igt_waitchildren(), and helpers.
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
	bool multi; /* they are of igt_multi_fork() */
} children;

/*
 * A test may keep its struct igt_helper_process on a stack that is gone when we stop the helper,
 * so what we need then is here.
 */
static struct {
	const struct igt_helper_process *process; /* only to be compared; NULL: free */
	pid_t pid;
	bool of_subtest, of_dynamic; /* started there, and stopped when it ends */
	bool ended;		     /* by itself, and was waited for */
	int status;
} helpers[IGT_MAX_HELPERS];

void igt_children_forget(void)
{
	free(children.pids);
	children.pids = NULL;
	children.count = 0;
	children.multi = false;
	memset(helpers, 0, sizeof(helpers));
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
	free(children.pids);
	children.pids = NULL;
	children.count = 0;
	children.multi = false;
}

static void remember(pid_t pid)
{
	pid_t *pids = reallocarray(children.pids, children.count + 1, sizeof(*pids));

	igt_assert_f(pids, "no memory for child %d\n", children.count);
	children.pids = pids;
	children.pids[children.count++] = pid;
}

/* Fork. Returns the child's pid in the parent and 0 in the child, which dies with its parent. */
static pid_t fork_child(void)
{
	pid_t parent = getpid(), pid;

	/* What is buffered now would come out once more from the child. */
	fflush(NULL);
	pid = fork();
	igt_assert_f(pid >= 0, "no child: %s\n", strerror(errno));
	if (pid)
		return pid;
	igt_become_child();
	/* A runner that kills the test must not leave its children behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(IGT_EXIT_FAILURE);
	return 0;
}

static bool fork_one(bool multi)
{
	pid_t pid;

	igt_internal_assert(!igt_in_child(), "igt_fork() in a child");
	igt_internal_assert(!children.count || children.multi == multi,
			    "children of igt_fork() and igt_multi_fork() at the same time");
	pid = fork_child();
	if (!pid)
		return true;
	remember(pid);
	children.multi = multi;
	return false;
}

bool igt__fork(void)
{
	return fork_one(/* multi= */ false);
}

bool igt__multi_fork(int index)
{
	if (!fork_one(/* multi= */ true))
		return false;
	igt_log_set_child_index(index);
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

/*
 * While we waited for children a helper ended: remember the status for igt_stop_helper(), which
 * has to tell of it.
 */
static void helper_has_ended(pid_t pid, int status)
{
	for (int i = 0; i < IGT_MAX_HELPERS; i++)
		if (helpers[i].process && helpers[i].pid == pid) {
			helpers[i].ended = true;
			helpers[i].status = status;
		}
}

/* Report how child @index ended. Returns the exit code that stands for it, 0: well. */
static int judge(int index, pid_t pid, int status)
{
	char who[64];

	if (children.multi)
		snprintf(who, sizeof(who), "dynamic child %i pid:%d", index, pid);
	else
		snprintf(who, sizeof(who), "child %i", index);
	if (WIFSIGNALED(status)) {
		igt_putf(IGT_STREAM_STDOUT, "%s died with signal %i, %s\n", who, WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
		return 128 + WTERMSIG(status);
	}
	if (WEXITSTATUS(status) != 0)
		igt_putf(IGT_STREAM_STDOUT, "%s failed with exit status %i\n", who,
			 WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

int __igt_waitchildren(void)
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
		if (index < 0) {
			helper_has_ended(pid, status);
			continue;
		}
		children.pids[index] = 0;
		code = judge(index, pid, status);
	}
	/* One failure decides; its siblings may wait for it for ever. */
	igt_children_kill();
	return code;
}

void igt_waitchildren(void)
{
	int code = __igt_waitchildren();

	if (code == IGT_EXIT_ABORT)
		igt_end_aborted();
	/* No failure, to igt_fail(), but a child cannot skip and so means something else by it. */
	if (code == IGT_EXIT_SKIP)
		code = IGT_EXIT_FAILURE;
	if (code)
		igt_fail(code);
}

void igt_multi_wait(void)
{
	igt_waitchildren();
}

void igt_waitchildren_timeout(unsigned int seconds, const char *what)
{
	igt_set_timeout(seconds, what ?: "waiting for children");
	igt_waitchildren();
	igt_reset_timeout();
}

/* --- helpers -------------------------------------------------------------------------------- */

static bool runs(const struct igt_helper_process *helper)
{
	return helper->running && helper->id >= 0 && helper->id < IGT_MAX_HELPERS &&
	       helpers[helper->id].process == helper && helpers[helper->id].pid == helper->pid;
}

bool igt__fork_helper(struct igt_helper_process *helper)
{
	int id = 0;
	pid_t pid;

	igt_internal_assert(!igt_in_child(), "igt_fork_helper() in a child");
	igt_internal_assert(!runs(helper), "igt_fork_helper() with a helper that runs");
	while (id < IGT_MAX_HELPERS && helpers[id].process)
		id++;
	igt_internal_assert(id < IGT_MAX_HELPERS, "more than 4 helpers");
	pid = fork_child();
	if (!pid)
		return true;
	helper->running = true;
	helper->pid = pid;
	helper->id = id;
	helpers[id].process = helper;
	helpers[id].pid = pid;
	helpers[id].of_subtest = igt_subtest_name() != NULL;
	helpers[id].of_dynamic = igt_dynamic_subtest_name() != NULL;
	helpers[id].ended = false;
	return false;
}

/* Wait for the end of helper @id and forget it. Returns its wait status. Signal-safe. */
static int collect(int id)
{
	int status = helpers[id].status;

	if (!helpers[id].ended)
		while (waitpid(helpers[id].pid, &status, 0) < 0 && errno == EINTR)
			;
	helpers[id].process = NULL;
	return status;
}

int igt_wait_helper(struct igt_helper_process *helper)
{
	igt_internal_assert(runs(helper), "igt_wait_helper() without a helper");
	helper->running = false;
	helper->pid = 0;
	return collect(helper->id);
}

void igt_stop_helper(struct igt_helper_process *helper)
{
	const int sig = helper->use_SIGKILL ? SIGKILL : SIGTERM;
	int status;

	if (!runs(helper)) {
		helper->running = false;
		return;
	}
	if (!helpers[helper->id].ended)
		kill(helper->pid, sig);
	status = igt_wait_helper(helper);
	igt_assert_f(WIFSIGNALED(status) && WTERMSIG(status) == sig,
		     "helper %d has ended by itself, with %s %d\n", helper->id,
		     WIFSIGNALED(status) ? "signal" : "exit status",
		     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

void igt_helpers_kill(enum igt_helpers which)
{
	for (int id = 0; id < IGT_MAX_HELPERS; id++) {
		if (!helpers[id].process ||
		    (which == IGT_HELPERS_OF_SUBTEST && !helpers[id].of_subtest) ||
		    (which == IGT_HELPERS_OF_DYNAMIC && !helpers[id].of_dynamic))
			continue;
		if (!helpers[id].ended)
			kill(helpers[id].pid, SIGKILL);
		collect(id);
	}
}

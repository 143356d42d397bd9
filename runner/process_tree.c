/* SPDX-License-Identifier: MIT */
#include "process_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fileio.h"

#define TERM_GRACE_S 2
#define KILL_GRACE_S 20

/* How often to look for new orphans while none of the known children ends. */
#define RESCAN_NS (50 * 1000 * 1000)

int process_tree_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int process_tree_protect_self(void)
{
	autofd fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd_write_all(fd, "-1000", 5);
}

/* Parent of a process by /proc; 0 if there is no such process any more. */
static pid_t parent_of(pid_t pid)
{
	char path[64];
	char stat[512];
	autofd fd = -1;
	const char *p;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, stat, sizeof(stat) - 1);
	if (n <= 0)
		return 0;
	stat[n] = '\0';
	/* `pid (name) S ppid`, and the name may hold anything, also parentheses. */
	p = strrchr(stat, ')');
	return p && strlen(p) > 4 ? atoi(p + 4) : 0;
}

static void signal_children(int signal)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	pid_t self = getpid();

	if (!proc)
		return;
	while ((entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		/* Nobody else reaps our children, so the number cannot change hands. */
		if (pid > 0 && parent_of(pid) == self)
			kill(pid, signal);
	}
	closedir(proc);
}

/* True while there are children left. */
static bool reap_ended(void)
{
	pid_t pid;

	do
		pid = waitpid(-1, /* wstatus= */ NULL, WNOHANG);
	while (pid > 0 || (pid < 0 && errno == EINTR));
	return pid == 0;
}

static void wait_for_child(void)
{
	struct timespec timeout = {.tv_nsec = RESCAN_NS};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, /* info= */ NULL, &timeout);
}

static int end_children(int signal, bool again, unsigned grace_s)
{
	double deadline = clock_seconds(CLOCK_MONOTONIC) + grace_s;

	signal_children(signal);
	while (reap_ended()) {
		if (clock_seconds(CLOCK_MONOTONIC) > deadline)
			return -EBUSY;
		wait_for_child();
		if (again)
			signal_children(signal);
	}
	return 0;
}

int process_tree_kill_children(void)
{
	/* The usual case costs one system call. */
	if (!reap_ended())
		return 0;
	if (end_children(SIGTERM, /* again= */ false, TERM_GRACE_S) == 0)
		return 0;
	/* Each death may hand us the children of the dead. */
	return end_children(SIGKILL, /* again= */ true, KILL_GRACE_S);
}

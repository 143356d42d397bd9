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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fileio.h"
#include "igt_wire.h"

int process_tree_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int process_tree_protect_self(void)
{
	autofd fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/*
	 * What is in memory stays there: a runner that has to read its own code back while a test
	 * eats all memory is late with its deadlines. A limit on locked memory is no error.
	 */
	mlockall(MCL_CURRENT | MCL_ONFAULT);
	if (fd < 0)
		return -errno;
	return fd_write_all(fd, "-1000", 5);
}

/* Is @pid a child of ours by /proc, and one that puts the machine back in order? */
static bool is_child(pid_t pid, bool *ret_undoes)
{
	static const char undoes[] = " (" IGT_UNDO_PROCESS ") ";
	char path[64];
	char stat[512];
	autofd fd = -1;
	const char *p;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, stat, sizeof(stat) - 1);
	if (n <= 0)
		return false;
	stat[n] = '\0';
	/* `pid (name) S ppid`, and the name may hold anything, also parentheses. */
	p = strrchr(stat, ')');
	if (!p || strlen(p) <= 4 || atoi(p + 4) != getpid())
		return false;
	*ret_undoes = strncmp(strchrnul(stat, ' '), undoes, strlen(undoes)) == 0;
	return true;
}

bool process_tree_signal(int signal, pid_t except, bool spare_undo)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	bool spared = false;

	if (!proc)
		return false;
	while ((entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);
		bool undoes;

		/* Nobody else reaps our children, so the number cannot change hands. */
		if (pid <= 0 || pid == except || !is_child(pid, &undoes))
			continue;
		if (spare_undo && undoes)
			spared = true;
		else
			kill(pid, signal);
	}
	closedir(proc);
	return spared;
}

bool process_tree_reap(pid_t except)
{
	for (;;) {
		siginfo_t info = {0};

		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		if (info.si_pid == 0 || info.si_pid == except)
			return true;
		waitpid(info.si_pid, /* wstatus= */ NULL, WNOHANG);
	}
}

// SPDX-License-Identifier: MIT
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

/* The kernel log on its way into a file. */
struct log_copy {
	int from; /* /dev/kmsg, -1: nothing to copy */
	int to;
};

static void child(const struct init_payload *payload)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (payload->out < 0)
		init_take_console(payload->console);
	else if (dup2(payload->out, STDOUT_FILENO) < 0 || dup2(payload->out, STDERR_FILENO) < 0)
		_exit(127);
	execv(payload->argv[0], (char *const *)payload->argv);
	dprintf(STDERR_FILENO, "%s cannot be executed: %s\n", payload->argv[0], strerror(errno));
	_exit(127);
}

/* One record, "<priority>,<sequence>,<microseconds>,<flags>;<text>\n<continuation>", as dmesg
 * prints it. */
static void write_record(int to, char *record)
{
	char *fields = strchr(record, ';'), *comma = strchr(record, ',');
	unsigned long long us = 0;
	char line[1100];
	int len;

	if (!fields || !comma)
		return;
	sscanf(comma, ",%*u,%llu", &us);
	fields[1 + strcspn(fields + 1, "\n")] = '\0';
	len = snprintf(line, sizeof(line), "<%lu>[%5llu.%06llu] %s\n",
		       strtoul(record, NULL, 10) & 7, us / 1000000, us % 1000000, fields + 1);
	if (len >= (int)sizeof(line)) {
		len = sizeof(line) - 1;
		line[len - 1] = '\n';
	}
	if (write(to, line, len) != len)
		return;
}

static void copy_log(const struct log_copy *copy)
{
	char record[8192];
	ssize_t n;

	if (copy->from < 0 || copy->to < 0)
		return;
	/* EPIPE: records were overwritten before they were read; the next read goes on. */
	while ((n = read(copy->from, record, sizeof(record) - 1)) > 0 ||
	       (n < 0 && errno == EPIPE)) {
		if (n <= 0)
			continue;
		record[n] = '\0';
		write_record(copy->to, record);
	}
}

/* Collects all dead children. True if the payload was among them. */
static bool reap(pid_t payload, int *ret_code)
{
	bool ended = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != payload)
			continue;
		*ret_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		ended = true;
	}
	return ended;
}

static int watch(pid_t pid, int signals, const struct log_copy *copy)
{
	struct pollfd fds[] = {
		{.fd = signals, .events = POLLIN},
		{.fd = copy->from, .events = POLLIN},
	};
	struct signalfd_siginfo info;
	int code = -ECHILD;

	do {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		copy_log(copy);
		while (read(signals, &info, sizeof(info)) == sizeof(info))
			;
	} while (!reap(pid, &code));
	copy_log(copy);
	return code;
}

int init_run(const struct init_payload *payload)
{
	_cleanup_close_ int signals = -1, from = -1, to = -1;
	sigset_t chld;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &chld, NULL))
		return -errno;
	signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return -errno;
	if (payload->dmesg) {
		from = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		to = open(payload->dmesg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	}
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(payload);
	return watch(pid, signals, &(struct log_copy){from, to});
}

// SPDX-License-Identifier: MIT
#include "guest_xvfb.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define START_MS 30000 /* it compiles a keyboard map, on a machine that may be busy */

static void child(const char *path, pid_t parent, int number, int log)
{
	char fd[16];
	/* Large enough for the window of the guest's default mode. */
	const char *const argv[] = {path,   "-displayfd", fd,	  "-screen", "0",
				    "1920x1200x24", "-nolisten", "tcp", "-nolisten", "unix",
				    "-noreset", NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	guest_spawn_child_signals();
	/* Out of the terminal's session: Ctrl-C is for igt_guest. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(fd, sizeof(fd), "%d", number);
	if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0 ||
	    fcntl(number, F_SETFD, 0))
		_exit(127);
	execv(path, (char *const *)argv);
	_exit(127);
}

/* The number that the server writes when it is ready, or NULL. */
static char *await_number(int fd)
{
	int64_t end = guest_now_ms() + START_MS;
	g_autoptr(GString) text = g_string_new(NULL);

	while (!strchr(text->str, '\n')) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN};
		int64_t left = end - guest_now_ms();
		char buf[16];
		ssize_t n;

		if (left <= 0 || (poll(&pfd, 1, (int)left) < 0 && errno != EINTR))
			return NULL;
		if (!pfd.revents)
			continue;
		n = read(fd, buf, sizeof(buf));
		if (n <= 0)
			return NULL;
		g_string_append_len(text, buf, n);
	}
	return g_strdup_printf(":%s", g_strstrip(text->str));
}

/* The last line of what the server said; owned. */
static char *last_words(int log)
{
	char buf[4096];
	ssize_t n = pread(log, buf, sizeof(buf) - 1, 0);
	char *line;

	buf[MAX(n, 0)] = '\0';
	g_strchomp(buf);
	line = strrchr(buf, '\n');
	return g_strdup(line ? line + 1 : *buf ? buf : "it says nothing");
}

int guest_xvfb_start(const char *program, struct guest_xvfb *ret, char **ret_why)
{
	g_autofree char *path = guest_spawn_find(program), *words = NULL;
	_cleanup_close_ int number_r = -1, number_w = -1, log = -1;
	struct guest_xvfb xvfb = {0};
	pid_t parent = getpid();
	int pair[2];

	if (!path)
		return guest_fail(ret_why, ENOENT, "%s not found: install xvfb", program);
	log = memfd_create("xvfb-log", MFD_CLOEXEC);
	if (log < 0 || pipe2(pair, O_CLOEXEC))
		return guest_fail(ret_why, errno, "%s cannot be started: %s", path,
				  strerror(errno));
	number_r = pair[0];
	number_w = pair[1];
	xvfb.pid = fork();
	if (xvfb.pid < 0)
		return guest_fail(ret_why, errno, "%s cannot be started: %s", path,
				  strerror(errno));
	if (xvfb.pid == 0)
		child(path, parent, number_w, log);
	guest_close(&number_w);
	xvfb.display = await_number(number_r);
	if (!xvfb.display) {
		guest_xvfb_stop(&xvfb);
		words = last_words(log);
		return guest_fail(ret_why, EIO, "%s does not come up: %s", path, words);
	}
	*ret = xvfb;
	return 0;
}

void guest_xvfb_stop(struct guest_xvfb *xvfb)
{
	if (xvfb->pid > 0) {
		/* With no files to remove, it has nothing to do at its end. */
		kill(xvfb->pid, SIGKILL);
		while (waitpid(xvfb->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	xvfb->pid = 0;
	g_clear_pointer(&xvfb->display, g_free);
}

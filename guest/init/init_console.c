// SPDX-License-Identifier: MIT
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

/* Waits for the program, and then for the UART to send all of its output. */
static void lead(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	tcdrain(STDOUT_FILENO);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

void init_take_console(const char *device)
{
	static const int terminal_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
	const size_t count = sizeof(terminal_signals) / sizeof(terminal_signals[0]);
	int fd = open(device, O_RDWR);
	pid_t pid;

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
	    dup2(fd, STDERR_FILENO) < 0)
		_exit(127);
	ioctl(fd, TIOCSCTTY, 0);
	if (fd > STDERR_FILENO)
		close(fd);

	for (size_t i = 0; i < count; i++)
		signal(terminal_signals[i], SIG_IGN);
	pid = fork();
	if (pid < 0)
		_exit(127);
	if (pid > 0)
		lead(pid);
	for (size_t i = 0; i < count; i++)
		signal(terminal_signals[i], SIG_DFL);
}

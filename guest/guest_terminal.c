// SPDX-License-Identifier: MIT
#include "guest_terminal.h"

#include "guest_util.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define CTRL_D "\x04"
#define TAKE_MS 50 /* how long to wait for a guest that takes nothing before looking around */

/*
 * Hands over what was read, as far as the guest takes it now: it may be slower than a file or a
 * paste, and loses nothing by that. The console descriptor does not block. Returns whether all
 * went.
 */
static bool send_text(struct guest_terminal *terminal, int console)
{
	struct pollfd pfd = {.fd = console, .events = POLLOUT};
	ssize_t n = 0;

	if (terminal->len && poll(&pfd, 1, TAKE_MS) > 0)
		n = write(console, terminal->text, terminal->len);
	if (n > 0) {
		terminal->len -= n;
		memmove(terminal->text, terminal->text + n, terminal->len);
	}
	return !terminal->len;
}

/* Lost where the guest takes nothing; there will be another one. */
static void send_end(int console)
{
	if (write(console, CTRL_D, 1) < 0)
		return;
}

/* What epoll is to watch in the place of stdin. */
static int something_ready(void)
{
	return eventfd(1, EFD_CLOEXEC);
}

void guest_terminal_open(struct guest_terminal *terminal, int epoll, uint32_t source)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = source};

	if (!terminal->enabled)
		return;
	terminal->watched = STDIN_FILENO;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, terminal->watched, &event)) {
		if (errno == EPERM)
			terminal->watched = something_ready();
		if (terminal->watched == STDIN_FILENO || terminal->watched < 0 ||
		    epoll_ctl(epoll, EPOLL_CTL_ADD, terminal->watched, &event)) {
			terminal->ended = true;
			return;
		}
	}
	if (!tcgetattr(STDIN_FILENO, &terminal->saved)) {
		struct termios raw = terminal->saved;

		cfmakeraw(&raw);
		terminal->raw = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
}

void guest_terminal_relay(struct guest_terminal *terminal, int epoll, int console)
{
	ssize_t n;

	/* What comes is left where it is until the guest has taken what came before. */
	if (!send_text(terminal, console))
		return;
	n = read(STDIN_FILENO, terminal->text, sizeof(terminal->text));
	if (n > 0) {
		terminal->len = n;
		send_text(terminal, console);
		return;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	epoll_ctl(epoll, EPOLL_CTL_DEL, terminal->watched, NULL);
	if (terminal->watched != STDIN_FILENO)
		close(terminal->watched);
	terminal->ended = true;
	send_end(console);
}

void guest_terminal_output(struct guest_terminal *terminal, int console, const char *text,
			   size_t len)
{
	if (!terminal->enabled)
		return;
	guest_write_all(STDOUT_FILENO, text, len);
	if (terminal->ended)
		send_end(console);
}

void guest_terminal_close(struct guest_terminal *terminal)
{
	if (terminal->raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal->saved);
	terminal->raw = false;
}

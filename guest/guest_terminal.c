// SPDX-License-Identifier: MIT
#include "guest_terminal.h"

#include "guest_util.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#define CTRL_D "\x04"
#define TAKE_MS 1000 /* how long a guest may be busy before typed text is dropped */

/* The console descriptor does not block; a paste may be faster than a guest. */
static void send_text(int console, const char *text, size_t len)
{
	while (len) {
		struct pollfd pfd = {.fd = console, .events = POLLOUT};
		ssize_t n = write(console, text, len);

		if (n > 0) {
			text += n;
			len -= n;
		} else if (errno != EAGAIN || poll(&pfd, 1, TAKE_MS) <= 0) {
			return;
		}
	}
}

void guest_terminal_open(struct guest_terminal *terminal, int epoll, uint32_t source)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = source};

	if (!terminal->enabled)
		return;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event)) {
		terminal->ended = true;
		return;
	}
	if (!tcgetattr(STDIN_FILENO, &terminal->saved)) {
		struct termios raw = terminal->saved;

		cfmakeraw(&raw);
		terminal->raw = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
}

void guest_terminal_relay(struct guest_terminal *terminal, int epoll, int console)
{
	char buf[256];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	if (n > 0) {
		send_text(console, buf, n);
		return;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	epoll_ctl(epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
	terminal->ended = true;
	send_text(console, CTRL_D, 1);
}

void guest_terminal_output(struct guest_terminal *terminal, int console, const char *text,
			   size_t len)
{
	if (!terminal->enabled)
		return;
	guest_write_all(STDOUT_FILENO, text, len);
	if (terminal->ended)
		send_text(console, CTRL_D, 1);
}

void guest_terminal_close(struct guest_terminal *terminal)
{
	if (terminal->raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal->saved);
	terminal->raw = false;
}
